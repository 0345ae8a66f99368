/** What must hold after any sequence of commands whatever. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command } from './commands.ts';
import { isOpen } from './execution/execution.ts';
import type { ScannedComponent } from './facts.ts';
import type { MachineCycleProgress } from './steps/machine-cycle/kind.ts';
import type { InternalAction } from './steps/step-type.ts';
import type { StepAction } from '#contract/steps/index.ts';
import { reading, startAt, World } from './test-kit.ts';

type Move = (world: World) => void;

const serial = fc.constantFrom('P-0001', 'P-0002', 'P-0003', 'P-0004', 'P-0005');
const value = fc.constantFrom(9.5, 9.9, 10, 10.1, 10.5, 12, 14, 500, Number.NaN, 1.234);
const does =
  (command: Command): Move =>
  (world) =>
    void world.do(command);

/** An act on the current step, sometimes one that another screen saw before. */
function acts(action: StepAction | InternalAction, component: ScannedComponent | null = null, shift = 0): Move {
  return (world) => {
    const open = world.open();
    const run = open?.currentStep ? open.steps[open.currentStep] : undefined;
    if (!open || !run) return;
    const { stepId, attempt } = run;
    world.do({ type: 'step.act', executionId: open.executionId, stepId, attempt: attempt + shift, action, component });
  };
}
const cycleOf = (world: World): string | null => {
  const run = world.open()?.steps['press'];
  return run === undefined ? null : (run.progress as MachineCycleProgress).cycleId;
};
const report =
  (make: (cycleId: string) => InternalAction): Move =>
  (world) =>
    acts(make(cycleOf(world) ?? 'none'))(world);
const label = (materialId: string, lot: string | null, s: string | null): ScannedComponent => ({
  materialId,
  gtin: null,
  lot,
  serial: s,
  expiresAt: null,
  raw: 'x',
});
const scans = fc
  .tuple(
    fc.constantFrom('HSG', 'IMP', 'NUT'),
    fc.constantFrom('L1', 'L2', null),
    fc.constantFrom('I1', 'I2', 'I3', null),
  )
  .map(([m, l, s]) => acts({ type: 'scan-component', do: 'scan', code: 'c', entry: 'scanned' }, label(m, l, s)));

/** What a person or the machine would do next, mostly rightly: without it, chance alone rarely gets past the second step. */
function sensible(good: boolean, n: number): Move {
  return (world) => {
    const open = world.open();
    const step = open?.currentStep ?? null;
    if (open === null || step === null)
      return void world.do({ type: 'execution.start', serial: `P-000${1 + (n % 5)}` });
    if (open.status === 'failed') return void world.retry();
    const phase = (open.steps['press']?.progress as MachineCycleProgress | undefined)?.phase;
    const cycleId = cycleOf(world) ?? 'none';
    const pushed = (v: number): Move =>
      acts({ type: 'measure', do: 'pushed', tagId: 'gauge.value', reading: reading('gauge.value', v, { unit: 'mm' }) });
    const finished = (v: number): Move =>
      acts({
        type: 'machine-cycle',
        do: 'finished',
        cycleId,
        traceId: null,
        results: [
          {
            characteristicId: 'force',
            reading: {
              value: v,
              unit: 'kN',
              entry: 'device',
              deviceId: 'press',
              tagId: 'press.force',
              quality: 'good',
              status: 'Good',
              sourceAt: null,
              receivedAt: startAt,
            },
          },
        ],
      });
    const cycle: Readonly<Record<string, Move>> = {
      ready: acts({ type: 'machine-cycle', do: 'start' }),
      requested: acts({ type: 'machine-cycle', do: 'prepared', cycleId, parameters: [] }),
      prepared: acts({ type: 'machine-cycle', do: 'started', cycleId }),
      started: finished(good ? 12 : 14),
    };
    const answers = (open.steps['look']?.progress as { answers?: object } | undefined)?.answers ?? {};
    const moves: Readonly<Record<string, Move>> = {
      read: acts({ type: 'instruction', do: 'confirm' }),
      pack: acts({ type: 'instruction', do: 'confirm' }),
      housing: acts({ type: 'scan-component', do: 'scan', code: 'c', entry: 'scanned' }, label('HSG', `L${n}`, null)),
      impeller: acts({ type: 'scan-component', do: 'scan', code: 'c', entry: 'scanned' }, label('IMP', null, `I${n}`)),
      press: cycle[phase ?? 'ready'] ?? acts({ type: 'machine-cycle', do: 'start' }),
      bore: pushed(good ? 10 : 10.5),
      'bore-only-gauge': acts({ type: 'measure', do: 'take' }),
      look: acts({
        type: 'checklist',
        do: 'answer',
        item: Object.keys(answers).length === 0 ? 'clean' : 'dry',
        ok: good,
      }),
      seal: acts({ type: 'choice', do: 'choose', option: good ? 'black' : 'white' }),
      drop: acts({ type: 'number', do: 'enter', value: good ? 1 : 9 }),
      remark: acts({ type: 'text', do: 'enter', text: 'fine', entry: 'typed' }),
    };
    moves[step]?.(world);
  };
}

