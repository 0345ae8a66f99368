/** `Db` on PostgreSQL 15 or newer. */
import pg from 'pg';
import type { Db, DbValue, Queries } from './db.ts';
import { asDatabaseError } from './errors.ts';
import { retried } from './retry.ts';

export interface PgOptions {
  /** `postgresql://user:password@host:port/database?sslmode=...` */
  readonly url: string;
  /** Connections besides the one that listens. */
  readonly poolSize?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
  /** Told of lost connections; has no secret in it. */
  readonly onTrouble?: (problem: string) => void;
}

const connectMs = 5_000;
const firstPauseMs = 200;
const longestPauseMs = 5_000;

/** int8 and dates as db.ts says; the rest as `pg` does it. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary') {
      if (oid === pg.types.builtins.INT8) return Number;
      if (oid === pg.types.builtins.DATE) return String;
      // int8[]
      if (oid === 1016) return (text: string) => text.slice(1, -1).split(',').filter(Boolean).map(numberOrNull);
    }
    return pg.types.getTypeParser(oid, format as 'text');
  }) as pg.CustomTypesConfig['getTypeParser'],
};
const numberOrNull = (text: string): number | null => (text === 'NULL' ? null : Number(text));

type Asked = Pick<pg.ClientBase, 'query'>;

const queriesOn = (client: Asked): Queries => ({
  async query<Row>(sql: string, params: readonly DbValue[] = []) {
    try {
      return (await client.query(sql, params as unknown[])).rows as Row[];
    } catch (error) {
      throw asDatabaseError(error);
    }
  },
  async execute(sql, params = []) {
    try {
      // Without parameters several statements may be given; each has its own result then.
      const result = (params.length === 0
        ? await client.query(sql)
        : await client.query(sql, params as unknown[])) as unknown as pg.QueryResult | pg.QueryResult[];
      const last = Array.isArray(result) ? result.at(-1) : result;
      return last?.rowCount ?? 0;
    } catch (error) {
      throw asDatabaseError(error);
    }
  },
});

/** Does not connect yet: the database may come up later. */
export function openPg(options: PgOptions): Db {
  const base: pg.ClientConfig = {
    connectionString: options.url,
    application_name: options.applicationName ?? 'linewright',
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    types,
  };
  const trouble = options.onTrouble ?? (() => undefined);
  const pool = new pg.Pool({ ...base, max: options.poolSize ?? 10 });
  // An idle connection that ends (the database restarts) is no failure of anybody; the pool makes a new one.
  pool.on('error', (error) => trouble(`a connection was lost: ${error.message}`));
  const listener = createListener(base, trouble);

  return {
    kind: 'postgresql',
    ...queriesOn(pool as unknown as Asked),
    transaction: (run) =>
      retried(async () => {
        const client = await pool.connect().catch((error: unknown) => {
          throw asDatabaseError(error);
        });
        let broken = false;
        // Without a listener a connection lost between two statements would end the process.
        const onLost = (): void => void (broken = true);
        client.on('error', onLost);
        try {
          await client.query('BEGIN');
          const result = await run(queriesOn(client));
          await client.query('COMMIT');
          return result;
        } catch (error) {
          await client.query('ROLLBACK').catch(() => (broken = true));
          throw asDatabaseError(error);
        } finally {
          client.off('error', onLost);
          client.release(broken);
        }
      }),
    listen: listener.listen,
    async close() {
      await listener.close();
      await pool.end();
    },
  };
}

interface Heard {
  readonly onNotify: (payload: string) => void;
  readonly onMissed: () => void;
}

/** One connection for all channels, made again when it is lost. */
function createListener(base: pg.ClientConfig, trouble: (problem: string) => void): Pick<Db, 'listen' | 'close'> {
  const channels = new Map<string, Set<Heard>>();
  let client: pg.Client | null = null;
  let connecting: Promise<void> | null = null;
  let closed = false;
  let pauseMs = firstPauseMs;
  let timer: NodeJS.Timeout | null = null;

  const connect = async (): Promise<void> => {
    const fresh = new pg.Client(base);
    fresh.on('error', (error) => lost(fresh, error.message));
    fresh.on('end', () => lost(fresh, 'it ended'));
    fresh.on('notification', ({ channel, payload }) => {
      for (const { onNotify } of channels.get(channel) ?? []) onNotify(payload ?? '');
    });
    await fresh.connect();
    for (const channel of channels.keys()) await fresh.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
    if (closed) {
      await fresh.end();
      return;
    }
    client = fresh;
    pauseMs = firstPauseMs;
  };
  const lost = (which: pg.Client, why: string): void => {
    if (which !== client) return;
    client = null;
    which.end().catch(() => undefined);
    if (closed) return;
    trouble(`the listening connection was lost: ${why}`);
    again();
  };
  const again = (): void => {
    if (closed || timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      connect().then(
        () => {
          for (const heard of channels.values()) for (const { onMissed } of heard) onMissed();
        },
        () => again(),
      );
    }, pauseMs);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  };

  return {
    async listen(channel, onNotify, onMissed = () => undefined) {
      const entry: Heard = { onNotify, onMissed };
      const heard = channels.get(channel) ?? new Set<Heard>();
      heard.add(entry);
      channels.set(channel, heard);
      try {
        if (client === null) await (connecting ??= connect().finally(() => (connecting = null)));
        // Also when another call connected meanwhile: LISTEN twice is LISTEN once.
        await client?.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      } catch {
        // The database is not up yet: heard from as soon as it is, with `onMissed`.
        again();
      }
      return async () => {
        heard.delete(entry);
        if (heard.size > 0) return;
        channels.delete(channel);
        await client?.query(`UNLISTEN ${pg.escapeIdentifier(channel)}`).catch(() => undefined);
      };
    },
    async close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      await connecting?.catch(() => undefined);
      await client?.end().catch(() => undefined);
    },
  };
}
