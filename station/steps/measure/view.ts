import { gaugeFaults } from '#domain/steps/measure/kind.ts';
import { characteristicViewOf, type StepView } from '../view-type.ts';

export const measureView: StepView<'measure'> = (def, { values }, { facts, definition, devices }) => {
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
  };
};
