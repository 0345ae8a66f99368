/** What wants a person, most urgent first. Pure. */
import type { LineRow, StationTile } from '#contract/plant/lines.ts';
import type { TroubleCounts } from '../state/plant.svelte.ts';

export type Want =
  | {
      readonly kind: 'failed' | 'silent' | 'never';
      readonly lineId: string;
      readonly station: StationTile;
      readonly sinceAt: number | null;
    }
  | {
      readonly kind: 'devices';
      readonly lineId: string;
      readonly station: StationTile;
      readonly devices: readonly string[];
    }
  | { readonly kind: 'unsent'; readonly lineId: string; readonly station: StationTile; readonly sinceAt: number }
  | { readonly kind: 'signal'; readonly lineId: string; readonly signal: LineRow['signals'][number] }
  | { readonly kind: 'cases' | 'held'; readonly line: LineRow; readonly count: number }
  | { readonly kind: 'quarantine' | 'forks' | 'deadLetters' | 'unpublished'; readonly count: number };

/** Facts that a linked station has not got rid of for so long, ms, are worth a word. */
export const unsentLimitMs = 5 * 60_000;

const order: readonly Want['kind'][] = [
  'signal',
  'failed',
  'cases',
  'forks',
  'silent',
  'held',
  'quarantine',
  'deadLetters',
  'unpublished',
  'devices',
  'unsent',
  'never',
];

/** @param now UTC ms by the server's clock. */
export function wants(lines: readonly LineRow[], trouble: TroubleCounts | undefined, now: number): readonly Want[] {
  const all: Want[] = [];
  for (const line of lines) {
    const { lineId } = line;
    for (const signal of line.signals) all.push({ kind: 'signal', lineId, signal });
    if (line.cases > 0) all.push({ kind: 'cases', line, count: line.cases });
    if (line.held > 0) all.push({ kind: 'held', line, count: line.held });
    for (const station of line.stations) {
      if (station.link === 'silent') all.push({ kind: 'silent', lineId, station, sinceAt: station.heardAt });
      else if (station.link === 'never') all.push({ kind: 'never', lineId, station, sinceAt: null });
      else {
        // What a silent station said last is no news: it is told as silent, once.
        if (station.work === 'failed') all.push({ kind: 'failed', lineId, station, sinceAt: station.workSince });
        if (station.devicesDown.length > 0)
          all.push({ kind: 'devices', lineId, station, devices: station.devicesDown });
        const { oldestAt } = station.unsent;
        if (oldestAt !== null && now - oldestAt > unsentLimitMs)
          all.push({ kind: 'unsent', lineId, station, sinceAt: oldestAt });
      }
    }
  }
  for (const kind of ['quarantine', 'forks', 'deadLetters', 'unpublished'] as const) {
    const count = trouble?.[kind] ?? 0;
    if (count > 0) all.push({ kind, count });
  }
  return all.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}
