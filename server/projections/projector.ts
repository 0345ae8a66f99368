/**
 * Folds streams into the read model: some streams at a time, a page of each, cursors and changes in one transaction. Any
 * number of instances share the work by the cursors' row locks. What cannot be folded is put into quarantine, and the
 * stream goes on.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { tellChanged } from '../changes-feed.ts';
import type { Db, Queries } from '../db/db.ts';
import type { ReleasedConfiguration } from '../configuration.ts';
import { publishAll, type NewDocument } from '../downlink/publish.ts';
import { createGiveWay, type GiveWay } from '../give-way.ts';
import type { Log } from '../log.ts';
import { PageChanges, type WorkChange } from './fold.ts';
import { isUnfoldable, readEvent, type FoldableEvent, type StoredRecord, type Unfoldable } from './read-event.ts';
import { writeChanges } from './write.ts';

/** What else happens when facts are folded: orders of stations, numbers that were used. Its documents are published too. */
export type React = (tx: Queries, changes: PageChanges) => Promise<readonly NewDocument[]>;

/** One after the other. */
export const allOf =
  (reactions: readonly React[]): React =>
  async (tx, changes) => {
    const documents: NewDocument[] = [];
    for (const each of reactions) documents.push(...(await each(tx, changes)));
    return documents;
  };

export interface ProjectorParts {
  readonly db: Db;
  readonly configuration: ReleasedConfiguration;
  readonly react: React;
  /** Left out: nobody else works on this thread. */
  readonly giveWay?: GiveWay;
  readonly log: Log;
}
export interface Projector {
  /** One round. @returns events folded or put into quarantine; 0: nothing to do, or others are at it. */
  round(): Promise<number>;
  /** Folds events again that are in quarantine (all: an empty list of ids). */
  replay(ids: readonly number[]): Promise<{ readonly folded: number; readonly kept: number }>;
  /** Drops the read model and folds everything again. `told` hears how many events are done. */
  rebuild(told?: (events: number) => void): Promise<number>;
  /** Works until `stop`. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const eventsChannel = 'events';

const limits = {
  /** Streams of one round. */
  streams: 64,
  /** Events of one stream in a round: a backlog of one station does not keep the others waiting. */
  perStream: 200,
  /** Events of one round: bounds memory, and the time in which nothing else runs on this thread. */
  events: 500,
  bytes: 8 * 1024 * 1024,
  pollMs: 1_000,
  /** After a round that was not full, so that some facts come together. */
  gatherMs: 40,
  /** Longest that a round gives way to a backlog: facts of other stations are seen within a second all the same. */
  restMs: 400,
} as const;

const readModelTables = [
  'projected',
  'unit',
  'order_progress',
  'execution',
  'execution_span',
  'unit_fact',
  'component',
  'measured_value',
  'device_work',
  'station_work',
  'unit_case',
  'signal',
  'andon_call',
  'handover',
  'machine_slice',
  'machine_count',
  'machine_doubt',
  'machine_energy',
  'machine_energy_hour',
  'machine_hour',
  'machine_summed',
  'machine_unsummed',
  'gauge',
  'gauge_sample',
  'chart',
  'chart_point',
  'chart_phase',
  'chart_mark',
  'study',
  'stop',
  'nonconformance',
  'concession_use',
  'nonconformance_scrap',
  'containment',
] as const;

interface Claim {
  readonly stream_id: number;
  readonly seq: number;
  readonly head_seq: number;
  readonly month: string;
}

