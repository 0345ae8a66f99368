/** Publishing's memory at the plant server: streams, cursors and newest values of one line in the database. */
import { randomUUID } from 'node:crypto';
import type { PublishProblem, PublishState } from '#contract/publish-state.ts';
import type { PublishRow } from '#contract/plant/trouble.ts';
import { standing, type Value } from '#publish/metrics.ts';
import type { PublishPage, PublishStore } from '#publish/publish-store.ts';
import { tellChanged } from '../changes-feed.ts';
import type { Db, Queries } from '../db/db.ts';
import { isUnfoldable, readEvent } from '../projections/read-event.ts';

/** Without a word of who speaks for so long, another instance does. */
const leaseMs = 6_000;
/** Nobody tried for so long, although who fails tries again and again. */
const nobodyMs = 20_000;
/** As on the plant view: a station that was not heard so long is silent. */
const silentMs = 30_000;
/** By the database's clock: those of several machines may differ by more than a lease. */
const clock = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

export interface LineStoreParts {
  readonly db: Db;
  readonly now: () => number;
  /** Of the edge node: `<group>/<line>`. */
  readonly nodeId: string;
  readonly lineId: string;
  readonly url: string;
  /** Of the line now. */
  readonly stations: () => readonly string[];
}

interface Row {
  readonly stream_id: number;
  readonly seq: number;
  readonly received_at: Date;
  readonly record: string;
}

export class LineStore implements PublishStore {
  readonly #parts: LineStoreParts;
  readonly #holder = randomUUID();

  constructor(parts: LineStoreParts) {
    this.#parts = parts;
  }

  async take(): Promise<number | null> {
    const { db, nodeId, lineId, url } = this.#parts;
    const [row] = await db.query<{ bd_seq: number }>(
      `INSERT INTO publish_node AS n (node_id, bd_seq, holder, held_until, line_id, url, since)
       VALUES ($1, 1, $2, ${clock} + $3, $4, $5, ${clock})
       ON CONFLICT (node_id) DO UPDATE SET bd_seq = (n.bd_seq + 1) % 256, holder = $2, held_until = ${clock} + $3,
         line_id = $4, url = $5
       WHERE n.holder = $2 OR n.held_until < ${clock} RETURNING bd_seq`,
      [nodeId, this.#holder, leaseMs, lineId, url],
    );
    return row === undefined ? null : (row.bd_seq + 255) % 256;
  }

  hold(): Promise<void> {
    return this.#hold(this.#parts.db);
  }

  async #hold(db: Queries): Promise<void> {
    const held = await db.execute(
      `UPDATE publish_node SET held_until = ${clock} + $3 WHERE node_id = $1 AND holder = $2`,
      [this.#parts.nodeId, this.#holder, leaseMs],
    );
    if (held === 0) throw new Error('another instance of the server speaks for the line');
  }

  async release(): Promise<void> {
    await this.#parts.db.execute(
      `UPDATE publish_node SET held_until = ${clock} - 1 WHERE node_id = $1 AND holder = $2 AND held_until > ${clock}`,
      [this.#parts.nodeId, this.#holder],
    );
  }

  async begin(): Promise<void> {
    const { db, stations, now } = this.#parts;
    // What was before anybody listened is no news; a stream that a station begins later is.
    await db.execute(
      `INSERT INTO publish_cursor (stream_id, seq)
       SELECT s.stream_id, CASE WHEN EXISTS (SELECT 1 FROM publish_value v WHERE v.station_id = s.station_id)
         THEN s.first_seq - 1 ELSE s.head_seq END
       FROM stream s LEFT JOIN publish_cursor c USING (stream_id)
       WHERE c.stream_id IS NULL AND s.station_id = ANY($1) ON CONFLICT DO NOTHING`,
      [stations()],
    );
    const at = now();
    for (const stationId of stations())
      await storeValues(
        db,
        standing.map((one) => ({ ...one, stationId, unit: null, at })),
        'NOTHING',
      );
  }

  async held(stationIds = this.#parts.stations()): Promise<ReadonlyMap<string, readonly Value[]>> {
    const rows = await this.#parts.db.query<{
      station_id: string;
      name: string;
      type: Value['type'];
      value: string;
      unit: string | null;
      at: number;
    }>(
      'SELECT station_id, name, type, value, unit, at FROM publish_value WHERE station_id = ANY($1) ORDER BY station_id, name',
      [stationIds],
    );
    const values = rows.map(({ station_id, name, type, value, unit, at }): Value => {
      return { stationId: station_id, name, type, value: JSON.parse(value) as Value['value'], unit, at };
    });
    return Map.groupBy(values, ({ stationId }) => stationId);
  }

