import { describe, expect, it } from 'vitest';
import { calendarSchema } from '#contract/config/calendar.ts';
import { machineFileSchema } from '#contract/config/machines.ts';
import { lineSchema, plantSchema } from '#contract/config/plant.ts';
import { checkBreaks, checkCalendar } from './check-calendar.ts';
import { Findings, indexOf, type CheckInput, type Finding } from './finding.ts';

const title = { en: 'x', de: 'x' };
const machine = (id: string): CheckInput['machines'] => [
  {
    file: `machines/${id}.yaml`,
    value: machineFileSchema.parse({
      schema: 'linewright/machine@1',
      id,
      title,
      station: 'ST10',
      state: { from: 'hand' },
    }),
  },
];
function found(breaks: readonly (readonly [string, string])[], planned: readonly object[] = []): readonly Finding[] {
  const input: CheckInput = {
    plant: {
      file: 'plant.yaml',
      value: plantSchema.parse({
        schema: 'linewright/plant@1',
        id: 'p',
        title,
        timeZone: 'Europe/Berlin',
        language: 'de',
        defaultStation: 'ST10',
        shifts: [
          { id: 'night', title, from: '22:00', to: '06:00', breaks: breaks.map(([from, to]) => ({ from, to })) },
        ],
      }),
    },
    people: null,
    materials: null,
    lines: [
      {
        file: 'lines/L1.yaml',
        value: lineSchema.parse({ schema: 'linewright/line@1', id: 'L1', title, stations: ['ST10'] }),
      },
    ],
    stations: [],
    devices: [],
    recipes: [],
    definitions: [],
    controlPlans: [],
    orders: [],
    machines: machine('press-p1') ?? [],
    calendar: {
      file: 'calendar.yaml',
      value: calendarSchema.parse({ schema: 'linewright/calendar@1', planned }),
    },
    alsoDeclared: new Set(),
  };
  const findings = new Findings(indexOf(input));
  checkBreaks(input, findings);
  checkCalendar(input, findings);
  return findings.all;
}
const stop = { title, from: '2026-11-25T07:00:00+01:00', to: '2026-11-25T08:00:00+01:00' };

describe('checks of breaks and planned stops', () => {
  it('a calendar that holds together has no finding', () => {
    expect(
      found(
        [
          ['01:00', '01:30'],
          ['23:50', '00:10'],
          ['22:00', '22:15'],
          ['05:30', '06:00'],
        ],
        [
          { id: 'a', ...stop, machine: 'press-p1' },
          { id: 'b', ...stop, line: 'L1' },
          { id: 'c', ...stop },
        ],
      ),
    ).toEqual([]);
  });

  it('breaks outside their shift and breaks over each other', () => {
    expect(
      found([
        ['21:45', '22:15'],
        ['05:45', '06:15'],
        ['12:00', '12:30'],
        ['01:00', '01:00'],
      ]).map(({ path, problem }) => [path.at(-1), problem]),
    ).toEqual([
      [0, 'break 21:45 to 22:15 is not inside shift "night" (22:00 to 06:00)'],
      [1, 'break 05:45 to 06:15 is not inside shift "night" (22:00 to 06:00)'],
      [2, 'break 12:00 to 12:30 is not inside shift "night" (22:00 to 06:00)'],
      [3, 'break 01:00 to 01:00 is not inside shift "night" (22:00 to 06:00)'],
    ]);
    expect(
      found([
        ['00:15', '00:45'],
        ['23:50', '00:20'],
      ]),
    ).toMatchObject([
      {
        path: ['shifts', 0, 'breaks', 0],
        problem: 'break 00:15 to 00:45 begins before break 23:50 to 00:20 of shift "night" has ended',
      },
    ]);
  });

  it('planned stops of what is not there, of two at once, and twice the same id', () => {
    const all = found(
      [],
      [
        { id: 'a', ...stop, machine: 'press-p2' },
        { id: 'a', ...stop, line: 'L2' },
        { id: 'c', ...stop, line: 'L1', machine: 'press-p1' },
      ],
    );
    expect(all.map(({ problem }) => problem)).toEqual([
      'planned stop id "a" is used twice',
      'unknown machine "press-p2"',
      'unknown line "L2"',
      'planned stop "c" names a line and a machine, and would hold for one of them only',
    ]);
    for (const { remedy } of all) expect(remedy).not.toBe('');
  });
});
