/**
 * Publishes one line for ever: takes the right to speak for it, connects, is born, and goes through the streams of its
 * stations from where they were published last. A cursor moves only when the broker has what lies before it, so an outage
 * of the broker or the server loses nothing, and nothing waits in memory but one page.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '../db/db.ts';
import type { Log } from '../log.ts';
import { isUnfoldable, readEvent } from '../projections/read-event.ts';
import type { Broker, BrokerOptions, OpenBroker } from './broker.ts';
import { EdgeNode, deathOf, deathTopic, type NodeNames } from './edge-node.ts';
import { changesOf, standing, type Value } from './metrics.ts';

/** Events of one round. */
const perRound = 500;
const leaseMs = 15_000;
/** A fact that reaches the server later than this after it happened is history to whoever listens. */
const lateMs = 60_000;
/** As on the plant view: a station that was not heard so long is silent. */
const silentMs = 30_000;
const lookMs = 5_000;

export interface NodeParts {
  readonly db: Db;
  readonly log: Log;
  readonly now: () => number;
  readonly names: NodeNames;
  readonly access: Pick<BrokerOptions, 'url' | 'userName' | 'password'>;
  /** Of the line now. */
  readonly stations: () => readonly string[];
  readonly openBroker: OpenBroker;
  /** Pause before connecting again: doubles from the first to the second, ms. */
  readonly againMs?: readonly [first: number, most: number];
}

interface Row {
  readonly stream_id: number;
  readonly station_id: string;
  readonly seq: number;
  readonly received_at: Date;
  readonly record: string;
}

export class NodePublisher {
  readonly #parts: NodeParts;
  readonly #holder = randomUUID();
  readonly #nodeId: string;
  #ended = new AbortController();
  #working: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;
  #called = false;

  constructor(parts: NodeParts) {
    this.#parts = parts;
    this.#nodeId = `${parts.names.group}/${parts.names.node}`;
  }

  start(): void {
    this.#working = this.#run();
  }

  /** Something arrived. */
  wake(): void {
    this.#called = true;
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#ended.abort();
    this.wake();
    await this.#working;
  }

