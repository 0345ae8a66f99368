/** Cross-checks of machines/*.yaml: whom it is watched by exists, and each tag is of that station and of the right type. */
import type { MachineFile } from '#contract/config/machines.ts';
import type { CheckInput, Findings, Index, Path, Source } from './finding.ts';

export function checkMachines(input: CheckInput, index: Index, findings: Findings): void {
  for (const source of input.machines ?? []) checkMachine(source, index, findings);
}

function checkMachine({ file, value }: Source<MachineFile>, index: Index, findings: Findings): void {
  if (!findings.known(file, ['station'], value.station, 'station', index.stations)) return;
  const { counts, meter, alarm } = value;
  for (const name of ['produced', 'good', 'scrap'] as const)
    if (counts?.[name] !== undefined) tag(counts[name].tag, ['counts', name, 'tag'], 'number', 'a counter is a number');
  if (alarm !== undefined) tag(alarm, ['alarm'], 'text', 'what is wrong is told in words');
  if (meter === undefined) return;
  const path: Path = ['meter', 'tag'];
  const unit = tag(meter.tag, path, 'number', 'a meter counts in numbers');
  if (unit !== undefined && unit !== meter.unit)
    findings.add(
      file,
      path,
      `tag "${meter.tag}" is in ${unit ?? 'no unit'}, and the meter in ${meter.unit}`,
      `Name the counter of energy, not its power, or write \`unit\` of the meter as that of the tag.`,
    );

  /** @returns its unit; undefined: it is none for this, and that is told */
  function tag(tagId: string, at: Path, type: 'number' | 'text', why: string): string | null | undefined {
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
    if (place.tag.type === type) return place.tag.unit;
    findings.add(file, at, `tag "${tagId}" is ${place.tag.type}, and ${why}`, `Name a tag of the type ${type}.`);
    return undefined;
  }
}
