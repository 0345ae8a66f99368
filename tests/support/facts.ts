/** The facts of a station as they lie on the disk, read beside the running station. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { StoredEvent } from '#contract/events/index.ts';

/** In the order of the log. */
export function factsIn(data: string): StoredEvent[] {
  const db = new Database(join(data, 'station.db'), { readonly: true });
  try {
    return db
      .prepare<[], { record: string }>('SELECT record FROM event ORDER BY seq')
      .all()
      .map(({ record }) => JSON.parse(record) as StoredEvent);
  } finally {
    db.close();
  }
}

export function factsOf<T extends StoredEvent['type']>(data: string, type: T): Extract<StoredEvent, { type: T }>[] {
  return factsIn(data).filter((fact): fact is Extract<StoredEvent, { type: T }> => fact.type === type);
}