  async #run(): Promise<void> {
    const { log, againMs = [500, 10_000] } = this.#parts;
    let waitMs = againMs[0];
    let told = '';
    while (!this.#ended.signal.aborted) {
      try {
        const bdSeq = await this.#takeLease();
        if (bdSeq !== null) {
          await this.#session(bdSeq, () => {
            waitMs = againMs[0];
            if (told !== '') log.info({ node: this.#nodeId }, 'published again');
            told = '';
          });
        } else waitMs = againMs[1];
      } catch (error) {
        // Once per reason: a broker that is down for a night is one line, not ten thousand.
        const reason = error instanceof Error ? error.message : String(error);
        if (reason !== told) log.warn({ node: this.#nodeId, problem: reason }, 'not published now; tried again');
        told = reason;
      }
      await pause(waitMs, undefined, { signal: this.#ended.signal }).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, againMs[1]);
    }
    await this.#parts.db
      .execute('UPDATE publish_node SET held_until = 0 WHERE node_id = $1 AND holder = $2', [
        this.#nodeId,
        this.#holder,
      ])
      .catch(() => undefined);
  }

  /** @returns bdSeq of the connection that may be made now; null: another instance speaks for the line. */
  async #takeLease(): Promise<number | null> {
    const { db, now } = this.#parts;
    const at = now();
    const [row] = await db.query<{ bd_seq: number }>(
      `INSERT INTO publish_node AS n (node_id, bd_seq, holder, held_until) VALUES ($1, 1, $2, $3)
       ON CONFLICT (node_id) DO UPDATE SET bd_seq = (n.bd_seq + 1) % 256, holder = $2, held_until = $3
       WHERE n.holder = $2 OR n.held_until < $4 RETURNING bd_seq`,
      [this.#nodeId, this.#holder, at + leaseMs, at],
    );
    return row === undefined ? null : (row.bd_seq + 255) % 256;
  }

  async #keepLease(): Promise<void> {
    const { db, now } = this.#parts;
    const kept = await db.execute('UPDATE publish_node SET held_until = $3 WHERE node_id = $1 AND holder = $2', [
      this.#nodeId,
      this.#holder,
      now() + leaseMs,
    ]);
    if (kept === 0) throw new Error('another instance of the server speaks for the line');
  }

  async #session(bdSeq: number, begun: () => void): Promise<void> {
    const { names, access, now, openBroker } = this.#parts;
    const bornAt = now();
    const broker = await openBroker({
      ...access,
      clientId: `linewright-${names.group}-${names.node}`,
      will: names.sparkplug ? { topic: deathTopic(names), payload: deathOf(bdSeq, bornAt) } : null,
    });
    try {
      const node = new EdgeNode(names, broker, bdSeq, now);
      node.onRebirth = () => this.wake();
      broker.onClosed(() => this.wake());
      await this.#beginCursors();
      await node.begin(await this.#held());
      begun();
      await this.#publish(node, broker, bornAt);
    } finally {
      await broker.close(true);
    }
  }

  async #publish(node: EdgeNode, broker: Broker, bornAt: number): Promise<void> {
    let lookedAt = -Infinity;
    /** What was told as history and is current: told as such when the backlog ends. */
    const owed = new Map<string, Value>();
    while (broker.open && !this.#ended.signal.aborted) {
      this.#called = false;
      const { now } = this.#parts;
      if (now() - lookedAt >= lookMs) {
        lookedAt = now();
        await this.#keepLease();
        await this.#look(node);
      }
      if (node.rebirthAsked) await node.birth();
      if ((await this.round(node, bornAt, owed)) > 0) continue;
      if (owed.size > 0) {
        await node.tell([...owed.values()].map((value) => ({ ...value, historical: false })));
        owed.clear();
      }
      if (!this.#called && broker.open) await this.#rest();
    }
    if (!broker.open) throw new Error('the connection to the broker was lost');
  }

  #rest(): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, 1_000);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  /** Streams that are new begin where they are published from: at their end when publishing begins, else at their first event. */
  async #beginCursors(): Promise<void> {
    const { db, stations } = this.#parts;
    // What was before anybody listened is no news; a stream that a station begins later is.
    await db.execute(
      `INSERT INTO publish_cursor (stream_id, seq)
       SELECT s.stream_id, CASE WHEN EXISTS (SELECT 1 FROM publish_value v WHERE v.station_id = s.station_id)
         THEN s.first_seq - 1 ELSE s.head_seq END
       FROM stream s LEFT JOIN publish_cursor c USING (stream_id)
       WHERE c.stream_id IS NULL AND s.station_id = ANY($1) ON CONFLICT DO NOTHING`,
      [stations()],
    );
    const at = this.#parts.now();
    for (const stationId of stations())
      await this.#store(
        standing.map((one) => ({ ...one, stationId, unit: null, at })),
        false,
      );
  }

