import { describe, expect, it } from 'vitest';
import { describeOnDatabases } from '#tests/support/database.ts';
import { lockFolder } from './folder-lock.ts';
import { migrate, migrations, type Migration } from './migrate.ts';

describeOnDatabases('Db', (database) => {
  it('gives values back as db.ts says', async () => {
    const [row = {}] = await database.db.query(
      `SELECT 9007199254740991::bigint AS big, '{1,NULL,3}'::bigint[] AS bigs, '\\x00ff'::bytea AS bytes,
         '{"a":[1]}'::jsonb AS json, '2026-03-01'::date AS day, '2026-03-01T00:00:00Z'::timestamptz AS at, NULL::bigint AS none`,
    );
    expect(row).toMatchObject({
      big: 9007199254740991,
      bigs: [1, null, 3],
      json: { a: [1] },
      day: '2026-03-01',
      none: null,
    });
    expect((row['at'] as Date).getTime()).toBe(Date.UTC(2026, 2, 1));
    expect(Array.from(row['bytes'] as Uint8Array)).toEqual([0, 255]);
  });

  it('takes every kind of value, in arrays too', async () => {
    const odd = 'a"\\,{}\'\u00fc\n';
    const [row = {}] = await database.db.query(
      `SELECT $1::text AS text, $2::bigint AS big, $3::boolean AS yes, $4::timestamptz AS at, $5::bytea AS bytes,
         $6::text[] AS texts, $7::bigint[] AS bigs, $8::bytea[] AS many, $9::jsonb AS json`,
      [
        odd,
        12n,
        true,
        new Date(0),
        new Uint8Array([1, 2]),
        [odd, null],
        [1, 2n],
        [new Uint8Array([3]), null],
        '{"a":1}',
      ],
    );
    expect(row).toMatchObject({
      text: odd,
      big: 12,
      yes: true,
      at: new Date(0),
      texts: [odd, null],
      bigs: [1, 2],
      json: { a: 1 },
    });
    expect(Array.from(row['bytes'] as Uint8Array)).toEqual([1, 2]);
    const [first, second] = row['many'] as (Uint8Array | null)[];
    expect([Array.from(first ?? []), second]).toEqual([[3], null]);
  });

  it('tells how many rows changed, and undoes what a transaction left half done', async () => {
    const { db } = database;
    await db.execute('CREATE TABLE try_it (a int)');
    expect(await db.execute('INSERT INTO try_it SELECT generate_series(1, $1::int)', [7])).toBe(7);
    await expect(
      db.transaction(async (tx) => {
        await tx.execute('DELETE FROM try_it');
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await db.query('SELECT count(*) AS n FROM try_it')).toEqual([{ n: 7 }]);
    await db.execute('DROP TABLE try_it');
  });

  it('hears notifications of committed transactions only', async () => {
    const { db } = database;
    const heard: string[] = [];
    const stop = await db.listen('try_it', (payload) => heard.push(payload));
    await db
      .transaction(async (tx) => {
        await tx.query(`SELECT pg_notify('try_it', 'undone')`);
        throw new Error('no');
      })
      .catch(() => undefined);
    await db.transaction((tx) => tx.query(`SELECT pg_notify('try_it', 'done')`));
    await expect.poll(() => heard).toEqual(['done']);
    await stop();
    await db.query(`SELECT pg_notify('try_it', 'after')`);
    expect(heard).toEqual(['done']);
  });

  it('migrates once, however many instances begin at the same time', async () => {
    const instances = [database.open(), database.open(), database.open()];
    const more: Migration[] = [
      ...(await migrations()),
      { number: 9001, name: '9001-try', sql: 'CREATE TABLE tried (a int); INSERT INTO tried VALUES (1);', hash: 'h' },
    ];
    const applied = await Promise.all(instances.map((db) => migrate(db, more)));
    expect(applied.flat()).toEqual(['9001-try']);
    expect(await database.db.query('SELECT a FROM tried')).toEqual([{ a: 1 }]);

    const changed = more.map((each) => (each.number === 9001 ? { ...each, hash: 'other' } : each));
    await expect(migrate(database.db, changed)).rejects.toThrow(/9001-try is not what was applied/);
    await expect(migrate(database.db)).rejects.toThrow(/9001-try.*newer version/s);
    await database.db.execute('DROP TABLE tried; DELETE FROM schema_migration WHERE number = 9001');
    await Promise.all(instances.map((db) => db.close()));
  });

  it('takes a number below the highest one, and undoes a migration that fails', async () => {
    const known = await migrations();
    const extra = (number: number, sql: string): Migration => ({ number, name: `${number}-try`, sql, hash: sql });
    await migrate(database.db, [...known, extra(9002, 'CREATE TABLE late (a int)')]);
    const between = [...known, extra(9001, 'CREATE TABLE early (a int)'), extra(9002, 'CREATE TABLE late (a int)')];
    expect(await migrate(database.db, between)).toEqual(['9001-try']);
    const failing = [...between, extra(9003, 'CREATE TABLE half (a int); SELECT 1 / 0')];
    await expect(migrate(database.db, failing)).rejects.toThrow(/9003-try failed and was undone: division by zero/);
    expect(await database.db.query(`SELECT to_regclass('half') AS half`)).toEqual([{ half: null }]);
    await database.db.execute('DROP TABLE early, late; DELETE FROM schema_migration WHERE number > 9000');
  });

  if (database.kind === 'postgresql')
    it('is reached again, and tells the listeners that they may have missed some', async () => {
      const { db, cluster } = database;
      let missed = 0;
      const heard: string[] = [];
      await db.listen(
        'try_it',
        (payload) => heard.push(payload),
        () => (missed += 1),
      );
      await cluster?.stop('immediate');
      await expect(db.query('SELECT 1')).rejects.toMatchObject({ name: 'DatabaseUnreachableError' });
      await expect(db.transaction((tx) => tx.query('SELECT 1'))).rejects.toMatchObject({
        name: 'DatabaseUnreachableError',
      });
      await cluster?.start();
      expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await expect.poll(() => missed, { timeout: 30_000 }).toBe(1);
      await db.query(`SELECT pg_notify('try_it', 'again')`);
      await expect.poll(() => heard).toEqual(['again']);
    }, 240_000);
});

describe('the folder of the embedded database', () => {
  it('is held by one process', async () => {
    const unlock = await lockFolder(import.meta.dirname);
    await expect(lockFolder(import.meta.dirname)).rejects.toThrow(/in use by another server/);
    await unlock();
    await (
      await lockFolder(import.meta.dirname)
    )();
  });
});

describe('migrations', () => {
  // An edited migration gives other databases than those it was applied to: write a new one. (A new one's hash is written
  // here by the first run.)
  it('are never edited once they are released', async () => {
    const all = await migrations();
    expect(all.length).toBeGreaterThan(0);
    for (const { name, hash } of all) {
      await expect(`${hash}\n`).toMatchFileSnapshot(`../../tests/goldens/migrations/${name}.sha256`);
    }
  });
});
