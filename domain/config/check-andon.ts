/** Cross-checks of andon.yaml: who is called exists, escalation leads on, lamps are outputs of the station. */
import type { Andon } from '#contract/config/andon.ts';
import type { Role } from '#contract/permissions.ts';
import type { CheckInput, Findings, Index, Path, Source } from './finding.ts';

const lamps = ['red', 'amber', 'green', 'blue', 'white'] as const;

export function checkAndon({ file, value }: Source<Andon>, input: CheckInput, index: Index, findings: Findings): void {
  findings.unique(
    file,
    value.calls.map(({ id }) => id),
    'call',
    (at) => ['calls', at, 'id'],
  );
  value.calls.forEach(({ id, role, escalation }, at) => {
    const path: Path = ['calls', at];
    called(role, [...path, 'role']);
    escalation.forEach((step, n) => {
      const place: Path = [...path, 'escalation', n];
      const before = escalation[n - 1];
      called(step.role, [...place, 'role']);
      if (before !== undefined && step.afterMs <= before.afterMs)
        findings.add(
          file,
          [...place, 'afterMs'],
          `escalation ${n + 1} of call "${id}" comes after ${step.afterMs} ms, not later than the one before (${before.afterMs} ms)`,
          'Write the steps in the order in which they come, each later than the one before.',
        );
      const shifts = new Map((input.plant?.value.shifts ?? []).map((shift) => [shift.id, shift]));
      step.shifts?.forEach((shift, m) => {
        if (input.plant !== null) findings.known(file, [...place, 'shifts', m], shift, 'shift', shifts);
      });
    });
  });
  findings.unique(
    file,
    value.lights.map(({ station }) => station),
    'stack light of station',
    (at) => ['lights', at, 'station'],
  );
  const used: { readonly tag: string; readonly path: Path }[] = [];
  value.lights.forEach((light, at) => {
    const path: Path = ['lights', at];
    if (!findings.known(file, [...path, 'station'], light.station, 'station', index.stations)) return;
    if (lamps.every((lamp) => light[lamp] === undefined))
      findings.add(
        file,
        path,
        `the stack light of ${light.station} has no lamp`,
        'Name the tag of at least one colour, or remove the entry: the screen shows the light without it.',
      );
    for (const lamp of lamps) {
      const tagId = light[lamp];
      if (tagId === undefined) continue;
      const place: Path = [...path, lamp];
      used.push({ tag: tagId, path: place });
      checkLamp(tagId, light.station, place);
    }
  });
  findings.unique(
    file,
    used.map(({ tag }) => tag),
    'tag of a lamp',
    (at) => used[at]?.path ?? ['lights'],
  );

  /** A call that reaches nobody is worse than none. */
  function called(role: Role, path: Path): void {
    if (input.people === null) return;
    const { people } = input.people.value;
    if (people.some(({ roles, disabled }) => !disabled && roles.includes(role))) return;
    findings.add(
      file,
      path,
      `nobody in people.yaml has the role "${role}", so this calls nobody`,
      `Name a role that somebody has: ${[...new Set(people.flatMap(({ roles }) => roles))].sort().join(', ')}.`,
    );
  }

  function checkLamp(tagId: string, stationId: string, path: Path): void {
    if (!findings.known(file, path, tagId, 'tag', index.tags)) return;
    const place = index.tags.get(tagId);
    if (place === undefined) return;
    const { tag, device } = place;
    if (tag.type !== 'boolean')
      findings.add(
        file,
        path,
        `tag "${tagId}" is ${tag.type}, and a lamp is on or off`,
        'Name a tag of the type boolean.',
      );
    if (index.stations.get(stationId)?.devices.includes(device.id) === false)
      findings.add(
        file,
        path,
        `tag "${tagId}" is of device "${device.id}", which station ${stationId} does not have`,
        `Name a tag of a device of ${stationId}, or add the device to the station.`,
      );
  }
}