  async #held(): Promise<Map<string, Value[]>> {
    const { db, stations } = this.#parts;
    const rows = await db.query<{
      station_id: string;
      name: string;
      type: Value['type'];
      value: string;
      unit: string | null;
      at: number;
    }>(
      'SELECT station_id, name, type, value, unit, at FROM publish_value WHERE station_id = ANY($1) ORDER BY station_id, name',
      [stations()],
    );
    const values = rows.map(({ station_id, name, type, value, unit, at }): Value => {
      return { stationId: station_id, name, type, value: JSON.parse(value) as Value['value'], unit, at };
    });
    return Map.groupBy(values, ({ stationId }) => stationId);
  }

  async #store(values: readonly Value[], replace: boolean, db: Pick<Db, 'execute'> = this.#parts.db): Promise<void> {
    if (values.length === 0) return;
    await db.execute(
      `INSERT INTO publish_value (station_id, name, type, value, unit, at)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
       ON CONFLICT (station_id, name) DO ${
         replace
           ? 'UPDATE SET type = excluded.type, value = excluded.value, unit = excluded.unit, at = excluded.at'
           : 'NOTHING'
       }`,
      [
        values.map(({ stationId }) => stationId),
        values.map(({ name }) => name),
        values.map(({ type }) => type),
        values.map(({ value }) => JSON.stringify(value)),
        values.map(({ unit }) => unit),
        values.map(({ at }) => at),
      ],
    );
  }

  /** @returns events that were published and acknowledged; 0: there is nothing new. Public for tests and the bench. */
  async round(node: Pick<EdgeNode, 'tell' | 'settled'>, bornAt: number, owed: Map<string, Value>): Promise<number> {
    const { db, stations } = this.#parts;
    const rows = await db.query<Row>(
      `SELECT s.stream_id, s.station_id, e.seq, e.received_at, e.record
       FROM stream s LEFT JOIN publish_cursor c USING (stream_id)
       JOIN LATERAL (
         SELECT e.seq, e.received_at, e.record FROM event e
         WHERE e.stream_id = s.stream_id AND e.seq > coalesce(c.seq, s.first_seq - 1) AND e.seq <= s.head_seq
         ORDER BY e.seq LIMIT $2
       ) e ON true
       WHERE s.station_id = ANY($1) AND s.head_seq > coalesce(c.seq, s.first_seq - 1)
       ORDER BY s.stream_id, e.seq LIMIT $2`,
      [stations(), perRound],
    );
    if (rows.length === 0) return 0;
    const held = await this.#held();
    const newest = new Map(
      [...held].map(([stationId, values]) => [stationId, new Map(values.map((one) => [one.name, one]))]),
    );
    const changes: (Value & { historical: boolean })[] = [];
    for (const { stream_id, seq, received_at, record } of rows) {
      const receivedAt = received_at.getTime();
      const event = readEvent({ streamId: stream_id, seq, receivedAt, month: '', record });
      // It is in the quarantine of the read model; nothing of it can be told.
      if (isUnfoldable(event)) continue;
      const station = newest.get(event.stationId) ?? new Map<string, Value>();
      newest.set(event.stationId, station);
      const historical = receivedAt < bornAt || event.at < receivedAt - lateMs;
      for (const change of changesOf(event, (name) => Number(station.get(name)?.value ?? 0))) {
        station.set(change.name, change);
        changes.push({ ...change, historical });
        const key = `${change.stationId}/${change.name}`;
        if (historical) owed.set(key, change);
        else owed.delete(key);
      }
    }
    await node.tell(changes);
    await node.settled();
    const last = new Map(rows.map(({ stream_id, seq }) => [stream_id, seq]));
    await db.transaction(async (tx) => {
      const kept = await tx.execute('UPDATE publish_node SET bd_seq = bd_seq WHERE node_id = $1 AND holder = $2', [
        this.#nodeId,
        this.#holder,
      ]);
      if (kept === 0) throw new Error('another instance of the server speaks for the line');
      const values = new Map(changes.map((change) => [`${change.stationId}/${change.name}`, change]));
      await this.#store([...values.values()], true, tx);
      await tx.execute(
        `INSERT INTO publish_cursor (stream_id, seq) SELECT * FROM unnest($1::bigint[], $2::bigint[])
         ON CONFLICT (stream_id) DO UPDATE SET seq = excluded.seq`,
        [[...last.keys()], [...last.values()]],
      );
    });
    return rows.length;
  }

  /** Stations that went silent or are heard again. */
  async #look(node: EdgeNode): Promise<void> {
    const { db, now, stations } = this.#parts;
    const rows = await db.query<{ station_id: string; heard_at: Date }>(
      'SELECT station_id, max(heard_at) AS heard_at FROM station_status WHERE station_id = ANY($1) GROUP BY station_id',
      [stations()],
    );
    for (const { station_id, heard_at } of rows) {
      if (now() - heard_at.getTime() > silentMs) await node.death(station_id);
      else await node.alive(station_id);
    }
  }
}
