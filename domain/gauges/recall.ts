/** Recall of what a gauge measured in a time in which it cannot be relied on. */
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { Execution } from '#domain/execution/execution.ts';
import type { Facts } from '#domain/facts.ts';
import type { Unit } from '#domain/units/unit-state.ts';
import {
  foundGoodAfter,
  isInRecall,
  recallHoldId,
  recallReason,
  recallsOf,
  type GaugeBody,
  type KnownRecall,
} from './gauge.ts';

/** Of the findings as they are known now, or as it was put into force; null: there is none such. */
export function knownRecall(state: GaugeBody, recallId: string): KnownRecall | null {
  const found = recallsOf(state).find((each) => each.recallId === recallId);
  if (found !== undefined) return found;
  const inForce = state.recalls.find((each) => each.recallId === recallId);
  if (inForce === undefined) return null;
  const { since, foundAt } = inForce;
  return { recallId, since, foundAt, until: foundGoodAfter(state, foundAt) };
}

/** A unit in its run here goes on hold at the end of the run; a scrapped one, or one unknown here, by whoever knows it. */
export function holdFor(
  gaugeId: string,
  recall: Pick<KnownRecall, 'recallId' | 'since' | 'foundAt'>,
  unit: Unit | null,
  { station }: Pick<Facts, 'station'>,
): readonly DomainEvent[] {
  if (unit === null || unit.status === 'scrapped' || unit.open?.stationId === station.id) return [];
  const { serial } = unit;
  const holdId = recallHoldId(recall.recallId, serial);
  if (unit.holds.some((hold) => hold.holdId === holdId)) return [];
  return [
    event('unit.held', {
      serial,
      holdId,
      reason: '',
      executionId: null,
      stepId: null,
      reasons: [recallReason(gaugeId, recall)],
    }),
  ];
}

/** Recalls in force that the unit is in by what was measured on it here. */
export function recallsOn(
  serial: string,
  { gauges }: Pick<Facts, 'gauges'>,
): readonly { readonly gaugeId: string; readonly recall: KnownRecall }[] {
  const found = new Map<string, { readonly gaugeId: string; readonly recall: KnownRecall }>();
  for (const { gaugeId, at } of gauges.usedOn(serial)) {
    const state = gauges.state(gaugeId);
    for (const { recallId } of state.recalls) {
      const recall = knownRecall(state, recallId);
      if (recall !== null && isInRecall(recall, at)) found.set(recallId, { gaugeId, recall });
    }
  }
  return [...found.values()];
}

/**
 * What must be written after the facts of a run: holds on a unit whose run here ends while it is in a recall.
 * @param open the run that was open before these facts; null: none.
 */
export function followRecalls(
  open: Execution | null,
  events: readonly DomainEvent[],
  facts: Facts,
): readonly DomainEvent[] {
  if (open === null) return [];
  const { serial, executionId } = open;
  const ends = events.some(
    (e) => (e.type === 'execution.passed' || e.type === 'execution.stopped') && e.body.executionId === executionId,
  );
  const unit = ends ? facts.control.unit(serial) : null;
  if (unit === null || events.some(({ type }) => type === 'unit.scrapped')) return [];
  return recallsOn(serial, facts).flatMap(({ gaugeId, recall }) =>
    holdFor(gaugeId, recall, { ...unit, open: null }, facts),
  );
}
