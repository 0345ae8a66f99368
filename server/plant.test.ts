/** Orders, units and lines on the read model, as the plant view and the stations see them. */
import { createHash } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import type { Configuration } from '#contract/config/index.ts';
import type { OrderBody, SerialBlockBody } from '#contract/sync/down.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import type { Act, ActEntry } from './act.ts';
import type { Queries } from './db/db.ts';
import { retirePassports } from './downlink/prune.ts';
import { readBoard } from './lines/board.ts';
import type { OrderWish, WishMode } from './orders/port.ts';
import { seedOrders } from './orders/seed.ts';
import { codes, documents, fold, orderInput, orderPlant } from './orders/test-kit.ts';
import { behindOf } from './projections/behind.ts';
import {
  demoConfiguration,
  ended,
  fitted,
  held,
  made,
  measured,
  started,
  StationStream,
} from './projections/test-kit.ts';
import { wholePlant } from './rpc/sight.ts';
import { listCases, listFacts, readUnit, searchUnits } from './units/read.ts';

const demo = demoConfiguration();
const input = orderInput;

describeOnDatabases('orders, units and lines', (database) => {
  beforeEach(() => database.clear());

  const setUp = (configuration?: Configuration) => orderPlant(database.db, configuration);

  it('splits an order among lines, gives numbers to the stations that begin, and counts what becomes of it', async () => {
    const { db, projector, orders, act, needed } = await setUp();
    expect(await act((a) => orders.create(a, input, 'erp'))).toEqual({ ok: true, value: { version: 1 } });
    expect(needed).toEqual(['order.manage L1', 'order.manage L2']);
    expect(codes(await act((a) => orders.create(a, input, 'erp')))).toEqual(['order.exists']);
    expect(await documents(db, 'station:ST10', 'serial-block')).toEqual([]);
    expect(await act((a) => orders.release(a, 'WO-1', 1))).toEqual({ ok: true, value: { version: 2 } });
    expect(codes(await act((a) => orders.hold(a, 'WO-1', 1, 'x')))).toEqual(['order.changed']);
    const [order] = await documents(db, 'line:L2', 'order');
    expect(order?.body as OrderBody).toMatchObject({ quantity: 40, status: 'released' });

    const blocks = await Promise.all(
      ['ST10', 'ST11', 'ST20', 'ST21'].map((id) => documents(db, `station:${id}`, 'serial-block')),
    );
    expect(blocks.map(({ length }) => length)).toEqual([1, 1, 0, 0]);
    const [a, b] = blocks.flat().map(({ body }) => body as SerialBlockBody);
    expect([a?.from, a?.to, b?.from, b?.to]).toEqual([1, 60, 61, 100]);

    const st10 = new StationStream('ST10');
    for (let n = 1; n <= 31; n += 1) st10.add('unit.created', made(`N-${String(n).padStart(4, '0')}`));
    st10.add('execution.started', started('x', 'N-0001')).add('execution.passed', ended('x', 'N-0001'));
    st10.add('unit.held', held('N-0002', 'h'));
    await st10.send(db);
    expect((await behindOf(db)).events).toBe(34);
    await fold(projector);
    expect(await behindOf(db)).toEqual({ events: 0, oldestAt: null });
    // 29 of 60 are left, fewer than half a block, and as many are still to be made.
    const mine = (await documents(db, 'station:ST10', 'serial-block')).map(({ body }) => body as SerialBlockBody);
    expect(mine.map(({ from, to }) => [from, to])).toEqual([[1, 60]]);
    st10.add('unit.created', made('N-0040'));
    await st10.send(db);
    await fold(projector);
    const more = (await documents(db, 'station:ST10', 'serial-block')).map(({ body }) => body as SerialBlockBody);
    expect(more.map(({ from, to }) => [from, to])).toEqual([
      [1, 60],
      [101, 160],
    ]);

    expect(await orders.get(db, 'WO-1')).toMatchObject({
      source: 'erp',
      jobs: [
        { lineId: 'L1', quantity: 60, created: 32, held: 1, done: 0, sequence: 1, blocked: [] },
        { lineId: 'L2', quantity: 40, created: 0 },
      ],
    });
    const split = (l1: number) =>
      act((x) =>
        orders.change(x, 'WO-1', null, {
          jobs: [
            { lineId: 'L1', quantity: l1 },
            { lineId: 'L2', quantity: 100 - l1 },
          ],
        }),
      );
    expect(codes(await split(31))).toEqual(['order.share-below-begun']);
    expect(await split(32)).toMatchObject({ ok: true });
    expect(await act((x) => orders.close(x, 'WO-1', null))).toMatchObject({ ok: true });
    expect(await orders.get(db, 'WO-1')).toMatchObject({
      status: 'closed',
      jobs: [{ sequence: null }, { sequence: null }],
    });
    expect((await orders.list(db, { cursor: null, limit: 10, status: 'open', lineId: null })).items).toEqual([]);
  }, 240_000);

  it('keeps the dispatch list of a line in the order that people made', async () => {
    const { db, orders, act } = await setUp();
    for (const [orderId, priority] of [
      ['A', 5],
      ['B', 3],
      ['C', 5],
    ] as const)
      await act((a) => orders.create(a, { ...input, orderId, priority }, 'plant'));
    const places = async () => {
      const rows = await db.query<{ order_id: string }>(
        `SELECT order_id FROM job_order WHERE line_id = 'L1' AND sequence IS NOT NULL ORDER BY sequence`,
      );
      return rows.map(({ order_id }) => order_id).join('');
    };
    expect(await places()).toBe('BAC');
    expect(await act((a) => orders.move(a, 'C:L1', 1))).toMatchObject({ ok: true });
    expect(await places()).toBe('CBA');
    const atStations = async () =>
      (await documents(db, 'line:L1', 'order'))
        .map(({ body }) => body as OrderBody)
        .sort((a, b) => a.sequence - b.sequence)
        .map(({ orderId }) => orderId)
        .join('');
    expect(await atStations()).toBe('CBA');
    const shown = async () =>
      (await orders.list(db, { cursor: null, limit: 10, status: 'open', lineId: 'L1' })).items.map(
        ({ orderId, jobs }) => `${orderId}${jobs[0]?.sequence}`,
      );
    expect(await shown()).toEqual(['C1', 'B2', 'A3']);
    const version = async () =>
      (await db.query<{ version: number }>(`SELECT version FROM document_scope WHERE scope = 'line:L1'`))[0]?.version;
    const before = (await version()) ?? 0;
    // One moved is one document, and one that stays where it is none.
    expect(await act((a) => orders.move(a, 'A:L1', 2))).toMatchObject({ ok: true });
    expect([await places(), await atStations(), await version()]).toEqual(['CAB', 'CAB', before + 1]);
    expect(await act((a) => orders.move(a, 'A:L1', 2))).toMatchObject({ ok: true });
    expect(await version()).toBe(before + 1);
    expect(await act((a) => orders.move(a, 'A:L1', 3))).toMatchObject({ ok: true });
    expect(codes(await act((a) => orders.move(a, 'C:L1', 4)))).toEqual(['job.place']);
    expect(codes(await act((a) => orders.move(a, 'C:L9', 1)))).toEqual(['job.unknown']);
    await act((a) => orders.close(a, 'B', null));
    expect(await places()).toBe('CA');
    expect(codes(await act((a) => orders.move(a, 'B:L1', 1)))).toEqual(['job.closed']);
  }, 240_000);

  it('takes many orders with as many statements as a few, and each as it would be taken alone', async () => {
    const { db, orders } = await setUp();
    const statements = async (wishes: readonly OrderWish[], mode: WishMode = 'good') => {
      let count = 0;
      const audits: string[] = [];
      const applied = await db.transaction((tx) => {
        const counted: Queries = {
          query: (...given) => ((count += 1), tx.query(...given)),
          execute: (...given) => ((count += 1), tx.execute(...given)),
        };
        const caller = { accountId: 'a', name: 'a' };
        const audit = async (entries: ActEntry | readonly ActEntry[]) =>
          void audits.push(...[entries].flat().map(({ what, subject }) => `${what} ${subject}`));
        return orders.apply({ tx: counted, caller, at: 1, need: () => undefined, audit }, wishes, mode);
      });
      return { count, audits, ...applied };
    };
    const made = (orderId: string, priority: number): OrderWish => ({
      orderId,
      plan: () => [
        { type: 'create', input: { ...input, orderId, priority, serialPrefix: `${orderId}-` }, source: 'erp' },
        { type: 'release', orderId, version: 1 },
      ],
    });
    const few = await statements([made('F-1', 5), made('F-2', 4)]);
    const many = await statements(Array.from({ length: 300 }, (_, n) => made(`M-${n}`, n % 10)));
    expect(many.outcomes.every((outcome) => outcome.ok && outcome.order?.version === 2)).toBe(true);
    expect(many.count).toBe(few.count);
    expect(few.audits).toEqual([
      'order.created order:F-1',
      'order.released order:F-1',
      'order.created order:F-2',
      'order.released order:F-2',
    ]);
    const listed = await db.query<{ order_id: string; priority: number }>(
      `SELECT order_id, priority FROM job_order JOIN work_order USING (order_id) WHERE line_id = 'L1' ORDER BY sequence`,
    );
    expect(listed).toHaveLength(302);
    expect(listed.every(({ priority }, at) => at === 0 || priority >= (listed[at - 1]?.priority ?? 0))).toBe(true);
    expect(await documents(db, 'line:L2', 'order')).toHaveLength(302);
    expect(await documents(db, 'station:ST10', 'serial-block')).toHaveLength(302);

    const closing = (orderId: string): OrderWish => ({
      orderId,
      plan: (order) => (order === null ? null : [{ type: 'close', orderId, version: null }]),
    });
    // All or none, and what was found wrong is told of each.
    const none = await statements([closing('M-1'), closing('nowhere'), closing('M-2')], 'all');
    expect(none).toMatchObject({ written: false, outcomes: [{ ok: true }, { ok: false, faults: [] }, { ok: true }] });
    expect(await orders.get(db, 'M-1')).toMatchObject({ status: 'released', version: 2 });
    const good = await statements([closing('M-1'), closing('nowhere'), closing('M-2')]);
    expect(good).toMatchObject({ written: true, audits: ['order.closed order:M-1', 'order.closed order:M-2'] });
    expect(await orders.get(db, 'M-2')).toMatchObject({ status: 'closed', version: 3 });
    expect((await statements([closing('M-3')], 'none')).audits).toEqual([]);
    expect(await orders.get(db, 'M-3')).toMatchObject({ status: 'released' });
  }, 240_000);

  it('gives no number twice to instances that ask at the same time', async () => {
    const { db, orders, released } = await setUp();
    const instances = [database.open(), database.open(), database.open()];
    await Promise.all(
      instances.map(async (instance, at) => {
        for (let n = 0; n < 5; n += 1) {
          const orderId = `W${at}-${n}`;
          const act = (tx: Act['tx']): Act => ({
            tx,
            caller: { accountId: 'a', name: 'a' },
            at: 1,
            need: () => undefined,
            audit: async () => undefined,
          });
          await instance.transaction((tx) => orders.create(act(tx), { ...input, orderId }, 'erp'));
          await instance.transaction((tx) => orders.release(act(tx), orderId, null));
        }
      }),
    );
    expect(released().configuration.lines).toHaveLength(2);
    const rows = await db.query<{ from_number: number; to_number: number }>(
      'SELECT from_number, to_number FROM serial_block ORDER BY from_number',
    );
    expect(rows).toHaveLength(30);
    rows.slice(1).forEach((row, at) => expect(row.from_number).toBe((rows[at]?.to_number ?? 0) + 1));
    await Promise.all(instances.map((instance) => instance.close()));
  }, 240_000);

  it('takes the orders of the folder in once, numbers on after all of their units, and orders of stations too', async () => {
    const { db, projector, plantStream, released, orders } = await setUp(demo);
    expect(await seedOrders(db, released, plantStream, Date.now())).toBe(5);
    expect(await seedOrders(db, released, plantStream, Date.now())).toBe(0);
    await fold(projector);
    const { items } = await orders.list(db, { cursor: null, limit: 50, status: 'open', lineId: 'L1' });
    expect(items.map(({ orderId }) => orderId)).toEqual(['WO-10452', 'WO-10460', 'WO-10470', 'WO-10475', 'WO-10398']);
    expect(items[3]?.jobs[0]?.blocked).toMatchObject([{ code: 'blocked.definition-not-released' }]);
    const [block] = (await documents(db, 'station:ST10', 'serial-block')).map(({ body }) => body as SerialBlockBody);
    expect(block).toMatchObject({ from: 2600952, width: 7, prefix: 'PMP100-' });
    expect(await readUnit(db, 'PMP100-2600421', wholePlant)).toMatchObject({ status: 'held', orderId: 'WO-10452' });
    // A station that ran by itself read the same file, and has an order of its own.
    const body = {
      ...made('x'),
      orderId: 'WO-OWN',
      quantity: 5,
      priority: 1,
      dueAt: null,
      serialPrefix: 'OWN-',
      status: 'released' as const,
    };
    const { serial: _serial, passed: _passed, ...own } = body;
    const st10 = new StationStream('ST10')
      .add('work-order.created', own)
      .add('work-order.created', { ...own, orderId: 'WO-10452' });
    st10.add('unit.created', made('PMP100-2600421', 'WO-10452'), undefined, {
      kind: 'import',
      source: 'orders/demo.yaml',
    });
    await st10.send(db);
    await fold(projector);
    expect(await orders.get(db, 'WO-OWN')).toMatchObject({
      source: 'station:ST10',
      jobs: [{ lineId: 'L1', quantity: 5 }],
    });
    expect(await orders.get(db, 'WO-10452')).toMatchObject({ source: 'file', quantity: 400 });
    expect((await listCases(db, { cursor: null, limit: 10, open: true }, wholePlant)).items).toEqual([]);
  }, 240_000);

  it('holds and lifts as chained facts of the plant, told to stations; contradictions are closed with a note', async () => {
    const { db, projector, units, act, needed } = await setUp(demo);
    const st10 = new StationStream('ST10')
      .add('unit.created', made('P-1'))
      .add('execution.started', started('x', 'P-1'));
    await st10.send(db);
    await fold(projector);
    expect(codes(await act((a) => units.hold(a, 'P-9', 'x')))).toEqual(['unit.unknown']);
    expect(await act((a) => units.hold(a, 'P-1', 'look at it'))).toMatchObject({ ok: true });
    expect(needed).toContain('unit.hold L1');
    await fold(projector);
    const unit = await readUnit(db, 'P-1', wholePlant);
    expect(unit).toMatchObject({ status: 'held' });
    const holdId = unit?.passport.holds[0]?.holdId ?? '';
    expect(unit?.passport.holds[0]).toMatchObject({
      stationId: '@plant',
      by: { kind: 'person', id: 'jana' },
      reason: 'look at it',
    });
    expect(codes(await act((a) => units.hold(a, 'P-1', 'again')))).toEqual(['unit.held-already']);
    const [document] = await documents(db, 'line:L1', 'passport');
    expect(document?.body).toEqual(unit?.passport);

    // Another station had not heard of it.
    const st20 = new StationStream('ST20').add('execution.started', started('y', 'P-1', '20'), Date.now() + 5_000);
    await st20.send(db);
    await fold(projector);
    const { items } = await listCases(db, { cursor: null, limit: 10, open: true }, wholePlant);
    expect(items.map(({ kind }) => kind).sort()).toEqual(['held-meanwhile', 'in-work-twice']);
    const found = items.find(({ kind }) => kind === 'held-meanwhile');
    expect(await documents(db, 'line:L1', 'case')).toHaveLength(2);
    expect(await act((a) => units.closeCase(a, found?.caseId ?? '', 'looked at'))).toMatchObject({ ok: true });
    expect(codes(await act((a) => units.closeCase(a, found?.caseId ?? '', 'x')))).toEqual(['case.closed']);
    expect(codes(await act((a) => units.closeCase(a, 'nothing', 'x')))).toEqual(['case.unknown']);
    expect(await documents(db, 'line:L1', 'case')).toHaveLength(1);

    expect(codes(await act((a) => units.liftHold(a, 'P-1', 'none', 'x')))).toEqual(['hold.unknown']);
    expect(await act((a) => units.liftHold(a, 'P-1', holdId, 'fine'))).toMatchObject({ ok: true });
    await fold(projector);
    expect(codes(await act((a) => units.liftHold(a, 'P-1', holdId, 'fine')))).toEqual(['hold.lifted']);
    // Closed stays closed, also when the read model is made again.
    await projector.rebuild();
    expect(
      (await listCases(db, { cursor: null, limit: 10, open: true }, wholePlant)).items.map(({ kind }) => kind),
    ).not.toContain('held-meanwhile');
    expect((await readUnit(db, 'P-1', wholePlant))?.cases.filter(({ closed }) => closed !== null)).toMatchObject([
      { closed: { by: 'Jana', note: 'looked at' } },
    ]);

    const chain = await db.query<{ record: string; hash: Uint8Array }>(
      `SELECT e.record, e.hash FROM event e JOIN stream s USING (stream_id) WHERE s.station_id = '@plant' ORDER BY e.seq`,
    );
    expect(chain).toHaveLength(2);
    let before: Uint8Array = new Uint8Array(32);
    for (const { record, hash } of chain) {
      before = createHash('sha256').update(before).update(record).digest();
      expect(Buffer.from(hash).equals(Buffer.from(before))).toBe(true);
    }
  }, 240_000);

  it('finds units by any identifier, shows their facts and the board', async () => {
    const { db, projector, released, act, orders } = await setUp(demo);
    await act((a) => orders.create(a, { ...input, jobs: [] }, 'plant'));
    await act((a) => orders.release(a, 'WO-1', null));
    const at = Date.now() - 10_000;
    const st10 = new StationStream('ST10', at)
      .add('unit.created', made('PMP-00017'))
      .add('execution.started', started('x', 'PMP-00017'))
      .add('component.fitted', fitted('x', 'IMP-7', 'LOT-3'))
      .add('measurement.recorded', measured('x'))
      .add('execution.passed', ended('x', 'PMP-00017'))
      .add('unit.created', made('PMP-00018'))
      .add('execution.started', started('y', 'PMP-00018'));
    await st10.send(db);
    await fold(projector);
    const find = async (query: string) =>
      (await searchUnits(db, { query, cursor: null, limit: 10 }, wholePlant)).items.map(({ serial, foundBy }) => [
        serial,
        foundBy?.kind ?? null,
      ]);
    expect(await find('PMP-00017')).toEqual([['PMP-00017', null]]);
    expect(await find('pmp-0001')).toHaveLength(2);
    expect(await find('018')).toEqual([['PMP-00018', null]]);
    expect(await find('IMP-7')).toEqual([['PMP-00017', 'component']]);
    expect(await find('LOT-3')).toEqual([['PMP-00017', 'lot']]);
    expect((await find('WO-1')).map(([, kind]) => kind)).toEqual(['order', 'order']);
    expect(await find('%')).toEqual([]);
    expect(await find('')).toHaveLength(2);
    const first = await searchUnits(db, { query: '', cursor: null, limit: 1 }, wholePlant);
    expect(first).toMatchObject({ total: 2, next: '1' });
    expect(await readUnit(db, 'PMP-00017', wholePlant)).toMatchObject({
      components: [{ serial: 'IMP-7', removed: false }],
    });
    const facts = await listFacts(db, { serial: 'PMP-00017', cursor: null, limit: 50 }, wholePlant);
    expect(facts.items.map(({ type }) => type)).toEqual([
      'unit.created',
      'execution.started',
      'component.fitted',
      'measurement.recorded',
      'execution.passed',
    ]);
    const [line] = await readBoard(db, released(), Date.now(), wholePlant);
    expect(line).toMatchObject({ lineId: 'L1', order: { orderId: 'WO-1', done: 0, quantity: 100 } });
    expect(line?.stations[1]).toMatchObject({
      stationId: 'ST10',
      link: 'never',
      work: 'in-work',
      unit: { serial: 'PMP-00018', operationId: '10' },
      pace: { taktMs: 225_000 },
    });
    const { thisHour = 0, lastHour = 0 } = line?.stations[1]?.passes ?? {};
    expect(thisHour + lastHour).toBe(1);
    expect(line?.stations[0]).toMatchObject({ work: 'unknown', unit: null });
  }, 240_000);

  it('takes passports of units that are long over from the stations', async () => {
    const { db, projector } = await setUp(demo);
    const st10 = new StationStream('ST10')
      .add('unit.created', made('P-1'))
      .add('unit.created', made('P-2'))
      .add('unit.scrapped', { serial: 'P-1', reason: 'x' });
    await st10.send(db, Infinity, Date.now() - 15 * 86_400_000);
    await fold(projector);
    expect(await documents(db, 'line:L1', 'passport')).toHaveLength(2);
    expect(await db.transaction((tx) => retirePassports(tx))).toBe(1);
    expect((await documents(db, 'line:L1', 'passport')).map(({ id }) => id)).toEqual(['P-2']);
    expect(await db.transaction((tx) => retirePassports(tx))).toBe(0);
  }, 240_000);
});
