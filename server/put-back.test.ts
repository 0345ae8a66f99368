/** The database is put back to an older backup: what was told outside before is not told again as something else. */
import { createHash } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { event } from '#contract/events/index.ts';
import { backup, describeOnDatabases } from '#tests/support/database.ts';
import type { Act } from './act.ts';
import { releasedConfiguration } from './configuration.ts';
import type { Db, Queries } from './db/db.ts';
import { receiversOf } from './integration/outbox/enqueue.ts';
import { pull } from './integration/outbox/pull.ts';
import { tellingOrders } from './integration/tell-orders.ts';
import { createLog } from './log.ts';
import { createOrderService } from './orders/orders.ts';
import { createOrderReactions } from './orders/react.ts';
import { createProjector } from './projections/projector.ts';
import { demoConfiguration, made, StationStream } from './projections/test-kit.ts';
import { createPlantStream } from './units/plant-stream.ts';

const limit = 240_000;
const demo = demoConfiguration();
const order = {
  orderId: 'WO-1',
  definitionId: 'PMP-100',
  revision: 'C',
  quantity: 100,
  priority: 5,
  dueAt: null,
  serialPrefix: 'N-',
  jobs: [],
};

describeOnDatabases('a database that was put back', (database) => {
  beforeEach(() => database.clear());
  const released = releasedConfiguration(() => demo);
  const act = (tx: Queries): Act => ({
    tx,
    caller: { accountId: 'jana', name: 'Jana' },
    at: Date.now(),
    need: () => undefined,
    audit: async () => undefined,
  });
  /** Every fact of the plant itself that anybody could have seen, by its number. */
  const facts = (db: Db) =>
    db.query<{ epoch: string; seq: number; record: string }>(
      `SELECT s.epoch, e.seq, e.record FROM event e JOIN stream s USING (stream_id) WHERE s.station_id = '@plant'
       ORDER BY s.begun_at, s.epoch, e.seq`,
    );
  const hold = (serial: string) =>
    event('unit.held', { serial, holdId: serial, reason: '', executionId: null, stepId: null, reasons: [] });

  it.each(['a server that goes on', 'a server that is started anew'])(
    'the plant’s own stream goes on in another epoch, on %s',
    { timeout: limit },
    async (which) => {
      const { db } = database;
      let stream = await createPlantStream(db, released, Date.now());
      const append = (serial: string) =>
        db.transaction((tx) =>
          stream.append(tx, { actor: { kind: 'person', id: 'jana' }, commandId: null, at: Date.now() }, [hold(serial)]),
        );
      await append('A');
      const putBack = await backup(db);
      await append('B');
      const seen = await facts(db);
      expect(seen.map(({ seq }) => seq)).toEqual([1, 2]);
      expect(new Set(seen.map(({ epoch }) => epoch)).size).toBe(1);
      await putBack();
      if (which === 'a server that is started anew') stream = await createPlantStream(db, released, Date.now());
      await append('C');
      await append('D');
      const now = await facts(db);
      // No number that was seen names another fact now.
      for (const { epoch, seq, record } of now) {
        const before = seen.find((fact) => fact.epoch === epoch && fact.seq === seq);
        if (before !== undefined) expect(record).toBe(before.record);
      }
      expect(now.map(({ record }) => (JSON.parse(record) as { body: { serial: string } }).body.serial)).toEqual([
        'A',
        'C',
        'D',
      ]);
      // Each epoch is a whole chain, and its head says so.
      for (const epoch of new Set(now.map((fact) => fact.epoch))) {
        let hash: Uint8Array = new Uint8Array(32);
        for (const { record } of now.filter((fact) => fact.epoch === epoch))
          hash = createHash('sha256').update(hash).update(record).digest();
        const [head] = await db.query<{ head_hash: Uint8Array }>('SELECT head_hash FROM stream WHERE epoch = $1', [
          epoch,
        ]);
        expect(Buffer.compare(head?.head_hash ?? new Uint8Array(), hash)).toBe(0);
      }
    },
  );

  it(
    'of many who write at once, and one that is undone, every fact is there once and chained',
    { timeout: limit },
    async () => {
      const { db } = database;
      const stream = await createPlantStream(db, released, Date.now());
      const by = { actor: { kind: 'person', id: 'jana' }, commandId: null, at: Date.now() } as const;
      await Promise.allSettled(
        Array.from({ length: 20 }, (_, n) =>
          db.transaction(async (tx) => {
            await stream.append(tx, by, [hold(`U-${n}`)]);
            if (n % 5 === 0) throw new Error('undone');
          }),
        ),
      );
      const kept = (await facts(db)).map(
        ({ record }) => (JSON.parse(record) as { body: { serial: string } }).body.serial,
      );
      expect(kept.sort()).toEqual(
        Array.from({ length: 20 }, (_, n) => n)
          .filter((n) => n % 5 !== 0)
          .map((n) => `U-${n}`)
          .sort(),
      );
      const heads = await db.query<{ n: number; head_seq: number }>(
        `SELECT count(e.seq)::int AS n, s.head_seq FROM stream s LEFT JOIN event e USING (stream_id) GROUP BY s.stream_id, s.head_seq`,
      );
      for (const { n, head_seq: seq } of heads) expect(n).toBe(seq);
    },
  );

  it(
    'another change of an order has another key, and whoever asks by number passes over nothing',
    { timeout: limit },
    async () => {
      const { db } = database;
      const orders = tellingOrders(createOrderService(released), () => receiversOf([], ['order-changed']));
      await db.transaction(async (tx) => void (await orders.create(act(tx), order, 'erp')));
      const putBack = await backup(db);
      await db.transaction(async (tx) => void (await orders.release(act(tx), 'WO-1', 1)));
      const seen = await pull(db, { after: 0, limit: 10 });
      expect(seen.messages.map(({ message }) => message)).toMatchObject([
        { status: 'created' },
        { status: 'released' },
      ]);
      await putBack();
      await db.transaction(async (tx) => void (await orders.hold(act(tx), 'WO-1', 1, 'no material')));
      const next = await pull(db, { after: seen.last, limit: 10 });
      expect(next.messages.map(({ message }) => message)).toMatchObject([{ status: 'held' }]);
      const keys = new Set(seen.messages.map(({ message }) => message.key));
      expect(next.messages.some(({ message }) => keys.has(message.key))).toBe(false);
    },
  );

  it(
    'numbers that a station got meanwhile are given to no other, once its facts have come again',
    { timeout: limit },
    async () => {
      const { db } = database;
      const projector = createProjector({
        db,
        configuration: released,
        react: createOrderReactions(released, async () => undefined),
        log: createLog('silent'),
      });
      const orders = createOrderService(released);
      await db.transaction(async (tx) => void (await orders.create(act(tx), order, 'plant')));
      const putBack = await backup(db);
      await db.transaction(async (tx) => void (await orders.release(act(tx), 'WO-1', 1)));
      const [block] = await db.query<{
        block_id: string;
        station_id: string;
        from_number: number;
        to_number: number;
        width: number;
      }>('SELECT * FROM serial_block');
      if (block === undefined) throw new Error('no block');
      // The station has it in its log, and made one unit with it.
      const st10 = new StationStream(block.station_id)
        .add('serial-block.received', {
          blockId: block.block_id,
          orderId: 'WO-1',
          prefix: 'N-',
          from: block.from_number,
          to: block.to_number,
          width: block.width,
        })
        .add('unit.created', made('N-0001'));
      await putBack();
      expect(await db.query('SELECT FROM serial_block')).toEqual([]);
      await st10.send(db);
      while ((await projector.round()) > 0);
      const [again] = await db.query<{ block_id: string; used_to: number }>(
        'SELECT block_id, used_to FROM serial_block',
      );
      expect(again).toMatchObject({ block_id: block.block_id, used_to: 1 });
      // Another order of the prefix begins above.
      await db.transaction(async (tx) => {
        await orders.create(act(tx), { ...order, orderId: 'WO-2' }, 'plant');
        await orders.release(act(tx), 'WO-2', 1);
      });
      const [other] = await db.query<{ from_number: number }>(
        `SELECT from_number FROM serial_block WHERE order_id = 'WO-2'`,
      );
      expect(other?.from_number).toBeGreaterThan(block.to_number);
    },
  );
});
