/** Stations that hold their question for documents open, woken by what is published to one of their scopes. */
import type { Clock } from '../clock.ts';
import type { Db } from '../db/db.ts';
import { documentsChannel } from './publish.ts';

export interface DocumentWaiting {
  /** Hears of changes from now on. `changed` resolves after the next one, after `ms`, or when the server ends; `forget` it. */
  begin(scopes: readonly string[], ms: number): { readonly changed: Promise<void>; forget(): void };
  waiting(): number;
  close(): Promise<void>;
}

export async function createDocumentWaiting(db: Db, clock: Clock): Promise<DocumentWaiting> {
  const byScope = new Map<string, Set<() => void>>();
  const all = new Set<() => void>();
  let closed = false;
  const wakeAll = (): void => {
    for (const wake of all) wake();
  };
  const stop = await db.listen(
    documentsChannel,
    (scope) => {
      for (const wake of byScope.get(scope) ?? []) wake();
    },
    wakeAll,
  );
  return {
    begin(scopes, ms) {
      if (closed) return { changed: Promise.resolve(), forget: () => undefined };
      let wake = (): void => undefined;
      const changed = new Promise<void>((resolve) => (wake = resolve));
      const timer = clock.setTimer(ms, () => wake());
      const entry = (): void => wake();
      all.add(entry);
      for (const scope of scopes) {
        const waiters = byScope.get(scope) ?? new Set();
        waiters.add(entry);
        byScope.set(scope, waiters);
      }
      return {
        changed,
        forget() {
          timer.cancel();
          all.delete(entry);
          for (const scope of scopes) {
            const waiters = byScope.get(scope);
            waiters?.delete(entry);
            if (waiters?.size === 0) byScope.delete(scope);
          }
        },
      };
    },
    waiting: () => all.size,
    async close() {
      closed = true;
      wakeAll();
      await stop();
    },
  };
}
