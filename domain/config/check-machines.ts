/** Cross-checks of machines/*.yaml: whom it is watched by exists, and each tag is of that station and of the right type. */
import type { MachineFile } from '#contract/config/machines.ts';
import type { Tag } from '#contract/config/device.ts';
import { rateOf } from '#domain/machines/rate.ts';
import { stateTags } from '#domain/machines/state.ts';
import type { CheckInput, Findings, Index, Path, Source } from './finding.ts';

export function checkMachines(input: CheckInput, index: Index, findings: Findings): void {
  for (const source of input.machines ?? []) {
    checkMachine(source, index, findings);
    checkTakts(source, input, index, findings);
  }
}

/** A planned time that the machine cannot keep at its best asks for more pieces than OEE can ever have: one of both is wrong. */
function checkTakts({ file, value }: Source<MachineFile>, input: CheckInput, index: Index, findings: Findings): void {
  value.rates.forEach(({ taktMs, cycleMs }, n) => {
    if (taktMs !== undefined && taktMs < cycleMs)
      findings.add(
        file,
        ['rates', n, 'taktMs'],
        `the planned time of a piece is ${taktMs} ms, shorter than its ideal time of ${cycleMs} ms`,
        'Write at least `cycleMs`, leave `taktMs` out, or write the shorter ideal time with another `revision`.',
      );
  });
  const { counts } = value;
  const tags = [...stateTags(value.state), counts?.produced.tag, counts?.good?.tag, counts?.scrap?.tag];
  const devices = new Set(tags.flatMap((id) => index.tags.get(id ?? '')?.device.id ?? []));
  for (const definition of input.definitions)
    definition.value.operations.forEach(({ id, taktMs, steps }, n) => {
      const rate = rateOf(value, definition.value.id);
      const isOnIt = steps.some((step) => step.type === 'machine-cycle' && devices.has(step.device));
      if (taktMs === undefined || rate === null || !isOnIt || taktMs >= rate.cycleMs) return;
      findings.add(
        definition.file,
        ['operations', n, 'taktMs'],
        `the takt of operation ${id} is ${taktMs} ms, shorter than the ideal time of ${rate.cycleMs} ms of machine "${value.id}", on which it runs`,
        `Write a takt of at least ${rate.cycleMs} ms, or the shorter ideal time in \`rates\` of machines/${value.id}.yaml with another \`revision\`.`,
      );
    });
}

function checkMachine({ file, value }: Source<MachineFile>, index: Index, findings: Findings): void {
  if (!findings.known(file, ['station'], value.station, 'station', index.stations)) return;
  const { counts, meter, alarm } = value;
  for (const name of ['produced', 'good', 'scrap'] as const)
    if (counts?.[name] !== undefined)
      tag(counts[name].tag, ['counts', name, 'tag'], ['number'], 'a counter is a number');
  if (alarm !== undefined) tag(alarm, ['alarm'], ['text'], 'what is wrong is told in words');
  checkState();
  if (meter === undefined) return;
  const path: Path = ['meter', 'tag'];
  const unit = tag(meter.tag, path, ['number'], 'a meter counts in numbers')?.unit;
  if (unit !== undefined && unit !== meter.unit)
    findings.add(
      file,
      path,
      `tag "${meter.tag}" is in ${unit ?? 'no unit'}, and the meter in ${meter.unit}`,
      `Name the counter of energy, not its power, or write \`unit\` of the meter as that of the tag.`,
    );

  function checkState(): void {
    const { state } = value;
    const word = ['text', 'number'] as const;
    switch (state.from) {
      case 'packml':
        for (const name of ['state', 'mode'] as const)
          if (state[name] !== undefined)
            tag(state[name], ['state', name], word, `a PackML ${name} is a word or its number`);
        // Drivers without booleans tell them as 0 and 1.
        for (const name of ['blocked', 'starved'] as const)
          if (state[name] !== undefined)
            tag(
              state[name],
              ['state', name],
              ['boolean', 'number'],
              `\`${name}\` is a bit: true and false, or 1 and 0`,
            );
        return;
      case 'machinery':
        for (const name of ['itemState', 'operationMode'] as const)
          tag(state[name], ['state', name], word, `\`${name}\` is a word or its number`);
        return;
      case 'bits':
        for (const name of ['running', 'fault', 'blocked', 'starved', 'setup'] as const)
          if (state[name] !== undefined) bit(state[name], ['state', name, 'tag']);
        return;
      case 'counter':
        if (counts === undefined)
          findings.add(
            file,
            ['state', 'from'],
            'the state comes from a counter, and the machine has no `counts`',
            'Write `counts` with the counter in `produced`, or name another way to the state in `from`.',
          );
        return;
      case 'hand':
        return;
    }
  }

  /** Its tag is of the type of the values that mean on: else it never is. */
  function bit({ tag: tagId, on }: { readonly tag: string; readonly on: readonly unknown[] }, at: Path): void {
    const types = ['boolean', 'number', 'text'] as const;
    const found = tag(tagId, at, types, 'a bit is one value');
    if (found === undefined) return;
    const never = on.find((one) => (typeof one === 'string' ? 'text' : typeof one) !== found.type);
    if (never === undefined) return;
    findings.add(
      file,
      at,
      `tag "${tagId}" is ${found.type}, and \`on\` has ${JSON.stringify(never)}, which it never says`,
      found.type === 'boolean'
        ? 'Write true or false in `on`, or leave `on` out for true.'
        : `Name a tag of the type boolean, or write in \`on\` what the tag says when it is on, as ${found.type}.`,
    );
  }

  /** @returns the tag; undefined: it is none for this, and that is told */
  function tag(tagId: string, at: Path, types: readonly Tag['type'][], why: string): Tag | undefined {
    if (!findings.known(file, at, tagId, 'tag', index.tags)) return undefined;
    const place = index.tags.get(tagId);
    if (place === undefined) return undefined;
    if (index.stations.get(value.station)?.devices.includes(place.device.id) === false)
      findings.add(
        file,
        at,
        `tag "${tagId}" is of device "${place.device.id}", which station ${value.station} does not have`,
        `Name a tag of a device of ${value.station}, or add the device to the station.`,
      );
    if (types.includes(place.tag.type)) return place.tag;
    findings.add(
      file,
      at,
      `tag "${tagId}" is ${place.tag.type}, and ${why}`,
      `Name a tag of the type ${types.join(' or ')}.`,
    );
    return undefined;
  }
}
