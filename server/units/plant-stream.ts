/**
 * The plant's own stream: what people decide on the plant view about units is a fact like any other, hash-chained, folded
 * by the same projector and told to the stations as passports.
 *
 * Each run of a server writes an epoch of its own, and remembers what it wrote last. Where the database says otherwise, it
 * was put back to an older backup under the running server (or the end of a transaction was never heard of): a new epoch is
 * begun. So no number of a lost past is ever given to another fact, and nobody has to tell that a backup was put back.
 * Facts of several epochs are joined like those of several stations.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Actor, EventRecord } from '#contract/envelope.ts';
import type { DomainEvent } from '#contract/events/index.ts';
import { plantStationId } from '#contract/sync/protocol.ts';
import type { ReleasedConfiguration } from '../configuration.ts';
import type { Db, Queries } from '../db/db.ts';
import { insertEvents } from '../ingest/insert.ts';
import { ensurePartitions } from '../ingest/partitions.ts';
import { streamIdOf } from '../ingest/stream-id.ts';

export interface PlantStream {
  /** In the caller's transaction, under the lock of the stream's row: facts of one server are written one after the other. */
  append(
    tx: Queries,
    by: { readonly actor: Actor; readonly commandId: string | null; readonly at: number },
    events: readonly DomainEvent[],
  ): Promise<void>;
}

interface Head {
  readonly streamId: number;
  readonly epoch: string;
  readonly seq: number;
  readonly hash: Uint8Array;
}

/** Makes the partitions that its events need. */
export async function createPlantStream(
  db: Db,
  configuration: ReleasedConfiguration,
  now: number,
): Promise<PlantStream> {
  await ensurePartitions(db, now);
  const bootId = randomUUID();
  /** What this server wrote last; the next transaction finds it so, or the past is another one. */
  let last: Head | null = null;
  return {
    async append(tx, { actor, commandId, at }, events) {
      const held = last === null ? null : await lockHead(tx, last);
      // What was written last is asked after the wait for the row: another transaction of this server may have had it.
      const head = held !== null && isSame(held, last) ? held : await begin(tx, at);
      const config = configuration().configuration.hash;
      let { seq, hash } = head;
      const hashes: Uint8Array[] = [];
      const texts = events.map(({ type, version, body }) => {
        seq += 1;
        const record: EventRecord = {
          stationId: plantStationId,
          epoch: head.epoch,
          seq,
          at,
          bootId,
          monoMs: Math.round(performance.now()),
          actor,
          commandId,
          config,
          type,
          version,
          body,
        };
        const text = JSON.stringify(record);
        hash = createHash('sha256').update(hash).update(text).digest();
        hashes.push(hash);
        return text;
      });
      await insertEvents(tx, {
        streamId: head.streamId,
        first: head.seq + 1,
        text: texts.join('\n'),
        hashes: Buffer.concat(hashes),
        receivedAt: at,
      });
      await tx.execute('UPDATE stream SET head_seq = $2, head_hash = $3, last_received_at = $4 WHERE stream_id = $1', [
        head.streamId,
        seq,
        hash,
        new Date(at),
      ]);
      await tx.query(`SELECT pg_notify('events', $1)`, [String(head.streamId)]);
      // Before its transaction has ended: should it be undone, the next one finds another head and begins an epoch.
      last = { ...head, seq, hash };
    },
  };
}

const isSame = (found: Head, written: Head | null): boolean =>
  written !== null &&
  found.streamId === written.streamId &&
  found.seq === written.seq &&
  Buffer.compare(found.hash, written.hash) === 0;

/** The row of the stream, held to the end of the transaction; null: the database has none. */
async function lockHead(tx: Queries, { streamId, epoch }: Head): Promise<Head | null> {
  const [row] = await tx.query<{ head_seq: number; head_hash: Uint8Array }>(
    'SELECT head_seq, head_hash FROM stream WHERE stream_id = $1 FOR UPDATE',
    [streamId],
  );
  return row === undefined ? null : { streamId, epoch, seq: row.head_seq, hash: row.head_hash };
}

async function begin(tx: Queries, at: number): Promise<Head> {
  const epoch = randomBytes(8).toString('hex');
  const streamId = streamIdOf({ stationId: plantStationId, epoch, branch: '' });
  const hash = new Uint8Array(32);
  await tx.execute(
    `INSERT INTO stream (stream_id, station_id, epoch, branch, first_seq, head_seq, head_hash, begun_at)
     VALUES ($1, $2, $3, '', 1, 0, $4, $5)`,
    [streamId, plantStationId, epoch, hash, new Date(at)],
  );
  return { streamId, epoch, seq: 0, hash };
}
