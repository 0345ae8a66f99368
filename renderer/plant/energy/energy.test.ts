import { describe, expect, it } from 'vitest';
import type { MachineEnergy, PlantEnergy } from '#contract/plant/energy.ts';
import { energyScene } from '#tests/renderer/energy-scene.ts';
import { csv } from '../../ui/csv.ts';
import { readRange } from './days.ts';
import { reportColumns, reportRows, type ReportWords } from './report.ts';
import { byLine, totalOf } from './sums.ts';

const scene: PlantEnergy = energyScene.plant({ from: '2026-11-16', to: '2026-11-22' });
const [press, washer] = scene.machines as [MachineEnergy, MachineEnergy];

describe('energy by line', () => {
  it('adds up what is of one unit; costs only where all have a price', () => {
    const [one, two] = byLine([press, washer, { ...press, machineId: 'p2' }]);
    expect(one).toMatchObject({ lineId: 'L1', unit: 'kW.h' });
    expect(one?.energy).toBeCloseTo(2 * press.sums.energy, 6);
    expect(one?.idleCost?.amount).toBeCloseTo(2 * press.sums.idle.energy * 0.27, 4);
    expect(two).toMatchObject({ lineId: 'L2', idleCost: null });
    const gas = { ...washer, sums: { ...washer.sums, unit: 'm3' } };
    expect(totalOf([press, gas])).toMatchObject({ unit: null, energy: 0, idleCost: null });
    expect(totalOf([])).toMatchObject({ unit: null });
  });
});

describe('the range in the address', () => {
  const today = '2026-11-26';
  it('is of whole days, both inside', () => {
    expect(readRange('92', '2026-03-31', today)).toMatchObject({ size: 92, from: '2025-12-30' });
    expect(readRange('31', '2026-03-31', today)).toEqual({ size: 31, from: '2026-03-01', to: '2026-03-31' });
    expect(readRange('1', null, today)).toEqual({ size: 1, from: today, to: today });
  });
  it.each([
    ['x', '2026-11-31'],
    ['400', '2027-01-01'],
    [null, 'yesterday'],
    ['7', '2026-13-01'],
  ])('is the last seven days for %s, %s', (days, to) =>
    expect(readRange(days, to, today)).toEqual({ size: 7, from: '2026-11-20', to: today }),
  );
});

describe('the report', () => {
  const words: ReportWords = {
    columns: Object.fromEntries(reportColumns.map((name) => [name, name])) as ReportWords['columns'],
    betweenDays: '=between',
    state: (state) => state,
    title: ({ de }) => de,
  };
  const rows = reportRows(scene, words);
  const column = (name: string): number => rows[0]?.indexOf(name) ?? -1;

  it('has a row for each machine and day, each as long as its head; they add up to what the machine used', () => {
    expect(rows).toHaveLength(1 + 2 * 7 + 2);
    for (const row of rows) expect(row).toHaveLength(rows[0]?.length ?? 0);
    const own = rows.filter((row) => row[column('machine')] === 'press-p1');
    const sum = (name: string): number => own.reduce((all, row) => all + Number(row[column(name)] ?? 0), 0);
    expect(sum('energy')).toBeCloseTo(press.sums.energy, 6);
    expect(sum('open')).toBeCloseTo(press.sums.open, 6);
    expect(sum('cost')).toBeCloseTo(press.sums.energy * 0.27, 4);
    const states = ['producing', 'waiting', 'setup', 'fault', 'off'].reduce((all, state) => all + sum(state), 0);
    expect(states + sum('open')).toBeCloseTo(press.sums.energy, 6);
  });

  it('tells nothing where nothing counts pieces and nothing has a price', () => {
    const row = rows.find((one) => one[column('machine')] === 'washer-w1');
    for (const name of ['good', 'perGood', 'price', 'cost', 'idleCost']) expect(row?.[column(name)]).toBeNull();
  });

  it('as text: points, instants in UTC, no formula, quotes where needed', () => {
    const lines = csv(rows).split('\r\n');
    expect(lines[1]).toContain(',Presse P1,2026-11-16,2026-11-16T00:00:00.000Z,2026-11-17T00:00:00.000Z,kW.h,');
    expect(lines.some((line) => line.includes(",'=between,,,kW.h,0.42,0.42,"))).toBe(true);
    expect(csv([['a"b', 'c,d', null, Number.NaN, -1.5]])).toBe('"a""b","c,d",,,-1.5\r\n');
  });
});
