/**
 * What follows from the facts of a run, decided in the same transaction: points, signals, and holds on the suspect window
 * (docs/quality.md).
 */
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { Localized } from '#contract/config/text.ts';
import type { Reason } from '#contract/refusal.ts';
import { reason } from '#domain/decision.ts';
import type { Execution } from '#domain/execution/execution.ts';
import type { Facts } from '#domain/facts.ts';
import { asHappened } from '#domain/happened.ts';
import type { Unit } from '#domain/units/unit-state.ts';
import { evolveUnit } from '#domain/units/unit.ts';
import { countLate, countUnit, countsOf } from './counts.ts';
import { chartSample, type Charted } from './judge.ts';
import { chartedText } from './planned.ts';
import { samplesOf } from './samples.ts';
import { signalHoldId, type Signal, type SignalBody } from './signal.ts';

type Raised = Pick<SignalBody['raised'], 'chart' | 'definitionId' | 'operationId' | 'rules'> & {
  readonly signalId: string;
};

/** What the signal is about, in words. */
export const characteristicText = (
  { chart, definitionId }: Pick<Raised, 'chart' | 'definitionId'>,
  facts: Pick<Facts, 'catalogue'>,
): Localized => chartedText(chart, definitionId, facts);

/** Why a unit of the suspect window is on hold. */
export const suspectReason = (raised: Raised, facts: Pick<Facts, 'catalogue'>): Reason =>
  reason('process.signal', {
    signal: raised.signalId,
    characteristicText: characteristicText(raised, facts),
    station: raised.chart.stationId,
    operation: raised.operationId,
  });

/**
 * @param open the run that was open at this station before these facts; null: none.
 * @param events what was decided.
 * @returns what must be written after them.
 */
export function followUp(open: Execution | null, events: readonly DomainEvent[], facts: Facts): readonly DomainEvent[] {
  const late = countLate(open, events, facts);
  if (open === null) return late;
  const made: DomainEvent[] = [...late];
  const units = new UnitsAfter(events, open, facts);
  const plan = facts.catalogue.controlPlanOf(open.definition.id);
  for (const sample of plan === null ? [] : samplesOf(open, events, facts)) {
    // What is sampled at a bench has points of samples only.
    const planned = plan?.characteristics.find(
      (c) =>
        c.characteristic === sample.characteristicId && c.operation === sample.operationId && c.sampling === undefined,
    );
    if (plan === null || planned === undefined) continue;
    const serials = sample.values.map(({ serial }) => serial);
    made.push(...follow(chartSample(plan, planned, sample, facts), serials, units, facts));
  }
  for (const counted of plan === null ? [] : countsOf(plan, open, events, facts))
    made.push(...follow([countUnit(counted, facts)], [], units, facts));
  return [...made, ...endOfRun(open, events, units, facts)];
}

/** What follows from a point that was measured apart from a run. @param measured serials of the sample. */
export const followCharted = (charted: Charted, measured: readonly string[], facts: Facts): readonly DomainEvent[] =>
  follow([charted], measured, new UnitsAfter([], null, facts), facts);

function follow(
  charted: readonly Charted[],
  serials: readonly string[],
  units: UnitsAfter,
  facts: Facts,
): readonly DomainEvent[] {
  return charted.flatMap(({ events, signal }) => {
    if (signal === null) return events;
    const suspects = suspectsOf(signal, serials, units, facts);
    const raised = { ...signal, suspects: [...suspects] };
    return [...events, event('signal.raised', raised), ...suspects.flatMap((serial) => units.hold(serial, raised))];
  });
}

/** The window: passed after the last point in control, measured, or in its run here now. */
function suspectsOf(
  { chart, lastInControl, definitionId, operationId }: NonNullable<Charted['signal']>,
  measured: readonly string[],
  units: UnitsAfter,
  facts: Facts,
): readonly string[] {
  const cleared = new Set(lastInControl?.executionIds);
  const passed = facts.control
    .passedSince(chart, lastInControl, definitionId, operationId)
    .filter(({ executionId }) => !cleared.has(executionId))
    .map(({ serial }) => serial);
  const { run } = units;
  const here =
    run !== null &&
    run.definition.id === definitionId &&
    run.operationId === operationId &&
    !cleared.has(run.executionId)
      ? [run.serial]
      : [];
  return [...new Set([...passed, ...measured, ...here])];
}

/** A unit whose run here ends while it is in the window of a signal, or while one is open about what was done. */
function endOfRun(
  open: Execution,
  events: readonly DomainEvent[],
  units: UnitsAfter,
  facts: Facts,
): readonly DomainEvent[] {
  const { serial, definition, operationId, executionId } = open;
  const ends = events.filter(
    (e) => (e.type === 'execution.passed' || e.type === 'execution.stopped') && e.body.executionId === executionId,
  );
  if (ends.length === 0) return [];
  const passed = ends.some(({ type }) => type === 'execution.passed');
  const about = passed
    ? facts.control
        .openSignals()
        .filter(({ raised }) => raised.definitionId === definition.id && raised.operationId === operationId)
    : [];
  const signals = new Map<string, Signal>([...about, ...facts.control.signalsOn(serial)].map((s) => [s.signalId, s]));
  return [...signals.values()].flatMap(({ signalId, raised }) => units.hold(serial, { ...raised, signalId }));
}

/** Units as they are after the facts that were decided, for as far as they say where a unit can be put on hold. */
class UnitsAfter {
  /** null: what was measured is of none. */
  readonly run: Execution | null;
  readonly #facts: Facts;
  readonly #units = new Map<string, Unit | null>();
  readonly #stamp: Parameters<typeof asHappened>[1];

  constructor(events: readonly DomainEvent[], run: Execution | null, facts: Facts) {
    this.run = run;
    this.#facts = facts;
    this.#stamp = { at: facts.now, actor: facts.actor, stationId: facts.station.id };
    if (run === null) return;
    let unit = facts.control.unit(run.serial);
    for (const each of events) {
      const body: Readonly<Record<string, unknown>> = each.body;
      if (body['serial'] === run.serial) unit = evolveUnit(unit, asHappened(each, this.#stamp));
    }
    this.#units.set(run.serial, unit);
  }

  #unit(serial: string): Unit | null {
    if (!this.#units.has(serial)) this.#units.set(serial, this.#facts.control.unit(serial));
    return this.#units.get(serial) ?? null;
  }

  /** A unit in its run here goes on hold at the end of the run; a scrapped one needs none. */
  hold(serial: string, raised: Raised): readonly DomainEvent[] {
    const unit = this.#unit(serial);
    const holdId = signalHoldId(raised.signalId, serial);
    if (unit === null || unit.status === 'scrapped' || unit.holds.some((hold) => hold.holdId === holdId)) return [];
    if (unit.open?.stationId === this.#facts.station.id) return [];
    const held = event('unit.held', {
      serial,
      holdId,
      reason: '',
      executionId: null,
      stepId: null,
      reasons: [suspectReason(raised, this.#facts)],
    });
    this.#units.set(serial, evolveUnit(unit, asHappened(held, this.#stamp)));
    return [held];
  }
}
