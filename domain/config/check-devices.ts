/** Cross-checks of devices and recipes. */
import type { Device, Machine } from '#contract/config/device.ts';
import type { CheckInput, Findings, Index, Path } from './finding.ts';

export function checkDevices(input: CheckInput, findings: Findings): void {
  const owner = new Map<string, string>();
  for (const { file, value: device } of input.devices) {
    device.tags.forEach((tag, at) => {
      const other = owner.get(tag.id);
      if (other !== undefined) {
        findings.add(
          file,
          ['tags', at, 'id'],
          `tag id "${tag.id}" is already used by device "${other}"`,
          'Tag ids are unique in the plant; begin them with the device, e.g. `press.ram-force`.',
        );
      }
      owner.set(tag.id, device.id);
      if (tag.staleAfterMs !== null && tag.staleAfterMs <= tag.samplingMs) {
        findings.add(
          file,
          ['tags', at, 'staleAfterMs'],
          `the tag is stale after ${tag.staleAfterMs} ms but is sampled only every ${tag.samplingMs} ms`,
          'Set staleAfterMs to at least twice samplingMs, or to null.',
        );
      }
      if (tag.type !== 'number' && tag.type !== 'numbers' && tag.deadband > 0) {
        findings.add(
          file,
          ['tags', at, 'deadband'],
          `a ${tag.type} tag has no deadband`,
          'Remove `deadband`; it is for numbers.',
        );
      }
    });
    if (device.machine !== null) checkMachine(file, device, device.machine, findings);
  }
}

function checkMachine(file: string, device: Device, machine: Machine, findings: Findings): void {
  const tags = new Map(device.tags.map((tag) => [tag.id, tag]));
  const tagOf = (id: string, path: Path, types: readonly string[]): void => {
    if (!findings.known(file, path, id, `tag of device "${device.id}"`, tags)) return;
    const tag = tags.get(id);
    if (tag && !types.includes(tag.type)) {
      findings.add(
        file,
        path,
        `tag "${id}" is of type ${tag.type}, but ${types.join(' or ')} is needed here`,
        'Name another tag or correct the type of this one.',
      );
    }
  };
  tagOf(machine.stateTag, ['machine', 'stateTag'], ['text', 'number']);
  // The station's cycle ids are text.
  tagOf(machine.cycleIdTag, ['machine', 'cycleIdTag'], ['text']);
  if (machine.resultCycleIdTag !== undefined)
    tagOf(machine.resultCycleIdTag, ['machine', 'resultCycleIdTag'], ['text']);
  if (machine.trace) {
    tagOf(machine.trace.xTag, ['machine', 'trace', 'xTag'], ['number']);
    tagOf(machine.trace.yTag, ['machine', 'trace', 'yTag'], ['number']);
  }
  const stateType = tags.get(machine.stateTag)?.type;
  const seen = new Map<string | number, string>();
  for (const state of ['idle', 'executing', 'complete', 'aborted'] as const) {
    machine.states[state].forEach((value, at) => {
      const path = ['machine', 'states', state, at];
      const other = seen.get(value);
      if (other !== undefined) {
        findings.add(
          file,
          path,
          `the state tag's value ${JSON.stringify(value)} already means "${other}"`,
          'Each value means one state.',
        );
      }
      seen.set(value, state);
      const type = typeof value === 'string' ? 'text' : 'number';
      if (stateType !== undefined && type !== stateType) {
        findings.add(
          file,
          path,
          `${JSON.stringify(value)} is a ${type}, but the state tag "${machine.stateTag}" is of type ${stateType}`,
          stateType === 'text' ? 'Write it in quotes.' : 'Write the number without quotes.',
        );
      }
    });
  }
}

export function checkRecipes(input: CheckInput, index: Index, findings: Findings): void {
  for (const { file, value: recipe } of input.recipes) {
    findings.unique(
      file,
      recipe.parameters.map(({ id }) => id),
      'parameter id',
      (at) => ['parameters', at, 'id'],
    );
    findings.unique(
      file,
      recipe.parameters.map(({ tag }) => tag),
      'parameter tag',
      (at) => ['parameters', at, 'tag'],
    );
    const device = index.devices.get(recipe.device);
    if (!findings.known(file, ['device'], recipe.device, 'device', index.devices) || !device) continue;
    const tags = new Map(device.tags.map((tag) => [tag.id, tag]));
    recipe.parameters.forEach((parameter, at) => {
      const path: Path = ['parameters', at];
      if (!findings.known(file, [...path, 'tag'], parameter.tag, `tag of device "${device.id}"`, tags)) return;
      const tag = tags.get(parameter.tag);
      if (!tag) return;
      const type = typeof parameter.value === 'string' ? 'text' : typeof parameter.value;
      if (type !== tag.type) {
        findings.add(
          file,
          [...path, 'value'],
          `${JSON.stringify(parameter.value)} is a ${type}, but tag "${tag.id}" is of type ${tag.type}`,
          tag.type === 'text' ? 'Write it in quotes.' : `Write a ${tag.type}.`,
        );
        return;
      }
      if (type === 'number') {
        if (parameter.unit === null || tag.unit === null) {
          const [where, what] = parameter.unit === null ? ['parameter', parameter.id] : ['tag', tag.id];
          findings.add(
            file,
            parameter.unit === null ? path : [...path, 'tag'],
            `the ${where} "${what}" is a number without a unit`,
            `Add \`unit:\` to the ${where} (the same unit on both sides; "1" for a plain number).`,
          );
        } else if (parameter.unit !== tag.unit) {
          findings.add(
            file,
            [...path, 'unit'],
            `the parameter is in ${parameter.unit}, but tag "${tag.id}" is in ${tag.unit}`,
            `Give the value in ${tag.unit}; nothing is converted on the way to a machine.`,
          );
        }
      } else if (parameter.tolerance > 0) {
        findings.add(
          file,
          [...path, 'tolerance'],
          `a ${type} is compared exactly and has no tolerance`,
          'Remove `tolerance`; it is for numbers.',
        );
      }
    });
  }
}
