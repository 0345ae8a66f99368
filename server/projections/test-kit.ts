/** Streams as stations write them, put straight into the database. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor } from '#contract/envelope.ts';
import { event, eventDefinition, type BodyOf, type EventType } from '#contract/events/index.ts';
import { loadConfiguration } from '#config/load.ts';
import type { Configuration } from '#contract/config/index.ts';
import { releasedConfiguration } from '../configuration.ts';
import type { Db } from '../db/db.ts';
import { insertEvents } from '../ingest/insert.ts';
import { ensurePartition, monthOf } from '../ingest/partitions.ts';
import { streamIdOf } from '../ingest/stream-id.ts';

const root = join(import.meta.dirname, '../..');

export interface Fact {
  readonly text: string;
  readonly hash: Uint8Array;
}

export class StationStream {
  readonly stationId: string;
  readonly epoch: string;
  readonly facts: Fact[] = [];
  stored = 0;
  #at: number;
  constructor(stationId: string, at = 1_790_000_000_000, epoch = 'e1') {
    this.stationId = stationId;
    this.epoch = epoch;
    this.#at = at;
  }
  get streamId(): number {
    return streamIdOf({ stationId: this.stationId, epoch: this.epoch, branch: '' });
  }
  /** @param at UTC ms; else a second after the last one. */
  add<T extends EventType>(type: T, body: BodyOf<T>, at?: number, actor: Actor = { kind: 'person', id: 'mara' }): this {
    this.#at = at ?? this.#at + 1_000;
    return this.raw({ ...event(type, body), at: this.#at, actor });
  }
  raw(more: Readonly<Record<string, unknown>>): this {
    const seq = this.facts.length + 1;
    const text = JSON.stringify({
      stationId: this.stationId,
      epoch: this.epoch,
      seq,
      at: this.#at,
      bootId: 'b',
      monoMs: seq,
      actor: { kind: 'system' },
      commandId: null,
      config: 'c',
      ...more,
    });
    return this.text(text);
  }
  text(text: string): this {
    const prev = this.facts.at(-1)?.hash ?? new Uint8Array(32);
    this.facts.push({ text, hash: createHash('sha256').update(prev).update(text).digest() });
    return this;
  }
  /** Brings the next `count` facts to the server. */
  async send(db: Db, count = Infinity, receivedAt = Date.now()): Promise<void> {
    const part = this.facts.slice(this.stored, this.stored + count);
    const last = part.at(-1);
    if (last === undefined) return;
    await ensurePartition(db, monthOf(receivedAt));
    await db.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO stream (stream_id, station_id, epoch, branch, first_seq, head_seq, head_hash, begun_at)
         VALUES ($1, $2, $3, '', 1, 0, $4, now()) ON CONFLICT DO NOTHING`,
        [this.streamId, this.stationId, this.epoch, new Uint8Array(32)],
      );
      await insertEvents(tx, {
        streamId: this.streamId,
        first: this.stored + 1,
        text: part.map(({ text }) => text).join('\n'),
        hashes: Buffer.concat(part.map(({ hash }) => hash)),
        receivedAt,
      });
      await tx.execute(
        'UPDATE stream SET head_seq = $2, head_hash = $3, last_received_at = now() WHERE stream_id = $1',
        [this.streamId, this.stored + part.length, last.hash],
      );
    });
    this.stored += part.length;
  }
}

export const definition = { id: 'PMP-100', revision: 'C', hash: 'h' };
export const made = (serial: string, orderId = 'WO-1'): BodyOf<'unit.created'> => ({
  serial,
  orderId,
  materialId: 'PMP-100',
  definitionId: 'PMP-100',
  revision: 'C',
  passed: [],
});
export const started = (executionId: string, serial: string, operationId = '10'): BodyOf<'execution.started'> => ({
  executionId,
  serial,
  orderId: 'WO-1',
  definition,
  operationId,
});
export const ended = (executionId: string, serial: string, operationId = '10'): BodyOf<'execution.passed'> => ({
  executionId,
  serial,
  operationId,
});
export const held = (serial: string, holdId: string): BodyOf<'unit.held'> => ({
  serial,
  holdId,
  reason: 'scratch',
  executionId: null,
  stepId: null,
  reasons: [],
});

export function demoConfiguration(): Configuration {
  const loaded = loadConfiguration(join(root, 'resources/demo-plant'), { manifests: null });
  if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults[0]));
  return loaded.configuration;
}
export const demoReleased = (configuration = demoConfiguration()) => releasedConfiguration(() => configuration);

/** Of its newest version, which `event` stamps it with. */
export const golden = <T extends EventType>(type: T): BodyOf<T> =>
  (
    JSON.parse(
      readFileSync(join(root, `tests/goldens/events/${type}@${eventDefinition(type)?.version}.json`), 'utf8'),
    ) as { body: BodyOf<T> }
  ).body;
export const measured = (executionId: string, index = 1): BodyOf<'measurement.recorded'> => ({
  ...golden('measurement.recorded'),
  executionId,
  index,
});
export const fitted = (executionId: string, componentSerial: string, lot: string): BodyOf<'component.fitted'> => ({
  ...golden('component.fitted'),
  executionId,
  componentSerial,
  lot,
});
