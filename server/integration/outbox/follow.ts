/**
 * Looks through the streams of all stations for what other systems are told: stream by stream, a page at a time, messages
 * and cursor in one transaction. Any instance may do it; the cursor's row lock keeps two from one stream.
 */
import type { EventRecord } from '#contract/envelope.ts';
import { eventDefinition, upcast } from '#contract/events/index.ts';
import type { Happened } from '#domain/happened.ts';
import type { Clock } from '../../clock.ts';
import type { Db, Queries } from '../../db/db.ts';
import type { Log } from '../../log.ts';
import { erpEvents, type ErpFold } from './fold.ts';

const pageEvents = 500;
const streamsPerRound = 32;

export interface FollowParts {
  readonly db: Db;
  readonly fold: ErpFold;
  readonly clock: Clock;
  readonly log: Log;
  readonly pollMs?: number;
}

export class Follower {
  readonly #parts: Required<FollowParts>;
  #timer: { cancel(): void } | null = null;
  #working: Promise<unknown> = Promise.resolve();
  #stopped = false;
  #called = false;
  #unlisten: (() => Promise<void>) | null = null;

  constructor(parts: FollowParts) {
    this.#parts = { pollMs: 1_000, ...parts };
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
    this.#called = true;
    if (this.#timer === null) return;
    this.#timer.cancel();
    this.#run();
  }

  #run(): void {
    const { clock, log, pollMs } = this.#parts;
    this.#timer = null;
    this.#called = false;
    this.#working = (async () => {
      while (!this.#stopped && (await this.round()) > 0);
    })()
      .catch((error: unknown) => log.warn({ err: error }, 'messages for other systems could not be made; tried again'))
      .finally(() => {
        if (this.#stopped) return;
        this.#timer = clock.setTimer(this.#called ? 0 : pollMs, () => this.#run());
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
      const streams = await tx.query<{ stream_id: number; seq: number; head_seq: number }>(
        `SELECT c.stream_id, greatest(c.seq, s.first_seq - 1) AS seq, s.head_seq
         FROM erp_cursor c JOIN stream s USING (stream_id) WHERE s.head_seq > c.seq
         ORDER BY c.stream_id LIMIT $1 FOR UPDATE OF c SKIP LOCKED`,
        [streamsPerRound],
      );
      let looked = 0;
      for (const { stream_id: streamId, seq, head_seq: head } of streams) {
        const rows = await tx.query<{ seq: number; record: string }>(
          'SELECT seq, record FROM event WHERE stream_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4',
          [streamId, seq, head, pageEvents],
        );
        const last = rows.at(-1)?.seq;
        if (last === undefined) continue;
        await this.#fold(tx, rows);
        await tx.execute('UPDATE erp_cursor SET seq = $2 WHERE stream_id = $1', [streamId, last]);
        looked += rows.length;
      }
      return looked;
    });
  }

  async #fold(tx: Queries, rows: readonly { readonly seq: number; readonly record: string }[]): Promise<void> {
    await this.#parts.fold(
      tx,
      rows.flatMap(({ record }) => readRecord(record) ?? []),
    );
  }
}

/** null: of no interest, or not to be understood by this version; such an event is in the quarantine of the read model. */
export function readRecord(text: string): Happened | null {
  try {
    const record = JSON.parse(text) as EventRecord;
    if (!(erpEvents as readonly string[]).includes(record.type)) return null;
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
