import type { JudgedGauge } from '#contract/rpc/execution.ts';
import { askGauge } from '#domain/gauges/ask.ts';
import { gaugeFaults, gaugeGate, gaugeNeedOf, gaugeOfStep } from '#domain/steps/measure/kind.ts';
import type { StepDefinitionOf } from '#contract/steps/index.ts';
import { characteristicViewOf, type StepStateOf, type StepView, type StepViewContext } from '../view-type.ts';

export const measureView: StepView<'measure'> = (def, { values }, ctx) => {
  const { facts, definition, devices } = ctx;
  const device = def.tag === undefined ? null : (facts.catalogue.tag(def.tag)?.device ?? null);
  return {
    type: 'measure',
    characteristic: characteristicViewOf(definition, def.characteristic),
    values,
    gauge:
      device === null || def.tag === undefined
        ? null
        : {
            deviceId: device.id,
            title: device.title,
            gaugeId: device.gaugeId,
            pushes: devices.pushes(device.id),
            tagId: def.tag,
            faults: gaugeFaults(def, facts),
          },
    gate: gateView(def, ctx),
  };
};

function gateView(def: StepDefinitionOf<'measure'>, ctx: StepViewContext): StepStateOf<'measure'>['gate'] {
  const { facts, definition } = ctx;
  const need = gaugeNeedOf(def, ctx);
  const characteristic = definition.characteristics.find(({ id }) => id === def.characteristic);
  if (need === null || characteristic === undefined) return null;
  const judgement = gaugeGate(def, ctx);
  const gauge = gaugeOfStep(def, facts);
  const device = def.tag === undefined ? null : (facts.catalogue.tag(def.tag)?.device ?? null);
  const title = gauge?.title ?? device?.title;
  return {
    own: judgement === null || title === undefined ? null : { gaugeId: gauge?.id ?? null, title, ...judgement },
    readOff: def.allowTyped
      ? facts.catalogue.gauges
          .filter(({ type, device: of }) => of === undefined && type === need.type)
          .map((each): JudgedGauge => ({
            gaugeId: each.id,
            title: each.title,
            ...askGauge(
              { gauge: each, need, definitionId: definition.id, characteristic, throughDevice: false },
              facts,
            ),
          }))
      : [],
  };
}
