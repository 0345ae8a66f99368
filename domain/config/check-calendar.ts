/** Cross-checks of breaks of shifts (plant.yaml) and of planned stops (calendar.yaml). */
import type { Shift } from '#contract/config/plant.ts';
import { breakMinutes } from '#domain/oee/calendar.ts';
import { lengthMinutes } from '#domain/shifts/shifts.ts';
import type { CheckInput, Findings } from './finding.ts';

export function checkBreaks(input: CheckInput, findings: Findings): void {
  if (input.plant === null) return;
  const { file, value: plant } = input.plant;
  plant.shifts.forEach((shift, at) => breaksOf(shift, at, file, findings));
}

function breaksOf(shift: Shift, at: number, file: string, findings: Findings): void {
  const length = lengthMinutes(shift);
  const name = ({ from, to }: Shift['breaks'][number]): string => `${from} to ${to}`;
  const inside = shift.breaks
    .map((pause, n) => ({ pause, n, ...breakMinutes(shift, pause) }))
    .filter(({ pause, n, after, length: minutes }) => {
      if (after + minutes <= length) return true;
      findings.add(
        file,
        ['shifts', at, 'breaks', n],
        `break ${name(pause)} is not inside shift "${shift.id}" (${shift.from} to ${shift.to})`,
        'A break begins and ends inside its shift; move it, or give it to the shift that it is in.',
      );
      return false;
    })
    .sort((a, b) => a.after - b.after);
  for (const [n, each] of inside.entries()) {
    const before = inside[n - 1];
    if (before !== undefined && each.after < before.after + before.length)
      findings.add(
        file,
        ['shifts', at, 'breaks', each.n],
        `break ${name(each.pause)} begins before break ${name(before.pause)} of shift "${shift.id}" has ended`,
        'Let each break begin where the one before ends, or later; or make one of the two.',
      );
  }
}

export function checkCalendar(input: CheckInput, findings: Findings): void {
  if (!input.calendar) return;
  const {
    file,
    value: { planned },
  } = input.calendar;
  findings.unique(
    file,
    planned.map(({ id }) => id),
    'planned stop id',
    (at) => ['planned', at, 'id'],
  );
  const lines = new Map(input.lines.map(({ value }) => [value.id, value]));
  const machines = new Map((input.machines ?? []).map(({ value }) => [value.id, value]));
  planned.forEach(({ id, line, machine }, at) => {
    if (line !== undefined) findings.known(file, ['planned', at, 'line'], line, 'line', lines);
    if (machine !== undefined) findings.known(file, ['planned', at, 'machine'], machine, 'machine', machines);
    if (line !== undefined && machine !== undefined)
      findings.add(
        file,
        ['planned', at, 'line'],
        `planned stop "${id}" names a line and a machine, and would hold for one of them only`,
        'Leave one of them out: a line means all of its machines.',
      );
  });
}