  async page(most: number): Promise<PublishPage> {
    const rows = await this.#parts.db.query<Row>(
      `SELECT s.stream_id, e.seq, e.received_at, e.record
       FROM stream s LEFT JOIN publish_cursor c USING (stream_id)
       JOIN LATERAL (
         SELECT e.seq, e.received_at, e.record FROM event e
         WHERE e.stream_id = s.stream_id AND e.seq > coalesce(c.seq, s.first_seq - 1) AND e.seq <= s.head_seq
         ORDER BY e.seq LIMIT $2
       ) e ON true
       WHERE s.station_id = ANY($1) AND s.head_seq > coalesce(c.seq, s.first_seq - 1)
       ORDER BY s.stream_id, e.seq LIMIT $2`,
      [this.#parts.stations(), most],
    );
    const last = new Map(rows.map(({ stream_id, seq }) => [stream_id, seq]));
    return {
      facts: rows.map(({ stream_id, seq, received_at, record }) => {
        const receivedAt = received_at.getTime();
        const event = readEvent({ streamId: stream_id, seq, receivedAt, month: '', record });
        // It is in the quarantine of the read model.
        return { event: isUnfoldable(event) ? null : event, receivedAt };
      }),
      keep: (values) =>
        this.#parts.db.transaction(async (tx) => {
          await this.#hold(tx);
          await storeValues(
            tx,
            values,
            'UPDATE SET type = excluded.type, value = excluded.value, unit = excluded.unit, at = excluded.at',
          );
          await tx.execute(
            `INSERT INTO publish_cursor (stream_id, seq) SELECT * FROM unnest($1::bigint[], $2::bigint[])
             ON CONFLICT (stream_id) DO UPDATE SET seq = excluded.seq`,
            [[...last.keys()], [...last.values()]],
          );
        }),
    };
  }

  async heard(): Promise<ReadonlyMap<string, boolean>> {
    const { db, now, stations } = this.#parts;
    const rows = await db.query<{ station_id: string; heard_at: Date }>(
      'SELECT station_id, max(heard_at) AS heard_at FROM station_status WHERE station_id = ANY($1) GROUP BY station_id',
      [stations()],
    );
    return new Map(rows.map(({ station_id, heard_at }) => [station_id, now() - heard_at.getTime() <= silentMs]));
  }

  async tell({ state, problem, detail }: Omit<PublishState, 'since'>): Promise<void> {
    await this.#parts.db.transaction(async (tx) => {
      const changed = await tx.execute(
        `UPDATE publish_node SET state = $3, problem = $4, detail = $5, since = ${clock}
         WHERE node_id = $1 AND holder = $2 AND (state, coalesce(problem, ''), detail) <> ($3, coalesce($4, ''), $5)`,
        [this.#parts.nodeId, this.#holder, state, problem, detail.slice(0, 500)],
      );
      if (changed > 0) await tellChanged(tx, 'trouble');
    });
  }
}

async function storeValues(db: Queries, values: readonly Value[], onConflict: string): Promise<void> {
  if (values.length === 0) return;
  await db.execute(
    `INSERT INTO publish_value (station_id, name, type, value, unit, at)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
     ON CONFLICT (station_id, name) DO ${onConflict}`,
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

/** @param lines stations by the line that is published now. */
export async function nodeStates(db: Queries, lines: ReadonlyMap<string, readonly string[]>): Promise<PublishRow[]> {
  const nodes = await db.query<{
    node_id: string;
    line_id: string;
    url: string;
    state: 'connecting' | 'published' | 'failing';
    problem: PublishProblem | null;
    detail: string;
    since: number;
    held_until: number;
    alone: boolean;
  }>(
    `SELECT node_id, line_id, url, state, problem, detail, since, held_until, held_until < ${clock} - ${nobodyMs} AS alone
     FROM publish_node WHERE line_id = ANY($1) ORDER BY line_id, node_id`,
    [[...lines.keys()]],
  );
  const waiting = await db.query<{ station_id: string; n: number }>(
    // As `page` and `begin` see it: before publishing began nothing waits.
    `SELECT s.station_id, sum(s.head_seq - coalesce(c.seq,
       CASE WHEN EXISTS (SELECT 1 FROM publish_value v WHERE v.station_id = s.station_id)
         THEN s.first_seq - 1 ELSE s.head_seq END))::bigint AS n
     FROM stream s LEFT JOIN publish_cursor c USING (stream_id) WHERE s.station_id = ANY($1) GROUP BY s.station_id`,
    [[...lines.values()].flat()],
  );
  const behind = new Map(waiting.map(({ station_id, n }) => [station_id, n]));
  return nodes.map(({ node_id, line_id, url, state, problem, detail, since, held_until, alone }) => ({
    nodeId: node_id,
    lineId: line_id,
    url,
    ...(alone
      ? { state: 'nobody' as const, since: held_until, problem: null, detail: '' }
      : { state, since, problem, detail }),
    behind: (lines.get(line_id) ?? []).reduce((sum, station) => sum + (behind.get(station) ?? 0), 0),
  }));
}
