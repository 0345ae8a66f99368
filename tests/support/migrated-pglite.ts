/** A migrated, otherwise empty PGlite as a file: making one takes seconds, so it is kept per version and set of migrations. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate, migrations } from '#server/db/migrate.ts';
import { openPglite } from '#server/db/pglite.ts';
import { root } from './child.ts';

/** @returns path of a tar file with the database's folder in it. */
export async function migratedPglite(): Promise<string> {
  const all = await migrations();
  const version = readFileSync(join(root, 'node_modules/@electric-sql/pglite/package.json'), 'utf8');
  const key = createHash('sha256').update(version).update(JSON.stringify(all)).digest('hex').slice(0, 16);
  const folder = join(root, 'node_modules/.cache/linewright');
  const file = join(folder, `pglite-${key}.tar`);
  if (existsSync(file)) return file;
  const db = await openPglite({ folder: null });
  await migrate(db, all);
  mkdirSync(folder, { recursive: true });
  // Other test processes may do the same at the same time: a whole file appears, or none.
  const own = `${file}.${process.pid}`;
  writeFileSync(own, Buffer.from(await (await db.dump()).arrayBuffer()));
  renameSync(own, file);
  await db.close();
  return file;
}
