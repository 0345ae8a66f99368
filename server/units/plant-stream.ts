/**
 * The plant's own stream: what people decide on the plant view about units is a fact like any other, hash-chained, folded
 * by the same projector and told to the stations as passports.
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
  /** In the caller's transaction, under the lock of the stream's row. */
  append(
    tx: Queries,
    by: { readonly actor: Actor; readonly commandId: string | null; readonly at: number },
    events: readonly DomainEvent[],
  ): Promise<void>;
}

interface StreamRow {
  readonly stream_id: number;
  readonly epoch: string;
  readonly head_seq: number;
  readonly head_hash: Uint8Array;
}

/** Makes the partitions that its events need. */
export async function createPlantStream(
  db: Db,
  configuration: ReleasedConfiguration,
  now: number,
): Promise<PlantStream> {
  await ensurePartitions(db, now);
  const bootId = randomUUID();
  return {
    async append(tx, { actor, commandId, at }, events) {
      const stream = await lockStream(tx, at);
      const config = configuration().configuration.hash;
      let { head_seq: seq, head_hash: hash } = stream;
      const hashes: Uint8Array[] = [];
      const texts = events.map(({ type, version, body }) => {
        seq += 1;
        const record: EventRecord = {
          stationId: plantStationId,
          epoch: stream.epoch,
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
        streamId: stream.stream_id,
        first: stream.head_seq + 1,
        text: texts.join('\n'),
        hashes: Buffer.concat(hashes),
        receivedAt: at,
      });
      await tx.execute('UPDATE stream SET head_seq = $2, head_hash = $3, last_received_at = $4 WHERE stream_id = $1', [
        stream.stream_id,
        seq,
        hash,
        new Date(at),
      ]);
      await tx.query(`SELECT pg_notify('events', $1)`, [String(stream.stream_id)]);
    },
  };
}

async function lockStream(tx: Queries, at: number): Promise<StreamRow> {
  const sql = `SELECT stream_id, epoch, head_seq, head_hash FROM stream WHERE station_id = $1
     ORDER BY begun_at DESC, stream_id LIMIT 1 FOR UPDATE`;
  const [found] = await tx.query<StreamRow>(sql, [plantStationId]);
  if (found !== undefined) return found;
  // One begins it, under a lock, so that the plant has one stream.
  await tx.query('SELECT pg_advisory_xact_lock(7420101)');
  const [meanwhile] = await tx.query<StreamRow>(sql, [plantStationId]);
  if (meanwhile !== undefined) return meanwhile;
  const epoch = randomBytes(8).toString('hex');
  const streamId = streamIdOf({ stationId: plantStationId, epoch, branch: '' });
  const zero = new Uint8Array(32);
  await tx.execute(
    `INSERT INTO stream (stream_id, station_id, epoch, branch, first_seq, head_seq, head_hash, begun_at)
     VALUES ($1, $2, $3, '', 1, 0, $4, $5)`,
    [streamId, plantStationId, epoch, zero, new Date(at)],
  );
  return { stream_id: streamId, epoch, head_seq: 0, head_hash: zero };
}
