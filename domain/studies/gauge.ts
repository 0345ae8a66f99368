/** The gauge of a study: whether it may be used, and where its values come from. */
import type { GaugeNeed } from '#contract/config/control-plan.ts';
import type { Characteristic } from '#contract/config/definition.ts';
import type { Gauge } from '#contract/config/gauges.ts';
import type { StudySubject } from '#contract/events/shared.ts';
import type { Reason } from '#contract/refusal.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { tagOfGauge } from '#domain/config/check-gauges.ts';
import type { Facts } from '#domain/facts.ts';
import { askGauge } from '#domain/gauges/ask.ts';

/** null: its values are read off and typed. */
export function tagOf(gauge: Gauge, catalogue: Pick<Catalogue, 'device'>): string | null {
  const device = gauge.device === undefined ? null : catalogue.device(gauge.device);
  return device === null ? null : tagOfGauge(gauge, device);
}

/**
 * Why nothing can be learned of the gauge now: condemned, not calibrated, of another unit, another one than the register says. Whether
 * it is good enough for the characteristic is what the study is to find out.
 */
export function readyFaults(
  gauge: Gauge,
  subject: Extract<StudySubject, { kind: 'characteristic' }>,
  characteristic: Characteristic | null,
  facts: Facts,
): readonly Reason[] {
  if (characteristic === null) return [];
  const need: GaugeNeed = {
    type: gauge.type,
    resolution: gauge.resolution,
    master: 'none',
    decision: { rule: 'simple' },
  };
  const throughDevice = gauge.device !== undefined;
  return askGauge({ gauge, need, definitionId: subject.definitionId, characteristic, throughDevice }, facts).reasons;
}
