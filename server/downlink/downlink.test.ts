import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { beforeEach } from 'vitest';
import { documentsAnswerSchema, type DocumentsAnswer } from '#contract/sync/down.ts';
import { describeOnDatabases, type TestDatabase } from '#tests/support/database.ts';
import { systemClock } from '../clock.ts';
import { createApp } from '../http/app.ts';
import { createMetrics } from '../http/metrics.ts';
import { createLog } from '../log.ts';
import { pruneDocuments } from './prune.ts';
import { createAskingStations } from './asking.ts';
import { publish, publishAll, type Scope } from './publish.ts';
import { readDocuments } from './read.ts';
import { registerDownlink } from './routes.ts';
import { createDocumentWaiting } from './waiting.ts';

const scopes: Scope[] = ['plant', 'line:L1', 'station:ST10'];
const orderBody = (orderId: string, more: object = {}) => ({
  orderId,
  materialId: 'PUMP',
  definitionId: 'PUMP',
  revision: 'A',
  quantity: 10,
  priority: 5,
  sequence: 1,
  dueAt: null,
  serialPrefix: 'P-',
  status: 'released' as const,
  holdReason: null,
  ...more,
});

describeOnDatabases('documents down', (database: TestDatabase) => {
  beforeEach(() => database.clear());

  const put = (scope: Scope, id: string, body: object | null) =>
    database.db.transaction((tx) => publish(tx, scope, 'order', id, body as ReturnType<typeof orderBody> | null));
  const ask = async (cursor: string, own = scopes): Promise<DocumentsAnswer> => {
    const page = await readDocuments(database.db, own, cursor);
    const answer = documentsAnswerSchema.parse(JSON.parse(page.json));
    expect(page).toMatchObject({ reset: answer.reset, more: answer.more, cursor: answer.cursor });
    return answer;
  };
  /** What a station holds, kept as a station keeps it. */
  class Station {
    cursor = '';
    readonly documents = new Map<string, unknown>();
    resets = 0;
    readonly scopes: readonly Scope[];
    constructor(own: readonly Scope[] = scopes) {
      this.scopes = own;
    }
    async pull(): Promise<number> {
      let pages = 0;
      let fresh: Set<string> | null = null;
      for (;;) {
        const answer = await ask(this.cursor, [...this.scopes]);
        pages += 1;
        if (answer.reset) {
          this.resets += 1;
          fresh = new Set();
        }
        for (const { kind, id, body } of answer.documents) {
          const key = `${kind} ${id}`;
          fresh?.add(key);
          if (body === null || body === undefined) this.documents.delete(key);
          else this.documents.set(key, body);
        }
        this.cursor = answer.cursor;
        if (answer.more) continue;
        if (fresh !== null) for (const key of this.documents.keys()) if (!fresh.has(key)) this.documents.delete(key);
        return pages;
      }
    }
    ids(): string[] {
      return [...this.documents.keys()].map((key) => key.split(' ')[1] ?? '').sort();
    }
  }

  it('are told once, in their newest version, of the scopes of the station only', async () => {
    const station = new Station();
    await station.pull();
    expect(station.ids()).toEqual([]);
    await put('plant', 'a', orderBody('a'));
    await put('line:L1', 'b', orderBody('b'));
    await put('line:L1', 'b', orderBody('b', { priority: 1 }));
    await put('line:L2', 'c', orderBody('c'));
    await put('station:ST20', 'd', orderBody('d'));
    const { documents, cursor } = await ask(station.cursor);
    expect(documents.map(({ id, version }) => [id, version])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(documents[1]?.body).toEqual(orderBody('b', { priority: 1 }));
    expect((await ask(cursor)).documents).toEqual([]);
    expect(station.resets).toBe(0);
  });

  it('keep the text they were written with, and are no news when nothing changed', async () => {
    const odd = orderBody('x', { holdReason: 'Ü "quoted" \\ \u0000 \ud83d\ude00' });
    expect(await put('plant', 'x', odd)).toBe(1);
    expect(await put('plant', 'x', odd)).toBe(0);
    expect(await put('plant', 'never there', null)).toBe(0);
    const page = await readDocuments(database.db, scopes, '');
    expect(page.json).toContain(JSON.stringify(odd));
    expect(await put('plant', 'x', null)).toBe(1);
    expect(await put('plant', 'x', null)).toBe(0);
    expect((await ask(page.cursor)).documents).toEqual([{ kind: 'order', id: 'x', version: 2, body: null }]);
    // Who begins now was never told of it.
    expect((await ask('')).documents).toEqual([]);
  });

  it('come in pages, by number and by size, while others go on writing', async () => {
    const many = Array.from({ length: 1_203 }, (_, at) => `o${String(at).padStart(4, '0')}`);
    await database.db.transaction((tx) =>
      publishAll(
        tx,
        many.map((id) => ({ scope: 'line:L1' as const, kind: 'order' as const, id, body: orderBody(id) })),
      ),
    );
    await put('plant', 'p', orderBody('p'));
    const station = new Station();
    const first = await ask('');
    expect(first.documents).toHaveLength(500);
    expect(first.more).toBe(true);
    await put('line:L1', 'o0000', orderBody('o0000', { priority: 0 }));
    await put('line:L1', 'o1200', null);
    expect(await station.pull()).toBe(3);
    expect(station.ids()).toEqual([...many.filter((id) => id !== 'o1200'), 'p'].sort());

    const large = 'x'.repeat(900_000);
    for (const id of ['l1', 'l2', 'l3', 'l4']) await put('station:ST10', id, orderBody(id, { holdReason: large }));
    expect(await station.pull()).toBe(2);
    await put('station:ST10', 'l5', orderBody('l5', { holdReason: large.repeat(4) }));
    expect(await station.pull()).toBe(1);
    expect(station.ids()).toHaveLength(1_203 + 5);
  });

  it('miss nothing of what is published at the same time', async () => {
    const station = new Station();
    const instances = [database.open(), database.open(), database.open()];
    const writers = instances.map(async (db, instance) => {
      for (let at = 0; at < 30; at += 1) {
        const id = `w${instance}-${at}`;
        await db.transaction(async (tx) => {
          await publish(tx, 'line:L1', 'order', id, orderBody(id));
          if (at % 3 === 0) await pause(1);
        });
      }
    });
    let done = false;
    const all = Promise.all(writers).then(() => (done = true));
    while (!done) await station.pull();
    await all;
    await station.pull();
    expect(station.ids()).toHaveLength(90);
    expect(station.resets).toBe(0);
    await Promise.all(instances.map((db) => db.close()));
  }, 240_000);

  it('are sent anew after an older backup of the server, to a station of other scopes, and for a strange cursor', async () => {
    const station = new Station();
    await put('plant', 'a', orderBody('a'));
    await station.pull();
    const { db } = database;
    const tables = ['document', 'document_scope', 'document_token'];
    for (const table of tables) await db.execute(`CREATE TABLE backup_${table} AS TABLE ${table}`);
    await put('plant', 'b', orderBody('b'));
    await station.pull();
    expect(station.ids()).toEqual(['a', 'b']);
    for (const table of tables) {
      await db.execute(`TRUNCATE ${table}`);
      await db.execute(`INSERT INTO ${table} TABLE backup_${table}`);
      await db.execute(`DROP TABLE backup_${table}`);
    }
    await put('plant', 'c', orderBody('c'));
    await station.pull();
    expect(station.ids()).toEqual(['a', 'c']);
    expect(station.resets).toBe(1);
    await station.pull();
    expect(station.resets).toBe(1);

    for (const cursor of [
      'nonsense',
      Buffer.from('[1]').toString('base64url'),
      Buffer.from('{}').toString('base64url'),
    ])
      expect(await ask(cursor)).toMatchObject({ reset: true, more: false });
    const moved = await ask(station.cursor, ['plant', 'line:L2', 'station:ST10']);
    expect(moved).toMatchObject({ reset: true });
  });

  it('that are long gone are forgotten, and who was away longer begins anew', async () => {
    const away = new Station();
    const here = new Station();
    for (const id of ['a', 'b', 'c']) await put('plant', id, orderBody(id));
    await away.pull();
    await here.pull();
    await put('plant', 'b', null);
    await put('plant', 'd', orderBody('d'));
    await here.pull();
    const { db } = database;
    await db.execute(`UPDATE document SET changed_at = now() - interval '31 days'`);
    await db.execute(`UPDATE document_token SET made_at = now() - interval '31 days'`);
    expect(await pruneDocuments(db)).toBeGreaterThan(0);
    expect(await db.query('SELECT id FROM document ORDER BY id')).toEqual([{ id: 'a' }, { id: 'c' }, { id: 'd' }]);
    await here.pull();
    expect([here.resets, here.ids()]).toEqual([0, ['a', 'c', 'd']]);
    await away.pull();
    expect([away.resets, away.ids()]).toEqual([1, ['a', 'c', 'd']]);
    // Who begins now passes versions whose proofs are old.
    await db.execute(`UPDATE document SET body = repeat(' ', 1500000) || body`);
    const fresh = new Station();
    expect(await fresh.pull()).toBe(2);
    expect([fresh.resets, fresh.ids()]).toEqual([0, ['a', 'c', 'd']]);
  });

  it('wait for what is new, and files are given by their hash', async () => {
    const log = createLog('silent');
    const app = await createApp({
      log,
      metrics: createMetrics(),
      ready: {},
      tls: null,
      trustProxy: false,
      metricsToken: null,
    });
    const waiting = await createDocumentWaiting(database.db, systemClock);
    registerDownlink(app, {
      db: database.db,
      waiting,
      asking: createAskingStations(database.db, systemClock),
      stationOf: async () => 'ST10',
      scopesOf: () => scopes,
      file: async (sha256) => (sha256 === 'a'.repeat(64) ? Buffer.from('bytes') : null),
    });
    const get = async (url: string) => {
      const answer = await app.inject({ method: 'GET', url });
      return { status: answer.statusCode, body: answer.json<DocumentsAnswer & { error: string }>() };
    };
    const first = await get('/sync/v1/documents?cursor=&wait=20000');
    expect(first).toMatchObject({ status: 200, body: { documents: [], more: false } });
    const { cursor } = first.body;
    const at = (wait: number) => get(`/sync/v1/documents?cursor=${cursor}&wait=${wait}`);

    const begun = Date.now();
    expect((await at(300)).body.documents).toEqual([]);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(290);

    const held = at(20_000);
    await expect.poll(() => waiting.waiting()).toBe(1);
    await put('station:ST20', 'not mine', orderBody('x'));
    await put('station:ST10', 'mine', orderBody('mine'));
    expect((await held).body.documents).toMatchObject([{ id: 'mine' }]);
    expect(waiting.waiting()).toBe(0);

    expect(await at(Number.NaN)).toMatchObject({ status: 400, body: { error: 'input-invalid' } });
    expect(await get(`/sync/v1/files/${'b'.repeat(64)}`)).toMatchObject({ status: 404, body: { error: 'not-found' } });
    expect((await app.inject(`/sync/v1/files/${'a'.repeat(64)}`)).body).toBe('bytes');

    const last = get(`/sync/v1/documents?cursor=${(await at(0)).body.cursor}&wait=20000`);
    await expect.poll(() => waiting.waiting()).toBe(1);
    await waiting.close();
    expect((await last).status).toBe(200);
    await app.close();
  }, 240_000);
});
