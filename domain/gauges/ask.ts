/** The gate as the rules ask it: with what is known at this station now. */
import type { GaugeNeed } from '#contract/config/control-plan.ts';
import type { Characteristic } from '#contract/config/definition.ts';
import type { Gauge } from '#contract/config/gauges.ts';
import type { Facts } from '#domain/facts.ts';
import { shiftAt } from '#domain/shifts/shifts.ts';
import { actorName } from '#domain/units/holder.ts';
import { studyKey } from './gauge.ts';
import { judgeGauge, type GaugeJudgement } from './judge.ts';

export interface Asked {
  readonly gauge: Gauge;
  readonly need: GaugeNeed;
  readonly definitionId: string;
  readonly characteristic: Characteristic;
  /** The value comes through the gauge's device; false: it was read off by eye. */
  readonly throughDevice: boolean;
}

/** The one way to ask whether a value of a gauge counts now: for steps of a run, samples at a bench, whoever measures. */
export function askGauge(
  { gauge, need, definitionId, characteristic, throughDevice }: Asked,
  facts: Pick<Facts, 'gauges' | 'catalogue' | 'now'>,
): GaugeJudgement {
  const { gauges, catalogue, now } = facts;
  const { plant } = catalogue;
  const state = gauges.state(gauge.id);
  const key = studyKey({ definitionId, characteristicId: characteristic.id });
  return judgeGauge({
    gauge,
    need,
    characteristic,
    state,
    study: state.studies.find((study) => studyKey(study) === key) ?? null,
    now,
    shift: shiftAt(now, plant),
    timeZone: plant.timeZone,
    deviceSerial: throughDevice && gauge.device !== undefined ? gauges.deviceSerial(gauge.device) : null,
    nameOf: ({ by, stationId }) => actorName(by, stationId, facts),
  });
}
