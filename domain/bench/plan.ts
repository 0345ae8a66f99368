/** What the control plans in force let this bench sample. */
import type { PlannedCharacteristic, Sampling } from '#contract/config/control-plan.ts';
import type { ReleasedControlPlan } from '#contract/config/index.ts';
import type { Facts } from '#domain/facts.ts';
import { startOfLocalDay } from '#domain/people/local-day.ts';
import { shiftAt } from '#domain/shifts/shifts.ts';
import { dueSamples, gapMs, idleMs, windowMs, type DueSample, type Sampled, type Stream } from './due.ts';

export interface SampledStream {
  readonly stream: Stream;
  readonly plan: ReleasedControlPlan;
  readonly planned: PlannedCharacteristic;
  readonly sampling: Sampling;
}

/** One for each characteristic and process station whose samples are measured at this station. */
export function sampledHere({ catalogue, station }: Pick<Facts, 'catalogue' | 'station'>): readonly SampledStream[] {
  return catalogue.controlPlans
    .filter(({ status }) => status === 'released')
    .flatMap((plan) =>
      plan.characteristics.flatMap((planned) => {
        const { sampling, operation: operationId } = planned;
        if (sampling === undefined || !sampling.at.includes(station.id)) return [];
        const stations = new Set(
          catalogue.definitions
            .filter(({ id, status }) => id === plan.definition && status === 'released')
            .flatMap(({ operations }) => operations.filter((o) => o.id === operationId).flatMap((o) => o.stations)),
        );
        return [...stations].map((stationId) => ({
          stream: { planId: plan.id, definitionId: plan.definition, operationId, stationId },
          plan,
          planned,
          sampling,
        }));
      }),
    );
}

/** With what is known of each. Counting begins with the release of the plan. */
export function sampledNow(facts: Pick<Facts, 'catalogue' | 'station' | 'bench' | 'now'>): readonly Sampled[] {
  const { catalogue, now, bench } = facts;
  const { plant } = catalogue;
  // The window moves by whole days: within one nothing that is due vanishes, and counts stay as they are.
  const day = new Date(now - windowMs).toISOString().slice(0, 10);
  const since = startOfLocalDay(day, plant.timeZone);
  return sampledHere(facts).map(({ stream, plan, planned, sampling }) => {
    const { every } = sampling;
    const capMs = every !== undefined && 'minutes' in every ? gapMs(every.minutes) : idleMs;
    const begunAt = plan.released === undefined ? 0 : Date.parse(plan.released.at);
    return {
      stream,
      plan,
      planned,
      sampling,
      made: bench.made(stream, { begunAt, since: Math.max(since, begunAt), capMs }),
      decided: bench.decided(stream).filter((d) => d.characteristicId === planned.characteristic),
      orderDone: (orderId: string) => bench.orderDone(stream, orderId),
      shiftOf(at: number) {
        const shift = shiftAt(at, plant);
        return shift === null || shift.shift === null ? null : shift;
      },
    };
  });
}

export const dueNow = (facts: Pick<Facts, 'catalogue' | 'station' | 'bench' | 'now'>): readonly DueSample[] =>
  dueSamples(sampledNow(facts));
