/** The course of one machine cycle as facts. What is said to the machine is the station's (station/steps/machine-cycle). */
import { event, type BodyOf } from '#contract/events/index.ts';
import type { ReadingFact, Verdict } from '#contract/events/shared.ts';
import type { Reason } from '#contract/refusal.ts';
import type { StepDefinitionOf } from '#contract/steps/index.ts';
import { reason } from '#domain/decision.ts';
import { characteristicOf } from '../measure/kind.ts';
import type { Acted, InternalActionOf, StepContext, StepKind } from '../step-type.ts';
import { deviceFaults, outOfLimits, readingFaults, verdictOf } from '../values.ts';

export type CyclePhase = 'ready' | 'requested' | 'prepared' | 'started' | 'finished' | 'aborted';
export interface CycleResult {
  readonly characteristicId: string;
  readonly reading: ReadingFact;
  readonly verdict: Verdict;
}
export interface MachineCycleProgress {
  readonly phase: CyclePhase;
  readonly cycleId: string | null;
  readonly requestedAt: number | null;
  /** UTC ms when the machine was seen to run our cycle. */
  readonly startedAt: number | null;
  readonly parameters: BodyOf<'machine-cycle.prepared'>['parameters'];
  readonly results: readonly CycleResult[];
  readonly traceId: string | null;
  readonly reasons: readonly Reason[];
}

type Report = InternalActionOf<'machine-cycle'>['do'];
type CycleAct = 'start' | 'abort' | Report;

/** Which act is possible in which phase. A machine found running our cycle after a restart goes from `requested` to `started`. */
const possible = {
  ready: { start: true, abort: false, prepared: false, started: false, finished: false, aborted: false },
  requested: { start: false, abort: true, prepared: true, started: true, finished: false, aborted: true },
  prepared: { start: false, abort: true, prepared: false, started: true, finished: false, aborted: true },
  started: { start: false, abort: true, prepared: false, started: false, finished: true, aborted: true },
  finished: { start: false, abort: false, prepared: false, started: false, finished: false, aborted: false },
  aborted: { start: false, abort: false, prepared: false, started: false, finished: false, aborted: false },
} as const satisfies Record<CyclePhase, Record<CycleAct, boolean>>;

/** The machine has, or may have, our cycle: the unit must not be taken away from it. */
export const cycleOpen = (progress: MachineCycleProgress): boolean =>
  ({ ready: false, requested: true, prepared: true, started: true, finished: false, aborted: false })[progress.phase];

const ready: MachineCycleProgress = {
  phase: 'ready',
  cycleId: null,
  requestedAt: null,
  startedAt: null,
  parameters: [],
  results: [],
  traceId: null,
  reasons: [],
};

