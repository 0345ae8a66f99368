/** What machines ask of a server: is it ready, what are its figures, and who may know. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeOnDatabases } from '#tests/support/database.ts';
import { TestClock } from '#tests/support/plant-view.ts';
import { plantOn } from '#tests/support/plant-server.ts';
import type { Plant } from './compose.ts';
import type { Db } from './db/db.ts';
import { createAskingStations } from './downlink/asking.ts';
import { publish } from './downlink/publish.ts';
import { readDocuments } from './downlink/read.ts';
import { createApp } from './http/app.ts';
import { createMetrics } from './http/metrics.ts';
import { createLog } from './log.ts';
import { made, StationStream } from './projections/test-kit.ts';
import { foldingStuckMs, readyChecks } from './readiness.ts';
import { readToken } from './startup.ts';
import type { DocumentBody } from '#contract/sync/down.ts';

const limit = 240_000;

describeOnDatabases('a server that machines look at', (database) => {
  beforeEach(() => database.clear());
  let plant: Plant | null = null;
  afterEach(async () => {
    await plant?.stop('test');
    plant = null;
  });
  const ready = async (db: Db, clock = new TestClock()) => {
    const app = await createApp({
      log: createLog('silent'),
      metrics: createMetrics(),
      ready: readyChecks(db, clock),
      tls: null,
      trustProxy: false,
      metricsToken: null,
    });
    const answer = await app.inject({ url: '/ready' });
    await app.close();
    return { status: answer.statusCode, ...(answer.json() as { ready: boolean; checks: Record<string, string> }) };
  };

  it('is ready, and not with a database that is away or of another version', { timeout: limit }, async () => {
    const { db } = database;
    const fine = { database: 'fine', migrations: 'fine', projector: 'fine' };
    expect(await ready(db)).toEqual({ status: 200, ready: true, checks: fine });
    const away = { ...db, query: () => Promise.reject(new Error('connect ECONNREFUSED')) } as Db;
    const without = await ready(away);
    expect(without).toMatchObject({ status: 503, ready: false });
    expect(without.checks.database).toContain('ECONNREFUSED');
    const [row] = await db.query<{ name: string; hash: string }>(
      'SELECT name, hash FROM schema_migration WHERE number = 121',
    );
    await db.execute('DELETE FROM schema_migration WHERE number = 121');
    expect((await ready(db)).checks.migrations).toContain('lacks 0121-judged');
    await db.execute('INSERT INTO schema_migration (number, name, hash) VALUES (121, $1, $2)', [row!.name, row!.hash]);
    await db.execute(`INSERT INTO schema_migration (number, name, hash) VALUES (9999, '9999-later', '')`);
    expect((await ready(db)).checks.migrations).toContain('9999-later of a newer version');
    await db.execute('DELETE FROM schema_migration WHERE number = 9999');
    expect((await ready(db)).status).toBe(200);
  });

  it(
    'is not ready when events wait and none is folded, and is while a backlog gets smaller',
    { timeout: limit },
    async () => {
      const { db } = database;
      const clock = new TestClock();
      await new StationStream('ST10').add('unit.created', made('P-1')).add('unit.created', made('P-2')).send(db);
      expect((await ready(db, clock)).status).toBe(200);
      clock.aheadMs = foldingStuckMs + 5_000;
      const stuck = await ready(db, clock);
      expect(stuck).toMatchObject({ status: 503, ready: false, checks: { database: 'fine' } });
      expect(stuck.checks.projector).toMatch(/^2 events wait to be folded and none was for (6|7|8)\d s/);
      // Some instance folds: the first of them is done just now.
      await db.execute(
        `INSERT INTO projected (stream_id, seq, folded_at) SELECT stream_id, 1, to_timestamp($1::bigint / 1000.0) FROM stream`,
        [clock.now()],
      );
      expect((await ready(db, clock)).status).toBe(200);
      clock.aheadMs += foldingStuckMs + 5_000;
      expect((await ready(db, clock)).checks.projector).toContain('1 events wait');
    },
  );

  it('tells what waits and what wants a person', { timeout: limit }, async () => {
    const { db } = database;
    plant = await plantOn(database.open());
    const figure = async (name: string): Promise<number> => {
      const { body } = await plant!.app.inject({ url: '/metrics' });
      const line = body.split('\n').find((each) => each.startsWith(`linewright_${name} `));
      return Number(line?.split(' ')[1]);
    };
    for (const name of ['quarantine_events', 'forks_open', 'outbox_waiting', 'outbox_dead', 'documents_unacknowledged'])
      expect(await figure(name), name).toBe(0);
    await new StationStream('ST10').raw({ type: 'nobody.knows', version: 1, body: {} }).send(db);
    await db.execute(
      `INSERT INTO fork (station_id, epoch, branch, from_seq, found_at) VALUES ('ST10', 'e', '', 1, now())`,
    );
    await db.execute(`INSERT INTO erp_message VALUES ('k', 'unit-completed', 'WO', '{}', $1)`, [Date.now() - 90_000]);
    for (const [number, state] of ['waiting', 'dead'].entries())
      await db.execute(`INSERT INTO erp_delivery (target, number, key, lane, state) VALUES ($1, $2, 'k', 'WO', $3)`, [
        `erp-${state}`,
        number,
        state,
      ]);
    await expect.poll(() => figure('quarantine_events'), { timeout: 30_000 }).toBe(1);
    expect(await figure('forks_open')).toBe(1);
    expect(await figure('outbox_waiting')).toBe(1);
    expect(await figure('outbox_dead')).toBe(1);
    expect(await figure('outbox_waiting_seconds')).toBeGreaterThanOrEqual(90);
    expect(await figure('projection_behind_events')).toBe(0);
  });

  it('counts the documents that stations have not taken', { timeout: limit }, async () => {
    const { db } = database;
    const clock = new TestClock();
    const asking = createAskingStations(db, clock);
    const body = {} as DocumentBody<'order'>;
    const put = (id: string) => db.transaction((tx) => publish(tx, 'plant', 'order', id, body));
    await put('a');
    const { cursor } = await readDocuments(db, ['plant'], '');
    expect(await asking.unacknowledged()).toBe(0);
    asking.asked('ST10', cursor);
    asking.asked('ST20', 'nonsense');
    expect(await asking.unacknowledged()).toBe(0);
    await put('b');
    await put('c');
    expect(await asking.unacknowledged()).toBe(2);
    asking.asked('ST10', (await readDocuments(db, ['plant'], cursor)).cursor);
    expect(await asking.unacknowledged()).toBe(0);
    await put('d');
    expect(await asking.unacknowledged()).toBe(1);
    clock.aheadMs = 61_000;
    expect(await asking.unacknowledged()).toBe(0);
  });
});

describe('figures', () => {
  const asked = async (token: string | null, headers: Record<string, string>, remoteAddress = '127.0.0.1') => {
    const app = await createApp({
      log: createLog('silent'),
      metrics: createMetrics(),
      ready: {},
      tls: null,
      trustProxy: true,
      metricsToken: token,
    });
    const answer = await app.inject({ url: '/metrics', headers, remoteAddress });
    await app.close();
    return answer;
  };
  const token = 'a-token-of-24-characters';

  it('are told to this machine without a token, to nobody else and through no proxy', { timeout: limit }, async () => {
    expect((await asked(null, {})).statusCode).toBe(200);
    expect((await asked(null, {}, '::1')).statusCode).toBe(200);
    expect((await asked(null, {}, '10.0.0.9')).statusCode).toBe(403);
    // A proxy on this machine; also one that says that it asks for a program of this machine.
    expect((await asked(null, { 'x-forwarded-for': '10.0.0.9' })).statusCode).toBe(403);
    expect((await asked(null, { 'x-forwarded-for': '127.0.0.1' })).statusCode).toBe(403);
    expect((await asked(null, { forwarded: 'for=10.0.0.9' })).statusCode).toBe(403);
    expect((await asked(null, {}, '10.0.0.9')).json()).toMatchObject({
      remedy: expect.stringContaining('LINEWRIGHT_METRICS_TOKEN') as string,
    });
  });

  it('want the token where there is one, also on this machine', { timeout: limit }, async () => {
    const with_ = (shown: string): Record<string, string> => ({ authorization: `Bearer ${shown}` });
    const good = await asked(token, with_(token), '10.0.0.9');
    expect(good.statusCode).toBe(200);
    expect(good.body).toContain('linewright_process_cpu');
    for (const headers of [{}, with_('wrong'), with_(`${token}x`), { authorization: token }]) {
      const answer = await asked(token, headers);
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it('a token that could be guessed, or that no header carries, ends the start', () => {
    expect(readToken('T', undefined)).toBeNull();
    expect(readToken('T', token)).toBe(token);
    for (const bad of ['short', 'with spaces in it all', 'ünïcödé-of-24-characters'])
      expect(() => readToken('T', bad)).toThrow('T must have at least 16 characters');
  });
});