const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 120,
    arbitrary: fc.tuple(fc.integer({ min: 0, max: 9 }), fc.nat(40)).map(([g, n]) => sensible(g > 1, n)),
  },
  { weight: 3, arbitrary: serial.map((s) => does({ type: 'execution.start', serial: s })) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(0, 0, 0, 1).map((shift) => acts({ type: 'instruction', do: 'confirm' }, null, shift)),
  },
  { weight: 6, arbitrary: scans },
  { weight: 2, arbitrary: fc.constant<Move>(acts({ type: 'machine-cycle', do: 'start' })) },
  {
    weight: 2,
    arbitrary: fc.constant(report((cycleId) => ({ type: 'machine-cycle', do: 'prepared', cycleId, parameters: [] }))),
  },
  { weight: 2, arbitrary: fc.constant(report((cycleId) => ({ type: 'machine-cycle', do: 'started', cycleId }))) },
  {
    weight: 2,
    arbitrary: value.map((v) =>
      report((cycleId) => ({
        type: 'machine-cycle',
        do: 'finished',
        cycleId,
        traceId: null,
        results: [
          {
            characteristicId: 'force',
            reading: {
              value: v,
              unit: 'kN',
              entry: 'device',
              deviceId: 'press',
              tagId: 'press.force',
              quality: 'good',
              status: 'Good',
              sourceAt: null,
              receivedAt: startAt,
            },
          },
        ],
      })),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant(
      report((cycleId) => ({
        type: 'machine-cycle',
        do: 'aborted',
        cycleId,
        reasons: [{ code: 'machine.aborted', params: { state: 'x' } }],
      })),
    ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(value, fc.boolean()).map(([v, stale]) =>
      acts({
        type: 'measure',
        do: 'pushed',
        tagId: 'gauge.value',
        reading: reading('gauge.value', v, { unit: 'mm', stale }),
      }),
    ),
  },
  { weight: 2, arbitrary: value.map((v) => acts({ type: 'measure', do: 'type', value: v })) },
  { weight: 2, arbitrary: fc.constant<Move>(acts({ type: 'measure', do: 'take' })) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('clean', 'dry', '?'), fc.boolean())
      .map(([item, ok]) => acts({ type: 'checklist', do: 'answer', item, ok })),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('black', 'white', '?').map((option) => acts({ type: 'choice', do: 'choose', option })),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(1, 2.5, 2.6, 999).map((v) => acts({ type: 'number', do: 'enter', value: v })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('', 'fine', 'far too long')
      .map((text) => acts({ type: 'text', do: 'enter', text, entry: 'typed' })),
  },
  { weight: 4, arbitrary: fc.constant<Move>((world) => void (world.open()?.currentStep && world.retry())) },
  { weight: 1, arbitrary: serial.map((s) => does({ type: 'unit.hold', serial: s, reason: 'r' })) },
  { weight: 2, arbitrary: serial.map((s) => does({ type: 'unit.lift-hold', serial: s, reason: 'r' })) },
  { weight: 1, arbitrary: serial.map((s) => does({ type: 'unit.scrap', serial: s, reason: 'r' })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<Command>(
        { type: 'order.hold', orderId: 'WO-1', reason: 'r' },
        { type: 'order.release', orderId: 'WO-1' },
        { type: 'order.release', orderId: 'WO-1' },
      )
      .map(does),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('mara', 'lead', 'new').map(
      (who): Move =>
        (world) =>
          void world.signIn(who, who === 'lead' ? 'right' : 'none'),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<Command>(
        { type: 'operator.sign-out' },
        { type: 'station.lock', reason: 'idle' },
        { type: 'unit.create', orderId: 'WO-1' },
      )
      .map(does),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('ST10', 'ST10', 'ST20').map(
      (id): Move =>
        (world) =>
          void (world.open() === null && (world.stationId = id)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('connected', 'disconnected', 'silent').map(
      (state): Move =>
        (world) =>
          void world.devices.set('press', { state: state as 'connected', since: world.now, pushes: false }),
    ),
  },
);

const ran = (moves: readonly Move[]): World => {
  const world = new World();
  world.signIn('lead', 'right');
  for (const each of moves) {
    world.now += 1_000;
    each(world);
  }
  return world;
};
const sequence = fc.array(move, { maxLength: 120, size: 'max' });
const runs = { numRuns: 300 };

describe('after any sequence of commands', () => {
  it('no step passed with a result that is not good', () => {
    let passedSteps = 0;
    fc.assert(
      fc.property(sequence, (moves) => {
        const { log } = ran(moves);
        log.forEach((passed, i) => {
          if (passed.type !== 'step.passed') return;
          passedSteps += 1;
          const { executionId, stepId, attempt } = passed.body;
          const answers = new Map<string, boolean>();
          for (const e of log.slice(0, i)) {
            const body: Readonly<Record<string, unknown>> = e.body;
            if (body['executionId'] !== executionId || body['stepId'] !== stepId || body['attempt'] !== attempt)
              continue;
            if (e.type === 'measurement.recorded' || e.type === 'number.recorded') expect(e.body.verdict).toBe('ok');
            if (e.type === 'machine-cycle.finished') expect(e.body.results.map((r) => r.verdict)).toEqual(['ok']);
            if (e.type === 'choice.recorded') expect(e.body.accepted).toBe(true);
            if (e.type === 'check.recorded') answers.set(e.body.itemId, e.body.ok);
            expect(e.type).not.toBe('machine-cycle.aborted');
            expect(e.type).not.toBe('step.failed');
          }
          expect([...answers.values()].every(Boolean)).toBe(true);
        });
      }),
      runs,
    );
    // The moves reach something: else the property would hold of nothing.
    expect(passedSteps).toBeGreaterThan(100);
  });

  it('folding the log again gives the same world', () => {
    fc.assert(
      fc.property(sequence, (moves) => {
        const world = ran(moves);
        const again = new World();
        for (const map of [again.orders, again.units, again.executions]) map.clear();
        // Through JSON, as it lies in the log.
        for (const e of world.log) again.fold(JSON.parse(JSON.stringify(e)) as typeof e);
        const state = (w: World): unknown =>
          JSON.parse(JSON.stringify([w.session, [...w.orders], [...w.units], [...w.executions]])) as unknown;
        expect(state(again)).toEqual(state(world));
      }),
      runs,
    );
  });

  it('units, runs and holds agree with each other; nothing is started twice', () => {
    fc.assert(
      fc.property(sequence, (moves) => {
        const { units, executions, log } = ran(moves);
        for (const station of ['ST10', 'ST20'])
          expect(
            [...executions.values()].filter((e) => isOpen(e) && e.stationId === station).length,
          ).toBeLessThanOrEqual(1);
        for (const unit of units.values()) {
          const open = [...executions.values()].filter((e) => isOpen(e) && e.serial === unit.serial);
          expect(open.map((e) => e.executionId)).toEqual(unit.open === null ? [] : [unit.open.executionId]);
          expect(unit.status === 'in-work').toBe(unit.open !== null);
          expect(unit.status === 'held').toBe(unit.holds.some((h) => h.liftedAt === null) && unit.scrappedAt === null);
          expect(new Set(unit.passed.map((p) => p.operationId)).size).toBe(unit.passed.length);
        }
        const cycles = log.flatMap((e) => (e.type === 'machine-cycle.started' ? [e.body.cycleId] : []));
        expect(new Set(cycles).size).toBe(cycles.length);
        // The same serial number may exist once per material.
        const pieces = (type: 'component.fitted' | 'component.removed'): number =>
          log.filter((e) => e.type === type && e.body.componentSerial !== null).length;
        const inUnits = [...units.values()].flatMap((u) =>
          u.components.flatMap((c) => (c.serial === null ? [] : [`${c.materialId} ${c.serial}`])),
        );
        expect(new Set(inUnits).size).toBe(inUnits.length);
        expect(inUnits.length).toBe(pieces('component.fitted') - pieces('component.removed'));
      }),
      runs,
    );
  });
});
