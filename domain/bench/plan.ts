/** What the control plans in force let this bench sample. */
import type { PlannedCharacteristic, Sampling } from '#contract/config/control-plan.ts';
import type { ReleasedControlPlan } from '#contract/config/index.ts';
import type { Facts } from '#domain/facts.ts';
import { localDay, startOfLocalDay } from '#domain/people/local-day.ts';
import { shiftAt } from '#domain/shifts/shifts.ts';
import { dueSamples, type DueSample, type Sampled, type Stream } from './due.ts';

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

/** UTC ms of the beginning of the week, by the plant's clocks. */
function mondayOf(at: number, timeZone: string): number {
  const day = Date.parse(localDay(at, timeZone));
  const since = (new Date(day).getUTCDay() + 6) % 7;
  return startOfLocalDay(new Date(day - since * 86_400_000).toISOString().slice(0, 10), timeZone);
}

/** With what is known of each. Counting begins with the release of the plan. */
export function sampledNow(facts: Pick<Facts, 'catalogue' | 'station' | 'bench' | 'now'>): readonly Sampled[] {
  const { catalogue, now, bench } = facts;
  const { plant } = catalogue;
  // Counting begins anew each Monday. The week before is looked at too: what became due on a Friday is still due.
  const monday = mondayOf(now, plant.timeZone);
  const before = mondayOf(monday - 86_400_000, plant.timeZone);
  return sampledHere(facts).map(({ stream, plan, planned, sampling }) => {
    const begunAt = plan.released === undefined ? 0 : Date.parse(plan.released.at);
    const since = Math.max(before, begunAt);
    return {
      stream,
      plan,
      planned,
      sampling,
      made: { anew: [since, monday], units: bench.made(stream, since) },
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
