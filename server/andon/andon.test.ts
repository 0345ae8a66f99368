/**
 * Calls through the server: told to the line, joined in any order; a maintenance system that breaks and is slow is told each
 * fact once, and what it says of its ticket is told to the stations. Handovers and the big board.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BodyOf } from '#contract/events/index.ts';
import { callMessageKinds, callMessageSchema, messageKinds } from '#contract/integration/messages.ts';
import { callBodySchema, documentsAnswerSchema } from '#contract/sync/down.ts';
import { linePlaces } from '#domain/accounts/may.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import { systemClock } from '../clock.ts';
import type { Db } from '../db/db.ts';
import { retireCalls } from '../downlink/prune.ts';
import { readDocuments } from '../downlink/read.ts';
import { createApp, type App } from '../http/app.ts';
import { createMetrics } from '../http/metrics.ts';
import { createCallFold } from '../integration/outbox/calls.ts';
import { Deliverer } from '../integration/outbox/deliver.ts';
import { receiversOf } from '../integration/outbox/enqueue.ts';
import { Follower } from '../integration/outbox/follow.ts';
import { registerApi } from '../integration/rest/api.ts';
import { fastTimes, Receiver, testTarget } from '../integration/test-kit.ts';
import { createLog } from '../log.ts';
import { createProjector, type Projector } from '../projections/projector.ts';
import { demoReleased, StationStream } from '../projections/test-kit.ts';
import { wholePlant, type Sight } from '../rpc/sight.ts';
import { createPlantStream } from '../units/plant-stream.ts';
import { readBigBoard } from './board.ts';
import { listCalls, listHandovers, readCall, readOpenCalls } from './read.ts';
import { createTickets } from './tickets.ts';

const configuration = demoReleased();
const log = createLog('silent');
const at = Date.UTC(2026, 10, 26, 8);
const raised = (more: Partial<BodyOf<'call.raised'>> = {}): BodyOf<'call.raised'> => ({
  callId: 'ca-1',
  kind: 'maintenance',
  title: { en: 'Maintenance', de: 'Instandhaltung' },
  role: 'controls-engineer',
  machineId: 'press-p1',
  serial: 'P-1',
  orderId: 'WO-1',
  stopId: null,
  note: 'guard',
  ...more,
});
const closed = { callId: 'ca-1', outcome: 'helped', note: 'belt', elsewhere: null } as const;
const l2: Sight = { lines: ['L2'], stations: ['ST99'], definitions: { ids: [], revisions: [] } };

const projectorOn = (db: Db): Projector =>
  createProjector({ db, configuration, react: () => Promise.resolve([]), log });
async function foldAll(db: Db): Promise<void> {
  const projector = projectorOn(db);
  while ((await projector.round()) > 0);
}
const told = async (db: Db) => {
  const { json } = await readDocuments(db, ['plant', 'line:L1'], '');
  return documentsAnswerSchema
    .parse(JSON.parse(json))
    .documents.filter(({ kind, body }) => kind === 'call' && body !== null)
    .map(({ body }) => callBodySchema.parse(body));
};

describeOnDatabases('calls', (database) => {
  beforeEach(() => database.clear(), 60_000);

  it('are told to the line, joined in whatever order their facts come, and taken away when they are long closed', async () => {
    const { db } = database;
    const answering = new StationStream('ST20', at + 120_000)
      .add('call.answered', { callId: 'ca-1', note: '' })
      .add('call.closed', closed);
    await answering.send(db);
    await foldAll(db);
    expect(await told(db)).toEqual([]);
    const raising = new StationStream('ST10', at)
      .add('call.raised', raised())
      .add('call.escalated', { callId: 'ca-1', level: 1, role: 'line-lead' });
    await raising.send(db);
    await foldAll(db);
    expect(await told(db)).toMatchObject([
      {
        callId: 'ca-1',
        raised: { stationId: 'ST10', kind: 'maintenance' },
        answered: { stationId: 'ST20' },
        escalated: [{ level: 1 }],
        closed: { outcome: 'helped', stationId: 'ST20' },
      },
    ]);
    expect(await listCalls(db, configuration(), { cursor: null, limit: 10 }, wholePlant)).toMatchObject({
      total: 1,
      items: [{ callId: 'ca-1', icon: 'maintenance', lineId: 'L1', called: [{ level: 0 }, { level: 1 }] }],
    });
    expect((await listCalls(db, configuration(), { cursor: null, limit: 10 }, l2)).items).toEqual([]);
    expect(await db.transaction((tx) => retireCalls(tx))).toBe(0);
    await db.execute('UPDATE andon_call SET closed_at = 5');
    expect(await db.transaction((tx) => retireCalls(tx))).toBe(1);
    expect(await told(db)).toEqual([]);
  }, 240_000);

  it('the board tells what each station shows from afar; of a silent one nothing is known', async () => {
    const { db } = database;
    const stream = new StationStream('ST10', at)
      .add('slice.begun', {
        machineId: 'press-p1',
        beganAt: at + 5_000,
        state: 'fault',
        told: 'Aborted',
        alarm: 'E17 guard open',
        context: { orderId: null, definitionId: null, operationId: null },
        clock: 'machine',
      })
      .add('stop.opened', {
        stopId: 'st-1',
        machineId: 'press-p1',
        from: at + 5_000,
        state: 'fault',
        alarm: 'E17 guard open',
        context: { orderId: null, definitionId: null, operationId: null },
      })
      .add('call.raised', raised())
      .add('handover.written', {
        handoverId: 'ho-1',
        shift: '2026-11-26/early',
        from: at,
        to: at + 1_000,
        open: [],
        figures: { passed: 4 },
        note: 'hinge',
      });
    await stream.send(db);
    // What began before was heard later: it is not what the machine does now.
    await new StationStream('ST10', at, 'e0')
      .add('slice.begun', {
        machineId: 'press-p1',
        beganAt: at,
        state: 'producing',
        told: null,
        alarm: null,
        context: { orderId: null, definitionId: null, operationId: null },
        clock: 'machine',
      })
      .send(db);
    await foldAll(db);
    const board = () => readBigBoard(db, configuration(), at + 60_000, wholePlant);
    const st10 = async () => (await board()).lines[0]?.stations.find(({ stationId }) => stationId === 'ST10');
    expect(await st10()).toMatchObject({
      link: 'never',
      light: { unknown: true, lamps: { red: 'off', blue: 'blink' } },
    });
    await db.execute(
      `INSERT INTO station_status (station_id, heard_at, version, boot_id, started_at, config_hash, store_state, clock_drift_ms, unsent_count, devices_down, blobs_waiting)
       VALUES ('ST10', $1, '1', 'b', 1, 'c', 'ok', 0, 0, '{}', 0)`,
      [new Date(at + 59_000)],
    );
    expect(await st10()).toMatchObject({
      link: 'linked',
      machines: [{ machineId: 'press-p1', state: 'fault', alarm: 'E17 guard open', since: at + 5_000 }],
      light: { unknown: false, lamps: { red: 'on', blue: 'blink' } },
      stoppedSince: at + 5_000,
    });
    expect((await board()).lines[0]?.calls).toMatchObject([{ callId: 'ca-1', stationId: 'ST10' }]);
    expect((await board()).shift?.title.en).toBe('Early shift');
    await stream.add('stop.ended', { stopId: 'st-1', machineId: 'press-p1', to: at + 30_000 }).send(db);
    await stream.add('handover.taken', { handoverId: 'ho-1', note: '' }).send(db);
    await foldAll(db);
    expect(await st10()).toMatchObject({ stoppedSince: null });
    const query = { cursor: null, limit: 10, lineId: 'L1' };
    expect(await listHandovers(db, configuration(), query, wholePlant)).toMatchObject({
      total: 1,
      items: [{ handoverId: 'ho-1', title: { en: 'Early shift' }, note: 'hinge', taken: { by: 'mara' } }],
    });
    expect((await listHandovers(db, configuration(), query, l2)).total).toBe(0);
  }, 240_000);

  describe('for a maintenance system', () => {
    let receiver: Receiver;
    let app: App | null = null;
    const running: Deliverer[] = [];
    beforeEach(async () => {
      receiver = await Receiver.start();
    });
    afterEach(async () => {
      await Promise.all(running.splice(0).map((each) => each.stop()));
      await app?.close();
      app = null;
      await receiver.stop();
    }, 240_000);

    const target = () => testTarget(receiver.url, { id: 'cmms', messages: [...callMessageKinds], timeoutMs: 1_500 });
    const follower = (): Follower =>
      new Follower({
        db: database.db,
        clock: systemClock,
        log,
        fold: createCallFold({
          receivers: () => receiversOf([target()], messageKinds),
          withPersons: () => true,
          kind: (id) => configuration().configuration.andon?.calls.find((each) => each.id === id) ?? null,
          lineOf: (stationId) => configuration().lineOf(stationId)?.id ?? null,
          now: () => Date.now(),
        }),
      });
    const lookAll = async (): Promise<void> => {
      const each = follower();
      while ((await each.round()) > 0);
    };
    function deliver(): void {
      const deliverer = new Deliverer({
        db: database.db,
        target: target(),
        post: { environment: {}, b2mml: { plantId: 'demo', lineOf: () => 'L1' }, now: () => Date.now() },
        clock: systemClock,
        log,
        random: Math.random,
        times: fastTimes,
      });
      deliverer.start();
      running.push(deliverer);
    }

    it('each fact is told once and in order, though it breaks, is slow, and the same comes again by other streams', async () => {
      const { db } = database;
      const raising = new StationStream('ST10', at)
        .add('call.raised', raised())
        .add('call.raised', raised({ callId: 'ca-2', kind: 'quality' }))
        .add('call.escalated', { callId: 'ca-1', level: 1, role: 'line-lead' });
      // Closed elsewhere, and heard of before the call itself was.
      await new StationStream('ST20', at + 200_000).add('call.closed', closed).send(db);
      await lookAll();
      await raising.send(db);
      await lookAll();
      // The station that raised it writes the closing too, and tells an escalation that the server has from a copy of its log.
      await raising
        .add('call.closed', { ...closed, elsewhere: { at: at + 201_000, by: { kind: 'system' }, stationId: 'ST20' } })
        .send(db);
      await new StationStream('ST10', at + 2_000, 'e9')
        .add('call.escalated', { callId: 'ca-1', level: 1, role: 'line-lead' })
        .send(db);
      await lookAll();
      // The read model made anew tells nothing again.
      await db.execute('UPDATE erp_cursor SET seq = 0');
      await db.execute('DELETE FROM erp_delivery');
      const [kept] = await db.query<{ n: number }>('SELECT count(*)::int AS n FROM erp_message');
      await lookAll();
      expect(await db.query('SELECT count(*)::int AS n FROM erp_message')).toEqual([kept]);
      expect(await db.query('SELECT 1 FROM erp_delivery')).toEqual([]);
      expect(kept?.n).toBe(3);

      await database.clear();
      await new StationStream('ST10', at)
        .add('call.raised', raised())
        .add('call.escalated', { callId: 'ca-1', level: 1, role: 'line-lead' })
        .add('call.closed', closed)
        .send(db);
      await lookAll();
      let n = 0;
      receiver.behaviour = async () => {
        n += 1;
        if (n === 1) return { status: 500, body: 'broken' };
        if (n === 2) return 'hang';
        if (n === 3) return 'cut-before-answer';
        await new Promise((resolve) => setTimeout(resolve, 100));
        return { status: 201 };
      };
      deliver();
      // One whose answer came too late comes again under its key, but never after a later one.
      const taken = () => receiver.taken.filter(({ key }, at) => receiver.taken[at - 1]?.key !== key);
      await expect.poll(() => taken().length, { timeout: 30_000 }).toBe(3);
      expect(taken().map(({ body }) => callMessageSchema.parse(JSON.parse(body)))).toMatchObject([
        { kind: 'call-raised', key: 'call:ca-1:raised', lineId: 'L1', machineId: 'press-p1', person: 'mara' },
        { kind: 'call-escalated', key: 'call:ca-1:escalated:1', level: 1, role: 'line-lead', callId: 'ca-1' },
        { kind: 'call-closed', outcome: 'helped', closingNote: 'belt' },
      ]);
      expect(taken().map(({ key }) => key)).toEqual(['call:ca-1:raised', 'call:ca-1:escalated:1', 'call:ca-1:closed']);
    }, 240_000);

    it('the state of its ticket comes back to the stations of the line', async () => {
      const { db } = database;
      await new StationStream('ST10', at).add('call.raised', raised()).send(db);
      await foldAll(db);
      const plantStream = await createPlantStream(db, configuration, Date.now());
      app = await createApp({
        log,
        metrics: createMetrics(),
        ready: {},
        tls: null,
        trustProxy: false,
        metricsToken: null,
      });
      const keys: Readonly<Record<string, string>> = { cmms: '*', other: 'line:L9' };
      await registerApi(
        app,
        {
          db,
          clock: systemClock,
          log,
          orders: null as never,
          units: null as never,
          calls: { list: readOpenCalls, get: readCall, ticket: createTickets(plantStream) },
          lines: () => Promise.resolve([]),
          configuration: () => configuration().configuration,
          places: () => linePlaces(configuration().configuration.lines),
          program: (key, from) =>
            Promise.resolve(
              keys[key] === undefined
                ? null
                : { accountId: key, name: 'CMMS', grants: [{ role: 'integration', scope: keys[key] }], from },
            ),
          audit: () => Promise.resolve(),
        },
        '1',
      );
      await app.ready();
      const post = async (callId: string, body: unknown, key = 'cmms', idempotency?: string) => {
        const answer = await app!.inject({
          method: 'POST',
          url: `/api/v1/calls/${callId}/ticket`,
          headers: {
            authorization: `Bearer ${key}`,
            'content-type': 'application/json',
            ...(idempotency === undefined ? {} : { 'idempotency-key': idempotency }),
          },
          payload: typeof body === 'string' ? body : JSON.stringify(body),
        });
        return { status: answer.statusCode, body: JSON.parse(answer.body) as Record<string, unknown> };
      };
      expect(
        await post('ca-1', { state: 'accepted', ticket: 'IH-7', text: 'part in store' }, 'cmms', 'k1'),
      ).toMatchObject({
        status: 200,
        body: { callId: 'ca-1', ticket: { state: 'accepted', ticket: 'IH-7' } },
      });
      await foldAll(db);
      expect(await told(db)).toMatchObject([{ ticket: { state: 'accepted', ticket: 'IH-7', stationId: '@plant' } }]);
      // The same again, by the same key and by another: nothing new.
      await post('ca-1', { state: 'accepted', ticket: 'IH-7', text: 'part in store' }, 'cmms', 'k1');
      await post('ca-1', { state: 'accepted', text: 'part in store' });
      await post('ca-1', { state: 'done', text: 'switch replaced' });
      await foldAll(db);
      expect(await told(db)).toMatchObject([
        { ticket: { state: 'done', ticket: 'IH-7', text: 'switch replaced' }, closed: null },
      ]);
      const [facts] = await db.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM event WHERE record LIKE '%call.ticketed%'`,
      );
      expect(facts?.n).toBe(2);
      expect(await post('ca-1', { state: 'lost' })).toMatchObject({
        status: 400,
        body: { detail: expect.stringMatching(/state: .*Send \{"state": "accepted"/) as string },
      });
      expect(await post('ca-1', '{"state":')).toMatchObject({ status: 400, body: { errors: [{ line: 1 }] } });
      expect(await post('ca-9', { state: 'done' })).toMatchObject({ status: 404 });
      expect(await post('ca-1', { state: 'done' }, 'other')).toMatchObject({ status: 403 });
      expect(await post('ca-1', { state: 'done' }, 'nobody')).toMatchObject({ status: 401 });
      const list = async (key: string): Promise<unknown> =>
        JSON.parse(
          (await app!.inject({ url: '/api/v1/calls', headers: { authorization: `Bearer ${key}` } })).body,
        ) as unknown;
      expect(await list('cmms')).toMatchObject({ items: [{ callId: 'ca-1', level: 0, closedAt: null }] });
      expect(await list('other')).toEqual({ items: [] });
      const document = (await app.inject({ url: '/api/v1/openapi.json' })).body;
      expect(document).toContain('/api/v1/calls/{callId}/ticket');
    }, 240_000);
  });
});
