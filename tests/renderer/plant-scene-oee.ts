/** OEE of the invented press in the plant view: its shift, and sums of the days before it. */
import { implement } from '@orpc/server';
import { plantContract } from '#contract/plant/index.ts';
import type { TrendStep, TrendView } from '#contract/plant/oee.ts';
import { periodsOf } from '#domain/oee/periods.ts';
import { addSums, sumOf } from '#domain/oee/sums.ts';
import { oeeScene } from './oee-scene.ts';

const now = oeeScene.view.to;

/** The same shift again and again, now and then without some of its stops. */
function trend(step: TrendStep, count: number): TrendView {
  const days = { day: 1, week: 5, month: 21 }[step];
  const periods = periodsOf(step, count, now, 'UTC').map((period, n) => {
    const shift = sumOf(oeeScene.view.spans.filter((span, at) => span.element === 'APT' || (at + n) % 4 !== 0));
    return {
      ...period,
      sums: addSums(Array.from({ length: days }, () => shift)),
      anewAt: n === count - 2 ? now - 3_600_000 : null,
    };
  });
  const before = periods.at(-2) ?? periods[0]!;
  return {
    machineId: oeeScene.view.machineId,
    title: oeeScene.view.title,
    timeZone: 'UTC',
    step,
    periods,
    watchedFrom: periods[0]?.from ?? null,
    summedUntil: now - 3_600_000,
    pending: false,
    anew: [
      { at: now - 3_600_000, why: 'stops', from: before.from + 32_400_000, to: before.from + 43_200_000, hours: 3 },
    ],
  };
}

export function plantOee(
  watch: (options: { signal?: AbortSignal | undefined }) => AsyncGenerator<{ revision: number }>,
) {
  const os = implement(plantContract.oee);
  return {
    watch: os.watch.handler(watch),
    view: os.view.handler(({ input }) =>
      input.window.kind === 'shift' && input.window.key === null ? oeeScene.view : oeeScene.past,
    ),
    units: os.units.handler(() => oeeScene.units),
    shifts: os.shifts.handler(() => oeeScene.shifts),
    trend: os.trend.handler(({ input }) => trend(input.step, input.count)),
    now: os.now.handler(() => [
      { machineId: oeeScene.view.machineId, shift: oeeScene.shifts[0] ?? null, sums: sumOf(oeeScene.view.spans) },
    ]),
  };
}