export const machineCycle: StepKind<'machine-cycle', MachineCycleProgress> = {
  type: 'machine-cycle',
  initial: () => ready,
  gates(def, progress, { facts, definition }) {
    if (progress.phase !== 'ready') return [];
    const device = facts.catalogue.device(def.device);
    const machine = device?.machine;
    if (!device || !machine) return [reason('device.unknown', { device: def.device })];
    const faults: Reason[] = [...deviceFaults(device.id, facts)];
    if (facts.catalogue.recipe(def.recipe, def.recipeRevision) === null)
      faults.push(reason('revision.unknown', { definition: def.recipe, revision: def.recipeRevision }));
    for (const { characteristic } of def.results)
      if (characteristicOf(definition, characteristic) === null)
        faults.push(reason('revision.unknown', { definition: characteristic, revision: definition.revision }));
    const state = facts.reading(machine.stateTag);
    const unsure = readingFaults(machine.stateTag, state, facts);
    faults.push(...unsure);
    if (state !== null && unsure.length === 0) {
      // Complete and aborted are reset before the cycle; a machine that runs, or says something else, is not ours to start.
      const startable = [...machine.states.idle, ...machine.states.complete, ...machine.states.aborted];
      if (!startable.some((s) => s === state.value))
        faults.push(
          reason('machine.wrong-state', {
            device: device.id,
            deviceText: device.title,
            state: String(state.value),
            expected: String(machine.states.idle[0]),
          }),
        );
    }
    return faults;
  },
  act(def, progress, action, ctx) {
    const { phase, cycleId } = progress;
    if (!possible[phase][action.do]) {
      if (action.do === 'start' && cycleId !== null)
        return { ok: false, reasons: [reason('machine.busy', { cycle: cycleId })] };
      return { ok: false, reasons: [reason('step.action-not-possible', { action: action.do, stepType: def.type })] };
    }
    // A report about another cycle must never count as this one's.
    if (action.do !== 'start' && action.do !== 'abort' && action.cycleId !== cycleId)
      return { ok: false, reasons: [reason('command.outdated', {})] };
    const { ref } = ctx;
    switch (action.do) {
      case 'start':
        return {
          ok: true,
          events: [
            event('machine-cycle.requested', {
              ...ref,
              deviceId: def.device,
              cycleId: ctx.facts.ids.cycle,
              recipe: { id: def.recipe, revision: def.recipeRevision },
            }),
          ],
        };
      case 'abort':
        // Nothing has happened yet: the station stops the machine and reports `aborted` with the state it ended in.
        return { ok: true, events: [] };
      case 'prepared':
        return {
          ok: true,
          events: [event('machine-cycle.prepared', { ...ref, cycleId: action.cycleId, parameters: action.parameters })],
        };
      case 'started':
        return { ok: true, events: [event('machine-cycle.started', { ...ref, cycleId: action.cycleId })] };
      case 'finished':
        return finished(def, action, ctx);
      case 'aborted':
        return {
          ok: true,
          events: [event('machine-cycle.aborted', { ...ref, cycleId: action.cycleId, reasons: [...action.reasons] })],
        };
    }
  },
  evolve(progress, happened) {
    switch (happened.type) {
      case 'machine-cycle.requested':
        return { ...ready, phase: 'requested', cycleId: happened.body.cycleId, requestedAt: happened.at };
      case 'machine-cycle.prepared':
        return { ...progress, phase: 'prepared', parameters: happened.body.parameters };
      case 'machine-cycle.started':
        return { ...progress, phase: 'started', startedAt: happened.at };
      case 'machine-cycle.finished':
        return {
          ...progress,
          phase: 'finished',
          traceId: happened.body.traceId,
          results: happened.body.results.map(({ characteristicId, reading, verdict }) => ({
            characteristicId,
            reading,
            verdict,
          })),
        };
      case 'machine-cycle.aborted':
        return { ...progress, phase: 'aborted', reasons: happened.body.reasons };
      default:
        return progress;
    }
  },
  outcome(_def, progress, definition) {
    if (progress.phase === 'aborted') return { failed: progress.reasons };
    if (progress.phase !== 'finished') return 'open';
    const bad = progress.results.filter((r) => r.verdict !== 'ok');
    if (bad.length === 0) return 'passed';
    return {
      failed: bad.flatMap((r) => {
        const characteristic = characteristicOf(definition, r.characteristicId);
        return characteristic === null ? [] : [outOfLimits(r.reading.value, characteristic)];
      }),
    };
  },
  summary(def, progress, definition) {
    if (progress.results.length === 0) return null;
    return {
      kind: 'cycle',
      recipe: def.recipe,
      values: progress.results.flatMap((r) => {
        const c = characteristicOf(definition, r.characteristicId);
        return c === null ? [] : [{ title: c.title, value: r.reading.value, unit: c.unit, decimals: c.decimals }];
      }),
    };
  },
};

/** Every result the definition asks for must be there, once, and of the right unit. */
function finished(
  def: StepDefinitionOf<'machine-cycle'>,
  action: Extract<InternalActionOf<'machine-cycle'>, { do: 'finished' }>,
  ctx: StepContext,
): Acted {
  const missing: Reason[] = [];
  const results = def.results.flatMap(({ characteristic: id }) => {
    const characteristic = characteristicOf(ctx.definition, id);
    const found = action.results.find((r) => r.characteristicId === id);
    const fault = (status: string): [] => {
      missing.push(reason('machine.result-missing', { result: id, resultText: characteristic?.title ?? null, status }));
      return [];
    };
    if (characteristic === null || found === undefined) return fault('NotDelivered');
    const { reading } = found;
    if (reading.quality !== 'good' || !Number.isFinite(reading.value)) return fault(reading.status);
    if (reading.unit !== characteristic.unit) return fault(`unit ${reading.unit}`);
    const { nominal, lower, upper } = characteristic;
    return [{ characteristicId: id, reading, nominal, lower, upper, verdict: verdictOf(reading.value, lower, upper) }];
  });
  if (missing.length > 0) return { ok: false, reasons: missing };
  return {
    ok: true,
    events: [
      event('machine-cycle.finished', { ...ctx.ref, cycleId: action.cycleId, results, traceId: action.traceId }),
    ],
  };
}
