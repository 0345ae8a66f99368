/** Cross-checks of gauges.yaml against devices, and of what control plans ask of gauges against what there is. */
import type { GaugeNeed } from '#contract/config/control-plan.ts';
import type { Characteristic, ProcessDefinition } from '#contract/config/definition.ts';
import type { Gauge, Gauges } from '#contract/config/gauges.ts';
import { acceptanceOf, isEaten } from '#domain/gauges/acceptance.ts';
import type { CheckInput, Findings, Index, Path, Source } from './finding.ts';

export function checkGauges(
  { file, value }: Source<Gauges>,
  input: CheckInput,
  index: Index,
  findings: Findings,
): void {
  const { gauges } = value;
  findings.unique(
    file,
    gauges.map(({ id }) => id),
    'gauge id',
    (at) => ['gauges', at, 'id'],
  );
  const withDevice = gauges.flatMap(({ device }, at) => (device === undefined ? [] : [{ device, at }]));
  findings.unique(
    file,
    withDevice.map(({ device }) => device),
    'device of a gauge',
    (n) => ['gauges', withDevice[n]?.at ?? 0, 'device'],
  );
  const masters = gauges.flatMap((gauge, at) => gauge.masters.map((master, n) => ({ gauge, master, at, n })));
  findings.unique(
    file,
    masters.map(({ master }) => master.id),
    'master part id',
    (i) => ['gauges', masters[i]?.at ?? 0, 'masters', masters[i]?.n ?? 0, 'id'],
  );
  for (const { gauge, master, at, n } of masters) {
    const path: Path = ['gauges', at, 'masters', n];
    if (master.unit !== gauge.unit)
      findings.add(
        file,
        [...path, 'unit'],
        `master part "${master.id}" is given in ${master.unit}, and gauge "${gauge.id}" measures in ${gauge.unit}`,
        `Give its value and tolerance in ${gauge.unit}.`,
      );
    else if (master.tolerance < gauge.resolution)
      findings.add(
        file,
        [...path, 'tolerance'],
        `a tolerance of ${master.tolerance} ${master.unit} is finer than gauge "${gauge.id}" can show (${gauge.resolution})`,
        'Give a tolerance of at least its resolution: no check could pass otherwise.',
      );
  }
  gauges.forEach((gauge, at) => checkGauge(gauge, { file, path: ['gauges', at] }, index, findings));
  for (const { file: deviceFile, value: device } of input.devices) {
    if (
      device.gaugeId === null ||
      gauges.some(({ id }) => id === device.gaugeId) ||
      index.alsoDeclared.has(device.gaugeId)
    )
      continue;
    findings.add(
      deviceFile,
      ['gaugeId'],
      `gauge "${device.gaugeId}" is not in gauges.yaml`,
      'Add it to the register, or correct the number.',
    );
  }
}

interface Place {
  readonly file: string;
  readonly path: Path;
}

function checkGauge(gauge: Gauge, { file, path }: Place, index: Index, findings: Findings): void {
  const { id, device: deviceId, tag: tagId, unit, calibrated } = gauge;
  if (calibrated !== undefined && calibrated.due <= calibrated.on)
    findings.add(
      file,
      [...path, 'calibrated', 'due'],
      `the calibration of ${calibrated.on} would be due on ${calibrated.due}, not later`,
      'Write the last day on which the gauge may be used.',
    );
  if (deviceId === undefined) {
    if (tagId !== undefined)
      findings.add(
        file,
        [...path, 'tag'],
        `gauge "${id}" has a tag but no device`,
        'Name the device, or remove the tag.',
      );
    return;
  }
  if (!findings.known(file, [...path, 'device'], deviceId, 'device', index.devices)) return;
  const device = index.devices.get(deviceId);
  if (device === undefined) return;
  if (device.gaugeId !== null && device.gaugeId !== id)
    findings.add(
      file,
      [...path, 'device'],
      `device "${deviceId}" says that it is gauge "${device.gaugeId}", not "${id}"`,
      'Correct `gaugeId` of the device, or name another device.',
    );
  if (tagId !== undefined) {
    const tags = new Map(device.tags.map((tag) => [tag.id, tag]));
    if (!findings.known(file, [...path, 'tag'], tagId, `tag of device "${deviceId}"`, tags)) return;
    const tag = tags.get(tagId);
    if (tag !== undefined && (tag.type !== 'number' || tag.unit !== unit))
      findings.add(
        file,
        [...path, 'tag'],
        `tag "${tagId}" gives ${tag.type === 'number' ? `numbers in ${tag.unit ?? 'no unit'}` : tag.type}, and the gauge measures in ${unit}`,
        `Name a number tag in ${unit}.`,
      );
  } else if (tagOfGauge(gauge, device) === null)
    findings.add(
      file,
      [...path, 'unit'],
      `device "${deviceId}" has no number tag in ${unit}`,
      'Correct the unit, or name the tag that gives its values.',
    );
}

