/** What is found of a gauge elsewhere, and what the gate makes of it: the tests of values that cannot be relied on. */
import type { GaugeNeed } from '#contract/config/control-plan.ts';
import type { Reason } from '#contract/refusal.ts';
import type { World } from '#domain/test-kit.ts';
import { askGauge } from './ask.ts';
import { newGauge, type GaugeBody, type GaugeMark } from './gauge.ts';

/** A check at another station. @param at UTC ms. */
export const checkMark = (good: boolean, at: number): GaugeMark => ({
  id: `K-${at}`,
  kind: 'check',
  good,
  from: at,
  to: at,
  stationId: 'ST20',
});

/** A gauge of which nothing else is known. */
export const markedGauge = (gaugeId: string, marks: readonly GaugeMark[]): GaugeBody => ({
  ...newGauge(gaugeId),
  marks: [...marks],
});

/** The server told this, and nothing else, of the gauge. */
export const tell = (world: World, gaugeId: string, ...marks: GaugeMark[]): void =>
  void world.gauges.told.set(gaugeId, markedGauge(gaugeId, marks));

/** A check at this station, now. */
export const checkHere = (world: World, good: boolean, gaugeId = 'G-1'): void =>
  void world.take([
    {
      type: 'gauge.checked',
      v: 1,
      body: {
        gaugeId,
        checkId: `K-${world.now}`,
        master: { id: 'M-1', value: 10.003, tolerance: 0.01, unit: 'mm' },
        readings: [],
        deviation: good ? 0 : 0.2,
        result: good ? 'passed' : 'failed',
        shift: null,
      },
    } as never,
  ]);

/** What stands against the gauge G-1 for the bore, where a study is asked for and no check. */
export function gateOf(world: World): readonly Reason[] {
  const gauge = world.catalogue.gauge('G-1');
  const characteristic = world.catalogue.definition('PUMP', 'A')?.characteristics.find(({ id }) => id === 'bore');
  if (gauge === null || characteristic === undefined) throw new Error('no such gauge or characteristic');
  const need: GaugeNeed = {
    type: gauge.type,
    resolution: gauge.resolution,
    study: { maxPercent: 30, of: 'tolerance', minDistinct: 5 },
    master: 'none',
    decision: { rule: 'simple' },
  };
  return askGauge({ gauge, need, definitionId: 'PUMP', characteristic, throughDevice: true }, world.facts()).reasons;
}
