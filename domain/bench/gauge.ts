/** Which gauge of the bench measures a characteristic, and whether its values count now. */
import type { PlannedCharacteristic } from '#contract/config/control-plan.ts';
import type { Characteristic } from '#contract/config/definition.ts';
import type { Gauge } from '#contract/config/gauges.ts';
import type { Facts } from '#domain/facts.ts';
import { reason } from '#domain/decision.ts';
import { askGauge } from '#domain/gauges/ask.ts';
import { notFoundGood } from '#domain/gauges/suspect.ts';
import type { GaugeJudgement } from '#domain/gauges/judge.ts';
import type { Sample } from './sample.ts';

type Of = Pick<Sample, 'plan' | 'definitionId' | 'operationId'>;

export interface BenchGauge {
  readonly deviceId: string;
  /** Where its values come. */
  readonly tagId: string;
  /** null: the register does not know it. */
  readonly gauge: Gauge | null;
}

/** The planned characteristic under which the sample was begun; null: that plan is gone. */
export function plannedOf(
  { plan, operationId }: Of,
  characteristicId: string,
  { catalogue }: Pick<Facts, 'catalogue'>,
): PlannedCharacteristic | null {
  return (
    catalogue
      .controlPlan(plan.id, plan.revision)
      ?.characteristics.find(
        (c) => c.characteristic === characteristicId && c.operation === operationId && c.sampling !== undefined,
      ) ?? null
  );
}

/**
 * Of the devices of this station: the gauge of the type that the plan asks for, else the first that gives values in the unit of
 * the characteristic. @returns null: there is none.
 */
export function gaugeFor(
  sample: Of,
  characteristic: Pick<Characteristic, 'id' | 'unit'>,
  facts: Pick<Facts, 'catalogue' | 'station' | 'device'>,
): BenchGauge | null {
  const { catalogue, station } = facts;
  const need = plannedOf(sample, characteristic.id, facts)?.gauge;
  const all = station.devices.flatMap((deviceId): BenchGauge[] => {
    const device = catalogue.device(deviceId);
    // Values of a gauge come by its button, or when it is asked; a needle only shows.
    if (device === null || facts.device(deviceId)?.pushes !== true) return [];
    const gauge = catalogue.gaugeOfDevice(deviceId);
    const tag =
      device.tags.find(({ id }) => id === gauge?.tag) ??
      device.tags.find(({ type, unit }) => type === 'number' && unit === characteristic.unit);
    return tag === undefined || tag.unit !== characteristic.unit ? [] : [{ deviceId, tagId: tag.id, gauge }];
  });
  if (need === undefined) return all[0] ?? null;
  return all.find(({ gauge }) => gauge?.type === need.type) ?? all[0] ?? null;
}

/** Where the plan asks for no gauge, values count from any source but one of the register that was found bad. */
export function gaugeGate(
  { gauge, deviceId }: BenchGauge,
  sample: Of,
  characteristic: Characteristic,
  facts: Facts,
): GaugeJudgement {
  const need = plannedOf(sample, characteristic.id, facts)?.gauge;
  if (need === undefined)
    return {
      reasons: gauge === null ? [] : notFoundGood(facts.gauges.state(gauge.id), facts.now),
      met: [],
      acceptance: null,
    };
  if (gauge !== null)
    return askGauge({ gauge, need, definitionId: sample.definitionId, characteristic, throughDevice: true }, facts);
  const deviceText = facts.catalogue.device(deviceId)?.title ?? null;
  return { reasons: [reason('gauge.not-registered', { device: deviceId, deviceText })], met: [], acceptance: null };
}
