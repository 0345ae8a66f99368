import { describe, expect, it } from 'vitest';
import type { LineRow, StationTile } from '#contract/plant/lines.ts';
import { unsentLimitMs, wants } from './wants.ts';

const now = 1_800_000_000_000;
const tile = (stationId: string, over: Partial<StationTile> = {}): StationTile => ({
  stationId,
  title: { en: stationId, de: stationId },
  link: 'linked',
  heardAt: now - 1_000,
  work: 'in-work',
  workSince: now - 60_000,
  unit: null,
  person: null,
  passes: { thisHour: 0, lastHour: 0, lastPassAt: null },
  pace: null,
  unsent: { count: 0, oldestAt: null },
  devicesDown: [],
  ...over,
});
const line = (stations: StationTile[], over: Partial<LineRow> = {}): LineRow => ({
  lineId: 'L1',
  title: { en: 'L1', de: 'L1' },
  stations,
  order: null,
  held: 0,
  cases: 0,
  standsAt: null,
  signals: [],
  ...over,
});
const kinds = (lines: LineRow[]): string[] => wants(lines, undefined, now).map(({ kind }) => kind);

describe('what wants a person', () => {
  it('is nothing where all is well', () => {
    expect(kinds([line([tile('ST10')])])).toEqual([]);
  });
  it('comes in order of urgency, over all lines', () => {
    const stations = [
      tile('A', { devicesDown: ['press'] }),
      tile('B', { link: 'silent' }),
      tile('C', { work: 'failed' }),
      tile('D', { link: 'never', heardAt: null }),
    ];
    const all = wants(
      [line(stations, { held: 2, cases: 1 })],
      { quarantine: 3, forks: 1, deadLetters: 4, unpublished: 1 },
      now,
    );
    expect(all.map(({ kind }) => kind)).toEqual([
      'failed',
      'cases',
      'forks',
      'silent',
      'held',
      'quarantine',
      'deadLetters',
      'unpublished',
      'devices',
      'never',
    ]);
  });
  it('tells a silent station once, not what it said last', () => {
    expect(kinds([line([tile('B', { link: 'silent', work: 'failed', devicesDown: ['press'] })])])).toEqual(['silent']);
  });
  it('tells unsent facts only when they are old', () => {
    const unsent = (age: number): StationTile => tile('A', { unsent: { count: 9, oldestAt: now - age } });
    expect(kinds([line([unsent(unsentLimitMs - 1)])])).toEqual([]);
    expect(kinds([line([unsent(unsentLimitMs + 1)])])).toEqual(['unsent']);
  });
});
