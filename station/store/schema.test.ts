import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { historySchema } from '../history/schema.ts';
import { checkSchema, migrate, stationSchema, type FactSchema } from './schema.ts';

const tablesOf = (db: Database.Database): string[] =>
  (db.pragma('table_list') as { name: string; schema: string; strict: number }[])
    .filter(({ name, schema }) => schema === 'main' && !name.startsWith('sqlite_'))
    .map(
      ({ name, strict }) =>
        `${name}: ${(db.pragma(`table_info(${name})`) as { name: string; type: string }[]).map((c) => `${c.name} ${c.type}`).join(', ')}${strict ? '' : ' NOT STRICT'}`,
    )
    .sort();

/** What each version of the fact tables looks like, for ever: a later migration may only add to the one before. */
const goldens: readonly (readonly [string, FactSchema, readonly (readonly string[])[]])[] = [
  [
    'station',
    stationSchema('station.db'),
    [
      [
        'epoch: id INTEGER, epoch TEXT, createdAt INTEGER',
        'event: epochId INTEGER, seq INTEGER, record TEXT, hash BLOB',
        'meta: key TEXT, value TEXT',
        'projection: name TEXT, version INTEGER, ddlHash TEXT, tables TEXT',
      ],
      [
        'document: kind TEXT, id TEXT, version INTEGER, body TEXT, receivedAt INTEGER, round INTEGER',
        'document_cursor: id INTEGER, cursor TEXT, round INTEGER, sweeping INTEGER, pulledAt INTEGER',
        'epoch: id INTEGER, epoch TEXT, createdAt INTEGER',
        'event: epochId INTEGER, seq INTEGER, record TEXT, hash BLOB',
        'meta: key TEXT, value TEXT',
        'outbox: epochId INTEGER, branch TEXT, fromSeq INTEGER, seq INTEGER, hash BLOB, ackedAt INTEGER',
        'projection: name TEXT, version INTEGER, ddlHash TEXT, tables TEXT',
      ],
    ],
  ],
  [
    'history',
    historySchema('history.db'),
    [
      [
        'block: id INTEGER, data BLOB',
        'chunk: id INTEGER, lane INTEGER, fromAt INTEGER, toAt INTEGER, data BLOB',
        'lane: lane INTEGER, doneTo INTEGER',
        'meta: key TEXT, value TEXT',
        'status: key INTEGER, quality TEXT, status TEXT',
        'tag: key INTEGER, id TEXT',
        'trace: id TEXT, at INTEGER, meta TEXT, data BLOB',
      ],
    ],
  ],
];

describe.each(goldens)('fact tables of the %s file', (_name, schema, versions) => {
  test('every migration has its golden', () => {
    expect(versions).toHaveLength(schema.migrations.length);
  });

  test.each(versions.map((tables, index) => [index + 1, tables] as const))('version %i', (version, tables) => {
    const db = new Database(':memory:');
    migrate(db, { ...schema, migrations: schema.migrations.slice(0, version) });
    expect(tablesOf(db)).toEqual(tables);
    expect(checkSchema(db, schema)).toBe(version);
    migrate(db, schema);
    expect(checkSchema(db, schema)).toBe(schema.migrations.length);
  });
});

test('a later migration adds to a file that has facts, once; one that fails leaves the file at the version before', () => {
  const schema = stationSchema('station.db');
  const db = new Database(':memory:');
  migrate(db, schema);
  db.exec("INSERT INTO meta VALUES ('kept', 'yes')");
  const later = { ...schema, migrations: [...schema.migrations, 'CREATE TABLE more (a INTEGER PRIMARY KEY) STRICT'] };
  migrate(db, later);
  migrate(db, later);
  expect(checkSchema(db, later)).toBe(schema.migrations.length + 1);
  expect(db.prepare("SELECT value FROM meta WHERE key = 'kept'").pluck().get()).toBe('yes');
  const broken = { ...later, migrations: [...later.migrations, 'CREATE TABLE half (a) STRICT; CREATE TABLE more (a)'] };
  expect(() => migrate(db, broken)).toThrow();
  expect(db.inTransaction).toBe(false);
  expect(checkSchema(db, later)).toBe(schema.migrations.length + 1);
  expect(() => checkSchema(db, schema)).toThrow(/newer version/);
});
