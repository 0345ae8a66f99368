/** Sites feeding one enterprise database by PostgreSQL's logical replication: each step by itself. See docs/scale.md. */
import pg from 'pg';
import { enterpriseTables, monthPartitions, readTables, siteColumn } from './tables.ts';

export const publication = 'linewright';

/** Runs with one connection, which is closed whatever happens. */
export async function connected<T>(url: string, run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

/**
 * Gives a site its number, once and before its first fact: it becomes the default of every site column.
 * @param siteId 1 to 2147483647; 0 is a plant that belongs to no enterprise.
 * @throws Error when the site has facts under another number.
 */
export function numberSite(url: string, siteId: number): Promise<void> {
  if (!Number.isInteger(siteId) || siteId < 1 || siteId > 2_147_483_647)
    throw new Error(`the number of a site is a whole number from 1 to 2147483647, not ${siteId}`);
  return connected(url, async (client) => {
    await client.query('BEGIN');
    const { rows } = await client.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = $1
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
      [siteColumn],
    );
    for (const { name } of rows) {
      const table = pg.escapeIdentifier(name);
      await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      const { rows: others } = await client.query<{ site: number }>(
        `SELECT ${siteColumn} AS site FROM ${table} WHERE ${siteColumn} <> $1 LIMIT 1`,
        [siteId],
      );
      const other = others[0]?.site;
      if (other !== undefined)
        throw new Error(
          `table ${name} has rows of site ${other}: a site gets its number before its first fact; number a new database, or leave it as it is`,
        );
      await client.query(`ALTER TABLE ${table} ALTER COLUMN ${siteColumn} SET DEFAULT ${siteId}`);
    }
    await client.query('COMMIT');
  });
}

/** At the site: the publication of what it gives. Needs wal_level=logical. Again after an upgrade that brought tables. */
export function publish(url: string): Promise<readonly string[]> {
  return connected(url, async (client) => {
    const { rows: level } = await client.query<{ wal_level: string }>('SHOW wal_level');
    if (level[0]?.wal_level !== 'logical')
      throw new Error('the site runs with wal_level=' + level[0]?.wal_level + '; set wal_level=logical and restart it');
    const names = (await readTables(client)).map(({ name }) => name);
    const { rows } = await client.query('SELECT 1 FROM pg_publication WHERE pubname = $1', [publication]);
    // Without truncate: what a site throws away stays with the enterprise.
    await client.query(
      rows.length === 0
        ? `CREATE PUBLICATION ${publication} FOR TABLE ${names.join(', ')}
           WITH (publish = 'insert, update, delete', publish_via_partition_root = true)`
        : `ALTER PUBLICATION ${publication} SET TABLE ${names.join(', ')}`,
    );
    return names;
  });
}

/** At the enterprise: tables as the site has them, with the site in every key, and partitions for a year. */
export async function prepareEnterprise(url: string, siteUrl: string, now = new Date()): Promise<void> {
  const tables = await connected(siteUrl, readTables);
  await connected(url, async (client) => {
    await client.query('BEGIN');
    for (const statement of [...enterpriseTables(tables), ...monthPartitions(tables, now, 13)])
      await client.query(statement);
    // Columns that a newer site has.
    for (const { name, columns } of tables)
      for (const column of columns)
        await client.query(
          `ALTER TABLE ${pg.escapeIdentifier(name)} ADD COLUMN IF NOT EXISTS ${pg.escapeIdentifier(column.name)} ${column.type}`,
        );
    await client.query('COMMIT');
  });
}

/** At the enterprise: takes in all that the site has, and from then on what comes. */
export async function subscribe(url: string, siteId: number, siteUrl: string): Promise<void> {
  const { rows } = await connected(siteUrl, (client) =>
    client.query<{ site: number }>(`SELECT DISTINCT ${siteColumn} AS site FROM stream`),
  );
  const wrong = rows.find(({ site }) => site !== siteId);
  if (wrong !== undefined) throw new Error(`that site has the number ${wrong.site}, not ${siteId}`);
  await connected(url, (client) =>
    client.query(
      `CREATE SUBSCRIPTION linewright_site_${siteId} CONNECTION ${pg.escapeLiteral(siteUrl)} PUBLICATION ${publication}`,
    ),
  );
}

/** After `publish` brought tables to an existing subscription. */
export const refresh = (url: string, siteId: number): Promise<unknown> =>
  connected(url, (client) => client.query(`ALTER SUBSCRIPTION linewright_site_${siteId} REFRESH PUBLICATION`));

export interface SiteLag {
  /** Events that the site has and the enterprise does not know of yet (its streams' heads there). */
  readonly events: number;
  /** Tables whose first copy is not whole yet: their older rows are missing there until it is. */
  readonly copying: readonly string[];
  /** WAL that the site keeps for the enterprise, bytes; null: nobody has subscribed. */
  readonly walBytes: number | null;
  /** Whether the enterprise is connected now. */
  readonly connected: boolean;
}

/** Compares the heads of the streams at both ends and asks the site what it keeps for the enterprise. */
export async function lag(url: string, siteId: number, siteUrl: string): Promise<SiteLag> {
  const name = `linewright_site_${siteId}`;
  const heads = async (client: pg.Client): Promise<number> => {
    const { rows } = await client.query<{ events: string }>(
      `SELECT coalesce(sum(head_seq - first_seq + 1), 0) AS events FROM stream WHERE ${siteColumn} = $1`,
      [siteId],
    );
    return Number(rows[0]?.events);
  };
  const there = await connected(url, async (client) => {
    const events = await heads(client);
    const { rows } = await client.query<{ table: string }>(
      `SELECT c.relname AS table FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = r.srsubid
       JOIN pg_class c ON c.oid = r.srrelid WHERE s.subname = $1 AND r.srsubstate <> 'r' ORDER BY 1`,
      [name],
    );
    return { events, copying: rows.map(({ table }) => table) };
  });
  return connected(siteUrl, async (client) => {
    const { rows } = await client.query<{ active: boolean; bytes: string }>(
      `SELECT active, pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn) AS bytes
       FROM pg_replication_slots WHERE slot_name = $1`,
      [name],
    );
    const slot = rows[0];
    return {
      events: (await heads(client)) - there.events,
      copying: there.copying,
      walBytes: slot === undefined ? null : Number(slot.bytes),
      connected: slot?.active ?? false,
    };
  });
}