export function createProjector(parts: ProjectorParts): Projector {
  const { db, configuration, react, log, giveWay = createGiveWay() } = parts;
  const round = (): Promise<number> =>
    db.transaction(async (tx) => {
      const claims = await claim(tx);
      if (claims.length === 0) return 0;
      const records = await readRecords(tx, claims);
      if (records.length === 0) return 0;
      const documents = await fold(tx, records);
      await moveCursors(tx, records);
      await publishAll(tx, documents);
      return records.length;
    });

  /** All at once; where that fails in the database, one by one, so that only the one at fault is left out. */
  const fold = async (tx: Queries, records: readonly StoredRecord[]): Promise<NewDocument[]> => {
    await tx.execute('SAVEPOINT page');
    try {
      const documents = await foldTogether(tx, records);
      await tx.execute('RELEASE SAVEPOINT page');
      return documents;
    } catch (error) {
      if (!isDataFault(error)) throw error;
      await tx.execute('ROLLBACK TO SAVEPOINT page');
      const documents: NewDocument[] = [];
      if (records.length === 1 && records[0] !== undefined) {
        await quarantine(tx, [failed(records[0], error)]);
        return documents;
      }
      for (const record of records) documents.push(...(await fold(tx, [record])));
      return documents;
    }
  };

  const foldTogether = async (tx: Queries, records: readonly StoredRecord[]): Promise<NewDocument[]> => {
    const changes = new PageChanges(await workBefore(tx, records));
    const before = new Map(changes.work);
    const left: Unfoldable[] = [];
    for (const record of records) {
      const event = readEvent(record);
      if (isUnfoldable(event)) left.push(event);
      else tryAdd(changes, event, left);
    }
    for (const [streamId, work] of before) if (changes.work.get(streamId) === work) changes.work.delete(streamId);
    const documents = await writeChanges(tx, changes, configuration());
    const more = await react(tx, changes);
    await quarantine(tx, left);
    return [...documents, ...more];
  };

  let running: Promise<void> | null = null;
  let stopped = false;
  let wake = (): void => undefined;
  let stopListening: (() => Promise<void>) | null = null;

  const work = async (): Promise<void> => {
    while (!stopped) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      let done = 0;
      await giveWay.rest(limits.restMs);
      try {
        done = await round();
        if (done > 0) await tellChanged(db, 'folded');
      } catch (error) {
        log.warn({ err: error }, 'folding failed; it is tried again');
      }
      if (done > 0) {
        if (done < limits.perStream) await pause(limits.gatherMs);
        continue;
      }
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([woken, new Promise((resolve) => (timer = setTimeout(resolve, limits.pollMs)))]);
      clearTimeout(timer);
    }
  };

  return {
    round,
    replay: (ids) =>
      db.transaction(async (tx) => {
        const rows = await tx.query<{ quarantine_id: number; stream_id: number; seq: number }>(
          `DELETE FROM quarantine WHERE $1::bigint[] = '{}' OR quarantine_id = ANY($1) RETURNING quarantine_id, stream_id, seq`,
          [[...ids]],
        );
        if (rows.length === 0) return { folded: 0, kept: 0 };
        const records = await recordsOf(tx, rows);
        const documents = await fold(tx, records);
        await publishAll(tx, documents);
        const [row] = await tx.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM quarantine q JOIN unnest($1::bigint[], $2::bigint[]) AS k (stream_id, seq)
           ON q.stream_id = k.stream_id AND q.seq = k.seq`,
          [rows.map(({ stream_id }) => stream_id), rows.map(({ seq }) => seq)],
        );
        const kept = row?.n ?? 0;
        await tellChanged(tx, 'folded');
        return { folded: rows.length - kept, kept };
      }),
    async rebuild(told = () => undefined) {
      await db.transaction(async (tx) => {
        await tx.execute(`TRUNCATE ${readModelTables.join(', ')}, quarantine`);
      });
      let events = 0;
      for (let done = await round(); done > 0; done = await round()) told((events += done));
      return events;
    },
    async start() {
      stopListening = await db.listen(
        eventsChannel,
        () => wake(),
        () => wake(),
      );
      running = work();
    },
    async stop() {
      stopped = true;
      wake();
      await running;
      await stopListening?.();
    },
  };
}

function tryAdd(changes: PageChanges, event: FoldableEvent, left: Unfoldable[]): void {
  try {
    changes.add(event);
  } catch (error) {
    left.push({ ...failed(event, error), type: event.type });
  }
}

const failed = ({ streamId, seq }: Pick<StoredRecord, 'streamId' | 'seq'>, error: unknown): Unfoldable => ({
  streamId,
  seq,
  type: '',
  version: 0,
  reason: 'projection-failed',
  detail: (error instanceof Error ? error.message : String(error)).slice(0, 2_000),
});

/** SQLSTATE 22 (data), 23 (constraint), 54 (limits): the event is at fault; anything else is worth another try of all. */
function isDataFault(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(22|23|54)/.test(code);
}

async function claim(tx: Queries): Promise<Claim[]> {
  await tx.execute(
    `INSERT INTO projected (stream_id, seq)
     SELECT stream_id, first_seq - 1 FROM stream s WHERE NOT EXISTS (SELECT FROM projected p WHERE p.stream_id = s.stream_id)
     ON CONFLICT DO NOTHING`,
  );
  return tx.query<Claim>(
    `SELECT p.stream_id, p.seq, s.head_seq, p.month::text AS month FROM projected p JOIN stream s USING (stream_id)
     WHERE s.head_seq > p.seq ORDER BY p.folded_at, p.stream_id LIMIT $1 FOR UPDATE OF p SKIP LOCKED`,
    [limits.streams],
  );
}

interface RecordRow {
  readonly stream_id: number;
  readonly seq: number;
  readonly received_at: Date;
  readonly received_month: string;
  readonly record: string;
}
const storedOf = (row: RecordRow): StoredRecord => ({
  streamId: row.stream_id,
  seq: row.seq,
  receivedAt: row.received_at.getTime(),
  month: row.received_month,
  record: row.record,
});

async function readRecords(tx: Queries, claims: readonly Claim[]): Promise<StoredRecord[]> {
  const rows = await tx.query<RecordRow>(
    `SELECT stream_id, seq, received_at, received_month, record FROM (
       SELECT c.place, e.*, sum(octet_length(e.record)) OVER (ORDER BY c.place, e.seq) - octet_length(e.record) AS before
       FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) WITH ORDINALITY AS c (stream_id, seq, head, month, place)
       JOIN LATERAL (
         SELECT e.stream_id, e.seq, e.received_at, e.received_month, e.record FROM event e
         WHERE e.stream_id = c.stream_id AND e.seq > c.seq AND e.seq <= c.head AND e.received_month >= c.month::date
         ORDER BY e.seq LIMIT $5
       ) e ON true
     ) page WHERE before < $6 ORDER BY place, seq LIMIT $7`,
    [
      claims.map(({ stream_id }) => stream_id),
      claims.map(({ seq }) => seq),
      claims.map(({ head_seq }) => head_seq),
      claims.map(({ month }) => month),
      limits.perStream,
      limits.bytes,
      limits.events,
    ],
  );
  return rows.map(storedOf);
}

async function recordsOf(
  tx: Queries,
  keys: readonly { readonly stream_id: number; readonly seq: number }[],
): Promise<StoredRecord[]> {
  const rows = await tx.query<RecordRow>(
    `SELECT e.stream_id, e.seq, e.received_at, e.received_month, e.record
     FROM unnest($1::bigint[], $2::bigint[]) AS k (stream_id, seq)
     JOIN LATERAL (SELECT * FROM event e WHERE e.stream_id = k.stream_id AND e.seq = k.seq) e ON true
     ORDER BY e.stream_id, e.seq`,
    [keys.map(({ stream_id }) => stream_id), keys.map(({ seq }) => seq)],
  );
  return rows.map(storedOf);
}

async function moveCursors(tx: Queries, records: readonly StoredRecord[]): Promise<void> {
  const last = new Map(records.map((record) => [record.streamId, record]));
  await tx.execute(
    // A month back: the server's clock may have stepped, and a stream's numbers go on all the same.
    `UPDATE projected p SET seq = n.seq, month = (n.month::date - interval '1 month')::date, folded_at = clock_timestamp()
     FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS n (stream_id, seq, month) WHERE p.stream_id = n.stream_id`,
    [[...last.keys()], [...last.values()].map(({ seq }) => seq), [...last.values()].map(({ month }) => month)],
  );
}

async function workBefore(tx: Queries, records: readonly StoredRecord[]): Promise<Map<number, WorkChange>> {
  const rows = await tx.query<{
    stream_id: number;
    station_id: string;
    seq: number;
    state: string;
    received_at: number;
  }>('SELECT stream_id, station_id, seq, state, received_at FROM station_work WHERE stream_id = ANY($1)', [
    [...new Set(records.map(({ streamId }) => streamId))],
  ]);
  return new Map(
    rows.map((row) => [
      row.stream_id,
      {
        stationId: row.station_id,
        seq: row.seq,
        receivedAt: row.received_at,
        state: JSON.parse(row.state) as WorkChange['state'],
      },
    ]),
  );
}

async function quarantine(tx: Queries, left: readonly Unfoldable[]): Promise<void> {
  if (left.length === 0) return;
  await tx.execute(
    `INSERT INTO quarantine (stream_id, seq, type, version, reason, detail)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::int[], $5::text[], $6::text[])
     ON CONFLICT (stream_id, seq) DO UPDATE SET type = excluded.type, version = excluded.version,
       reason = excluded.reason, detail = excluded.detail, found_at = now()`,
    [
      left.map(({ streamId }) => streamId),
      left.map(({ seq }) => seq),
      // A NUL in a type would refuse the whole page.
      left.map(({ type }) => type.replaceAll('\u0000', '')),
      left.map(({ version }) => version),
      left.map(({ reason }) => reason),
      left.map(({ detail }) => detail.replaceAll('\u0000', '')),
    ],
  );
}
