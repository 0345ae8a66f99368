/**
 * Both ends of the road compared by the tests' own eyes, with nothing of the product but the formula of the chain
 * (contract/envelope.ts): every event that a station holds lies on the server exactly once, byte by byte, and every chain
 * on the server is intact. `linewright audit` must come to the same.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { zeroHash } from '#contract/sync/protocol.ts';
import type { EventRecord } from '#contract/envelope.ts';
import type { Database as PlantDatabase } from './plant.ts';
import { openPglite } from '#server/db/pglite.ts';

export interface Ends {
  /** Events in the stations' files. */
  readonly here: number;
  /** Events on the server under these stations' ids. */
  readonly there: number;
  /** What is wrong, in words; empty when nothing is. At most 20. */
  readonly faults: readonly string[];
}

interface StreamRow {
  readonly stream: string;
  readonly station: string;
  readonly epoch: string;
  readonly branch: string;
  readonly first: number;
  readonly head: number;
  readonly hash: string;
}
interface EventRow {
  readonly stream: string;
  readonly seq: number;
  readonly hash: string;
  readonly record: string;
}
export interface ServerFacts {
  readonly streams: readonly StreamRow[];
  readonly events: readonly EventRow[];
}

const streamSql = `SELECT stream_id::text AS stream, station_id AS station, epoch, branch, first_seq::float8 AS first,
  head_seq::float8 AS head, encode(head_hash, 'hex') AS hash FROM stream`;
const eventSql = `SELECT stream_id::text AS stream, seq::float8 AS seq, encode(hash, 'hex') AS hash, record FROM event ORDER BY 1, 2`;

/** What lies on the server. PGlite is read beside nobody: all servers must have ended. */
export async function serverFacts(database: PlantDatabase): Promise<ServerFacts> {
  if (database.cluster !== null)
    return {
      streams: await database.cluster.query<StreamRow>(streamSql, 'linewright'),
      events: await database.cluster.query<EventRow>(eventSql, 'linewright'),
    };
  const db = await openPglite({ folder: join(database.data, 'pglite') });
  try {
    return { streams: await db.query<StreamRow>(streamSql), events: await db.query<EventRow>(eventSql) };
  } finally {
    await db.close();
  }
}

const chained = (previous: string, record: string): string =>
  createHash('sha256').update(Buffer.from(previous, 'hex')).update(record, 'utf8').digest('hex');

/**
 * @param folders data folders of the stations.
 * @param more events that the server may have and the stations have lost (stations put back from backups); 0 otherwise.
 */
export function compareEnds(folders: readonly string[], server: ServerFacts, more = 0): Ends {
  const faults: string[] = [];
  const say = (fault: string): void => {
    if (faults.length < 20) faults.push(fault);
  };
  const events = Map.groupBy(server.events, ({ stream }) => stream);
  /** By station, epoch, number and text: how often it lies there. */
  const lies = new Map<string, number>();
  const hashes = new Map<string, string>();
  for (const { stream, station, epoch, first, head, hash } of server.streams.toSorted((a, b) => a.first - b.first)) {
    const rows = (events.get(stream) ?? []).toSorted((a, b) => a.seq - b.seq);
    const name = `${station}/${epoch}`;
    if (rows.length !== head - first + 1) say(`${name}: head ${head} from ${first}, but ${rows.length} events`);
    let previous = first === 1 ? zeroHash : (hashes.get(`${name}/${first - 1}`) ?? '');
    rows.forEach((row, index) => {
      if (row.seq !== first + index) say(`${name}: ${first + index} is missing or there twice`);
      if (chained(previous, row.record) !== row.hash) say(`${name}/${row.seq}: the chain is broken on the server`);
      const record = JSON.parse(row.record) as EventRecord;
      if (record.stationId !== station || record.epoch !== epoch || record.seq !== row.seq)
        say(`${name}/${row.seq}: the record says ${record.stationId}/${record.epoch}/${record.seq}`);
      previous = row.hash;
      if (!hashes.has(`${name}/${row.seq}`)) hashes.set(`${name}/${row.seq}`, row.hash);
      const key = `${name}/${row.seq}/${row.hash}`;
      lies.set(key, (lies.get(key) ?? 0) + 1);
    });
    if (previous !== hash) say(`${name}: the head's hash is not that of the last event`);
  }

  let here = 0;
  const stations = new Set<string>();
  for (const folder of folders) {
    const db = new Database(join(folder, 'station.db'), { readonly: true });
    const rows = db
      .prepare<[], { epoch: string; seq: number; record: string; hash: Buffer }>(
        'SELECT e.epoch, v.seq, v.record, v.hash FROM event v JOIN epoch e ON e.id = v.epochId ORDER BY v.epochId, v.seq',
      )
      .all();
    db.close();
    here += rows.length;
    for (const { epoch, seq, record, hash } of rows) {
      const { stationId } = JSON.parse(record) as EventRecord;
      stations.add(stationId);
      const times = lies.get(`${stationId}/${epoch}/${seq}/${hash.toString('hex')}`) ?? 0;
      if (times !== 1) say(`${stationId}/${epoch}/${seq} lies on the server ${times} times`);
    }
  }
  const there = server.streams
    .filter(({ station }) => stations.has(station))
    .reduce((sum, { stream }) => sum + (events.get(stream)?.length ?? 0), 0);
  if (there - here !== more) say(`${here} events here, ${there} there, ${more} more expected there`);
  return { here, there, faults };
}
