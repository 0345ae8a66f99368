/**
 * Forward-only migrations: `migrations/NNNN-name.ts`, each exporting `sql`. Applied in order of number, each in a
 * transaction of its own under one lock, recorded with the hash of its SQL. Numbers may have gaps, and a number below the
 * highest applied one is applied all the same (features own ranges of numbers, docs/server.md); what depends on another
 * has the higher number. A released migration is never edited (tests/goldens/migrations).
 */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import type { Db } from './db.ts';
import { MigrationError } from './errors.ts';

export interface Migration {
  readonly number: number;
  /** `0001-ingest` */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the SQL, hex. */
  readonly hash: string;
}

const folder = new URL('./migrations/', import.meta.url);
const fileName = /^(\d{4})-[a-z0-9-]+\.ts$/;

/** Key of the advisory lock that one instance holds while it migrates; any number, but for ever the same. */
const lockKey = 7_420_001;

/** @throws MigrationError when two files have one number or a file exports no SQL. */
export async function migrations(): Promise<readonly Migration[]> {
  const names = readdirSync(folder)
    .filter((name) => fileName.test(name))
    .sort();
  const found: Migration[] = [];
  for (const file of names) {
    const { sql } = (await import(new URL(file, folder).href)) as { readonly sql?: unknown };
    const name = file.slice(0, -'.ts'.length);
    if (typeof sql !== 'string') throw new MigrationError(`migration ${file} exports no text named sql`);
    const number = Number(file.slice(0, 4));
    const other = found.find((each) => each.number === number);
    if (other !== undefined) throw new MigrationError(`migrations ${other.name} and ${name} have the same number`);
    found.push({ number, name, sql, hash: createHash('sha256').update(sql).digest('hex') });
  }
  return found;
}

/**
 * Brings the database to this program's schema. Any number of instances may call it at once; one works, the rest wait.
 * @returns names of those that were applied now.
 * @throws MigrationError when one was changed after it was applied, fails, or the database is newer than the program.
 */
export async function migrate(db: Db, all?: readonly Migration[]): Promise<readonly string[]> {
  const wanted = all ?? (await migrations());
  await db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
    await tx.execute(`CREATE TABLE IF NOT EXISTS schema_migration (
      number integer PRIMARY KEY, name text NOT NULL, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
  });
  await refuseStrangers(db, wanted);
  const applied: string[] = [];
  for (const migration of wanted) {
    const now = await db.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
      const [row] = await tx.query<{ hash: string; name: string }>(
        'SELECT name, hash FROM schema_migration WHERE number = $1',
        [migration.number],
      );
      if (row !== undefined) {
        if (row.hash !== migration.hash || row.name !== migration.name) throw changed(migration, row.name);
        return false;
      }
      try {
        await tx.execute(migration.sql);
      } catch (error) {
        throw new MigrationError(
          `migration ${migration.name} failed and was undone: ${error instanceof Error ? error.message : String(error)}`,
          { cause: error },
        );
      }
      await tx.execute('INSERT INTO schema_migration (number, name, hash) VALUES ($1, $2, $3)', [
        migration.number,
        migration.name,
        migration.hash,
      ]);
      return true;
    });
    if (now) applied.push(migration.name);
  }
  return applied;
}

let own: Promise<readonly Migration[]> | null = null;

/** @returns null: the database is of this program's version; else what is not, and what to do. */
export async function pendingMigrations(db: Db): Promise<string | null> {
  const wanted = await (own ??= migrations());
  const rows = await db.query<{ number: number; name: string }>('SELECT number, name FROM schema_migration');
  const missing = wanted.filter(({ number }) => !rows.some((row) => row.number === number));
  const strange = rows.filter(({ number }) => !wanted.some((each) => each.number === number));
  const names = (some: readonly { readonly name: string }[]): string => some.map(({ name }) => name).join(', ');
  if (missing.length > 0)
    return `the database lacks ${names(missing)}: start the server again, which brings it to this version`;
  if (strange.length > 0) return `the database has ${names(strange)} of a newer version: start that version`;
  return null;
}

async function refuseStrangers(db: Db, known: readonly Migration[]): Promise<void> {
  const rows = await db.query<{ number: number; name: string }>('SELECT number, name FROM schema_migration');
  const strangers = rows.filter(({ number }) => !known.some((each) => each.number === number));
  if (strangers.length === 0) return;
  throw new MigrationError(
    `the database has migrations that this program does not know (${strangers.map(({ name }) => name).join(', ')}): it was used by a newer version; start that version, or put back the backup made before the upgrade`,
  );
}

const changed = (migration: Migration, appliedName: string): MigrationError =>
  new MigrationError(
    `migration ${migration.name} is not what was applied to this database as ${appliedName}: this program and the database do not belong together; start the version that made the database`,
  );
