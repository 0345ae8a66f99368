/**
 * What a site gives to the enterprise database, and what lies there: derived from the site's own catalogue, so that a
 * new column or table of the server needs no second telling. See docs/scale.md.
 */
import type { Client } from 'pg';

/**
 * Fact tables that are published. Not published: what only this server needs to work (codes, sessions, cursors, queues)
 * and read models, which are dropped and folded again at will.
 */
export const publishedTables = ['stream', 'event', 'station_key', 'fork', 'audit'] as const;

export const siteColumn = 'site_id';

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
}
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Primary key and unique constraints, the primary key first; without the site. */
  readonly keys: readonly { readonly primary: boolean; readonly columns: readonly string[] }[];
  /** Whether it is partitioned by list of its month column. */
  readonly partitionKey: string | null;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const list = (names: readonly string[]): string => names.map(quoted).join(', ');

/** @returns the published tables that are there, in the order of `publishedTables`. */
export async function readTables(client: Client): Promise<Table[]> {
  const { rows } = await client.query<{
    name: string;
    columns: Column[];
    keys: Table['keys'];
    partition: string | null;
  }>(
    `SELECT c.relname AS name,
       (SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
                                          'notNull', a.attnotnull) ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       (SELECT coalesce(json_agg(json_build_object('primary', i.indisprimary, 'columns',
                 (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(num, place)
                  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num)) ORDER BY i.indisprimary DESC), '[]')
        FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL) AS keys,
       (SELECT a.attname FROM pg_partitioned_table p JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
        WHERE p.partrelid = c.oid) AS partition
     FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname = ANY($1)`,
    [publishedTables],
  );
  return publishedTables.flatMap((name) => {
    const row = rows.find((each) => each.name === name);
    return row === undefined ? [] : [{ name, columns: row.columns, keys: row.keys, partitionKey: row.partition }];
  });
}

/**
 * DDL of the enterprise's tables. Each key has the site in front, so that two sites' rows cannot meet and the tables can
 * be distributed by it; no foreign keys, because the tables of a site are copied side by side and in no order.
 * @throws Error when a published table has no site column or no primary key.
 */
export function enterpriseTables(tables: readonly Table[]): string[] {
  return tables.flatMap(({ name, columns, keys, partitionKey }) => {
    if (!columns.some((column) => column.name === siteColumn))
      throw new Error(`table ${name} has no column ${siteColumn}; add it by a migration or publish it not`);
    if (keys[0]?.primary !== true) throw new Error(`table ${name} has no primary key`);
    const withSite = keys.map(({ primary, columns: of }) => {
      const all = [siteColumn, ...of.filter((column) => column !== siteColumn)];
      return { primary, columns: all, text: list(all) };
    });
    const unique = withSite.filter(({ text }, at) => withSite.findIndex((other) => other.text === text) === at);
    const lines = [
      ...columns.map(({ name: column, type, notNull }) => `${quoted(column)} ${type}${notNull ? ' NOT NULL' : ''}`),
      ...unique.map(({ primary, text }) => `${primary ? 'PRIMARY KEY' : 'UNIQUE'} (${text})`),
    ];
    const create = `CREATE TABLE IF NOT EXISTS ${quoted(name)} (\n  ${lines.join(',\n  ')}\n)`;
    if (partitionKey === null) return [create];
    return [
      `${create} PARTITION BY LIST (${quoted(partitionKey)})`,
      // A month that nobody has prepared stops no site.
      `CREATE TABLE IF NOT EXISTS ${quoted(`${name}_other`)} PARTITION OF ${quoted(name)} DEFAULT`,
    ];
  });
}

/** Partitions of the enterprise for `count` months from the month of `from` on. */
export function monthPartitions(tables: readonly Table[], from: Date, count: number): string[] {
  return tables
    .filter(({ partitionKey }) => partitionKey !== null)
    .flatMap(({ name }) =>
      Array.from({ length: count }, (_, index) => {
        const month = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + index, 1))
          .toISOString()
          .slice(0, 10);
        const partition = `${name}_${month.slice(0, 7).replace('-', '_')}`;
        return `CREATE TABLE IF NOT EXISTS ${quoted(partition)} PARTITION OF ${quoted(name)} FOR VALUES IN ('${month}')`;
      }),
    );
}

export interface KeyFault {
  readonly table: string;
  readonly constraint: string;
  readonly columns: readonly string[];
}

/**
 * What stands against distributing by site: a unique constraint, unique index or foreign key without the site column.
 * (Citus wants the distribution column in each of them; Citus itself was not tried.)
 */
export async function keyFaults(client: Client): Promise<KeyFault[]> {
  const { rows } = await client.query<KeyFault>(
    `SELECT t.relname AS table, x.relname AS constraint, x.columns FROM pg_class t JOIN (
       SELECT i.indrelid AS rel, n.relname::text, (SELECT array_agg(a.attname::text) FROM pg_attribute a
         WHERE a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey::int2[])) AS columns
       FROM pg_index i JOIN pg_class n ON n.oid = i.indexrelid WHERE i.indisunique
       UNION ALL
       SELECT f.conrelid, f.conname::text, (SELECT array_agg(a.attname::text) FROM pg_attribute a
         WHERE a.attrelid = f.conrelid AND a.attnum = ANY(f.conkey))
       FROM pg_constraint f WHERE f.contype = 'f') x ON x.rel = t.oid
     WHERE t.relnamespace = 'public'::regnamespace AND t.relkind IN ('r', 'p') AND NOT t.relispartition
       AND NOT ($1 = ANY(coalesce(x.columns, '{}'))) ORDER BY 1, 2`,
    [siteColumn],
  );
  return rows;
}
