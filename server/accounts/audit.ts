/** The audit trail: every change that somebody made through the server, in the transaction that makes it. */
import type { AuditRow } from '#contract/plant/accounts.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { Queries } from '#server/db/db.ts';

export interface AuditEntry {
  /** UTC ms. */
  readonly at: number;
  /** Account id, or who else it was: `station:ST10`, `import`, `server`. */
  readonly by: string;
  /** Feature and act in the past tense, as events are named: `order.released`, `account.updated`. */
  readonly what: string;
  /** What was changed: `order:WO-1`, `account:anna`. */
  readonly subject: string;
  /** As it was and as it is; null: there was none. No secrets. */
  readonly before: unknown;
  readonly after: unknown;
  /** Network address it came from; empty: from the server itself. */
  readonly from: string;
  /** Lines that it is about: who administers all of them may read it. Left out or empty: the whole plant. */
  readonly lines?: readonly string[];
}

/** Writes rows, in their order. Call it with the transaction of the change, so that neither is there without the other. */
export async function audited(tx: Queries, entries: AuditEntry | readonly AuditEntry[]): Promise<void> {
  const rows = [entries].flat();
  if (rows.length === 0) return;
  await tx.execute(
    `INSERT INTO audit (at, by_account, what, subject, before, after, from_address, lines)
     SELECT at, by_account, what, subject, before::jsonb, after::jsonb, from_address, string_to_array(lines, ',')
     FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
       WITH ORDINALITY AS new (at, by_account, what, subject, before, after, from_address, lines, place) ORDER BY place`,
    [
      rows.map(({ at }) => at),
      rows.map(({ by }) => by),
      rows.map(({ what }) => what),
      rows.map(({ subject }) => subject),
      rows.map(({ before }) => jsonOf(before)),
      rows.map(({ after }) => jsonOf(after)),
      rows.map(({ from }) => from),
      rows.map(linesOf),
    ],
  );
}

/** Ids of lines have no commas. */
const linesOf = ({ lines = [] }: AuditEntry): string | null => (lines.length === 0 ? null : lines.join(','));
const jsonOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value);

interface Row {
  readonly id: number;
  readonly at: number;
  readonly by_account: string;
  readonly what: string;
  readonly subject: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly from_address: string;
}

/**
 * Newest first. `query` is looked for in who, what and subject, as it is written.
 * @param lines that the person administers; null: the whole plant.
 */
export async function readAudit(
  db: Queries,
  page: { readonly cursor: string | null; readonly limit: number; readonly query: string },
  lines: readonly string[] | null,
): Promise<Page<AuditRow>> {
  const before = page.cursor === null ? null : Number(page.cursor);
  const like = `%${page.query.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  const matches = `($1::text = '%%' OR by_account ILIKE $1 OR what ILIKE $1 OR subject ILIKE $1)
    AND ($2::text[] IS NULL OR lines <@ $2)`;
  const rows = await db.query<Row>(
    `SELECT id, at, by_account, what, subject, before, after, from_address FROM audit
     WHERE ${matches} AND ($3::bigint IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
    [like, lines, before !== null && Number.isSafeInteger(before) ? before : null, page.limit + 1],
  );
  const [total] = await db.query<{ count: number }>(`SELECT count(*)::int AS count FROM audit WHERE ${matches}`, [
    like,
    lines,
  ]);
  const items = rows.slice(0, page.limit).map((row) => ({
    id: String(row.id),
    at: row.at,
    by: row.by_account,
    what: row.what,
    subject: row.subject,
    before: row.before,
    after: row.after,
    from: row.from_address,
  }));
  return { items, next: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null, total: total?.count ?? 0 };
}