/** Where the values of a gauge with a device come from; null: nowhere. */
export function tagOfGauge(
  { tag, unit }: Pick<Gauge, 'tag' | 'unit'>,
  device: { readonly tags: readonly { readonly id: string; readonly type: string; readonly unit: string | null }[] },
): string | null {
  return tag ?? device.tags.find((each) => each.type === 'number' && each.unit === unit)?.id ?? null;
}

/**
 * Whether what a control plan asks for can be had: a gauge of the register that suits, and something left of the tolerance beside
 * its guard band.
 */
export function checkGaugeNeed(
  need: GaugeNeed,
  characteristic: Characteristic,
  definition: ProcessDefinition,
  { file, path }: Place,
  input: CheckInput,
  findings: Findings,
): void {
  const at: Path = [...path, 'gauge'];
  if (need.master === 'shift' && input.plant !== null && input.plant.value.shifts.length === 0)
    findings.add(
      file,
      [...at, 'master'],
      'the master check is asked for in each shift, and the plant has no shifts',
      'Write `shifts` in plant.yaml, or `master: none`.',
    );
  if (need.decision.rule === 'guarded' && characteristic.lower === null && characteristic.upper === null)
    findings.add(
      file,
      [...at, 'decision'],
      `"${characteristic.id}" has no limits that could be guarded`,
      'Write `decision: { rule: simple }`.',
    );
  const register = input.gauges?.value.gauges;
  if (register === undefined) {
    findings.add(
      file,
      at,
      `a gauge of the type "${need.type}" is asked for, and there is no gauges.yaml`,
      'Write gauges.yaml with the gauges of the plant, or leave `gauge` out: values count from any source then.',
    );
    return;
  }
  const ofType = register.filter(({ type }) => type === need.type);
  const suited = ofType.filter(({ unit, resolution }) => unit === characteristic.unit && resolution <= need.resolution);
  if (suited.length === 0) {
    findings.add(
      file,
      ofType.length === 0 ? [...at, 'type'] : at,
      ofType.length === 0
        ? `no gauge in gauges.yaml is of the type "${need.type}"`
        : `no gauge of the type "${need.type}" measures in ${characteristic.unit} with a resolution of ${need.resolution} or finer`,
      'Add the gauge to gauges.yaml, or correct what is asked for.',
    );
    return;
  }
  if (need.master === 'shift' && suited.every(({ masters }) => masters.length === 0))
    findings.add(
      file,
      [...at, 'master'],
      `a master check is asked for, and no gauge that suits has a master part: ${suited.map(({ id }) => id).join(', ')}`,
      'Write `masters` of the gauge in gauges.yaml.',
    );
  const eaten = suited.map((gauge) => ({ gauge, acceptance: acceptanceOf(gauge, need, characteristic) }));
  if (!eaten.every(({ acceptance }) => isEaten(acceptance))) return;
  const [best] = eaten.sort((a, b) => a.acceptance.guard - b.acceptance.guard);
  if (best === undefined) return;
  findings.add(
    file,
    [...at, 'decision'],
    `the guard band of gauge ${best.gauge.id}, ${best.acceptance.guard} ${best.gauge.unit} at each limit, leaves nothing of the tolerance ${characteristic.lower} to ${characteristic.upper} of "${characteristic.id}" in ${definition.id} revision ${definition.revision}`,
    'Measure with a gauge of smaller uncertainty, or decide by the limits themselves: `decision: { rule: simple }`.',
  );
}
