/** What the history's tests share. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { manualClock } from '../store/test-kit.ts';
import { openHistory, type History, type HistoryOptions, type RawSample } from './history.ts';

export const t0 = 1_760_000_000_000;
export const day = 86_400_000;

export const open = (folder: string, options: Partial<HistoryOptions> = {}): History =>
  openHistory({
    path: join(folder, 'history.db'),
    clock: manualClock(t0),
    retentionDays: 30,
    minFreeBytes: 0,
    ...options,
  });
export const all = (history: History, tagId: string): RawSample[] => [...history.raw(tagId, -8e15, 8e15)];
export const rowsOf = (folder: string, table: string): number => {
  const db = new Database(join(folder, 'history.db'), { readonly: true });
  const { n } = db.prepare<[], { n: number }>(`SELECT count(*) AS n FROM ${table}`).get()!;
  db.close();
  return n;
};
/** Flushes of one tag nobody looks at, so that blocks grow old. */
export function age(history: History, flushes: number): void {
  const other = history.tag('other.far.away');
  for (let i = 0; i < flushes; i += 1) {
    history.append(other + 8, i, 'good', 'Good', t0, t0);
    history.flush();
  }
}
