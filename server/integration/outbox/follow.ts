/**
 * Looks through the streams of all stations for what other systems are told: some streams at a time, a page of each,
 * messages and cursors in one transaction. Any instance may do it; the cursors' row locks keep two from one stream.
 */
import type { EventRecord } from '#contract/envelope.ts';
import { eventDefinition, upcast } from '#contract/events/index.ts';
import type { Happened } from '#domain/happened.ts';
import type { Clock } from '../../clock.ts';
import type { Db, Queries } from '../../db/db.ts';
import { createGiveWay, type GiveWay } from '../../give-way.ts';
import type { Log } from '../../log.ts';
import { toldCallEvents } from './calls.ts';
import { erpEvents, type ErpFold } from './fold.ts';

const followed: ReadonlySet<string> = new Set([...erpEvents, ...toldCallEvents]);

/** Of one round. */
const limits = { streams: 64, perStream: 200, events: 1_000 } as const;
/** From one look through the streams to the next when events come in all the time: other systems need no haste. */
const restMs = 250;
/** Longest that a look gives way to a station that sends its backlog. */
const backlogMs = 2_000;

export interface FollowParts {
  readonly db: Db;
  readonly fold: ErpFold;
  readonly clock: Clock;
  readonly log: Log;
  readonly pollMs?: number;
  /** Left out: nobody else works on this thread. */
  readonly giveWay?: GiveWay;
}

interface Claim {
  readonly stream_id: number;
  readonly seq: number;
  readonly head_seq: number;
}

export class Follower {
  readonly #parts: Required<FollowParts>;
  #timer: { cancel(): void } | null = null;
  #working: Promise<unknown> = Promise.resolve();
  #stopped = false;
  #called = false;
  #unlisten: (() => Promise<void>) | null = null;
  /** The stream that was looked at last: all get their turn, however much the first ones tell. */
  #after = 0;

  constructor(parts: FollowParts) {
    this.#parts = { pollMs: 1_000, giveWay: createGiveWay(), ...parts };
  }

  /** @param channel on which the arrival of events is told. */
  async start(channel: string): Promise<void> {
    const wake = (): void => this.#wake();
    this.#unlisten = await this.#parts.db.listen(channel, wake, wake);
    this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#unlisten?.();
    await this.#working;
  }

  #wake(): void {
    if (this.#called) return;
    this.#called = true;
    if (this.#timer === null) return;
    this.#timer.cancel();
    this.#timer = this.#parts.clock.setTimer(restMs, () => this.#run());
  }

  #run(): void {
    const { clock, log, pollMs, giveWay } = this.#parts;
    this.#timer = null;
    this.#called = false;
    this.#working = (async () => {
      for (let looked: number = limits.events; looked >= limits.perStream && !this.#stopped;) {
        await giveWay.rest(backlogMs);
        looked = await this.round();
        if (looked > 0) this.#called = true;
      }
    })()
      .catch((error: unknown) => log.warn({ err: error }, 'messages for other systems could not be made; tried again'))
      .finally(() => {
        if (this.#stopped) return;
        this.#timer = clock.setTimer(this.#called ? restMs : pollMs, () => this.#run());
      });
  }

  /** @returns events looked at; 0: there is nothing new, or others are at it. */
  async round(): Promise<number> {
    return this.#parts.db.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO erp_cursor (stream_id)
         SELECT s.stream_id FROM stream s LEFT JOIN erp_cursor c USING (stream_id) WHERE c.stream_id IS NULL
         ON CONFLICT DO NOTHING`,
      );
      const claims = await tx.query<Claim>(
        `SELECT c.stream_id, greatest(c.seq, s.first_seq - 1) AS seq, s.head_seq
         FROM erp_cursor c JOIN stream s USING (stream_id) WHERE s.head_seq > c.seq
         ORDER BY c.stream_id <= $2, c.stream_id LIMIT $1 FOR UPDATE OF c SKIP LOCKED`,
        [limits.streams, this.#after],
      );
      const rows = claims.length === 0 ? [] : await readRecords(tx, claims);
      if (rows.length === 0) return 0;
      await this.#parts.fold(
        tx,
        rows.flatMap(({ record }) => readRecord(record) ?? []),
      );
      const last = new Map(rows.map(({ stream_id, seq }) => [stream_id, seq]));
      await tx.execute(
        `UPDATE erp_cursor c SET seq = n.seq FROM unnest($1::bigint[], $2::bigint[]) AS n (stream_id, seq)
         WHERE c.stream_id = n.stream_id`,
        [[...last.keys()], [...last.values()]],
      );
      this.#after = rows.at(-1)?.stream_id ?? 0;
      return rows.length;
    });
  }
}

/** Stream by stream, each in its order. */
function readRecords(
  tx: Queries,
  claims: readonly Claim[],
): Promise<{ readonly stream_id: number; readonly seq: number; readonly record: string }[]> {
  return tx.query(
    `SELECT e.stream_id, e.seq, e.record
     FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS c (stream_id, seq, head, place)
     JOIN LATERAL (
       SELECT e.stream_id, e.seq, e.record FROM event e
       WHERE e.stream_id = c.stream_id AND e.seq > c.seq AND e.seq <= c.head ORDER BY e.seq LIMIT $4
     ) e ON true ORDER BY c.place, e.seq LIMIT $5`,
    [
      claims.map(({ stream_id }) => stream_id),
      claims.map(({ seq }) => seq),
      claims.map(({ head_seq }) => head_seq),
      limits.perStream,
      limits.events,
    ],
  );
}

/** null: of no interest, or not to be understood by this version; such an event is in the quarantine of the read model. */
export function readRecord(text: string): Happened | null {
  try {
    const record = JSON.parse(text) as EventRecord;
    if (!followed.has(record.type)) return null;
    const definition = eventDefinition(record.type);
    const lifted = upcast(record);
    const body = definition?.schema.safeParse(lifted.body);
    if (definition === undefined || lifted.version !== definition.version || body?.success !== true) return null;
    const { type, at, stationId, actor } = record;
    if (typeof at !== 'number' || typeof stationId !== 'string' || typeof actor?.kind !== 'string') return null;
    return { type, body: body.data, at, stationId, actor } as unknown as Happened;
  } catch {
    return null;
  }
}
