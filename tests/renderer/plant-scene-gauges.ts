/** Invented gauges for looking at the plant view. Never part of the product. */
import { implement } from '@orpc/server';
import { gauges as gaugesContract, type PlantGauge } from '#contract/plant/gauges.ts';
import { gaugesScene } from './gauges-scene.ts';

const plantGauges: readonly PlantGauge[] = gaugesScene.rows.map((row) => {
  const view = gaugesScene.view(row.gaugeId);
  if (view === null) throw new Error(row.gaugeId);
  const { gaugeId, title, type, standing, dueAt, dueDays, openRecalls, unit, decimals, calibration, check, use } = view;
  return {
    gaugeId,
    title,
    type,
    stations: view.device === null ? [] : ['ST10'],
    standing,
    dueAt,
    dueDays,
    openRecalls,
    unit,
    decimals,
    calibration,
    check,
    use,
    recalls: view.recalls.map((recall) => ({
      ...recall,
      inForce: null,
      units: recall.units.map(({ serial, status, hold }) => ({ serial, status, held: hold === 'held' })),
    })),
  };
});

type Watch = (asked: {
  signal?: AbortSignal | undefined;
}) => AsyncGenerator<{ readonly revision: number }, void, undefined>;

export function scriptedGauges(watch: Watch) {
  const os = implement(gaugesContract);
  return os.router({
    watch: os.watch.handler(watch),
    recall: os.recall.handler(() => ({ ok: true, value: undefined })),
    list: os.list.handler(() => plantGauges.map(({ recalls: _recalls, ...row }) => row)),
    gauge: os.gauge.handler(({ input }) => plantGauges.find(({ gaugeId }) => gaugeId === input.gaugeId) ?? null),
  });
}
