import { beforeEach, expect, it } from 'vitest';
import { messageKinds, type ErpMessage } from '#contract/integration/messages.ts';
import { describeOnDatabases, type TestDatabase } from '#tests/support/database.ts';
import { wholePlant } from '../../rpc/sight.ts';
import { happened, runOf, testTarget } from '../test-kit.ts';
import { createDeadLetters } from './dead-letters.ts';
import { receiversOf } from './enqueue.ts';
import { createErpFold } from './fold.ts';
import { Forgotten, pull } from './pull.ts';
import { removeOld } from './retention.ts';

const dayMs = 86_400_000;
const now = Date.UTC(2026, 10, 25);

describeOnDatabases('what is old', (database: TestDatabase) => {
  beforeEach(() => database.clear(), 60_000);

  const fold = createErpFold({
    receivers: () => receiversOf([testTarget('http://127.0.0.1:9/')], messageKinds),
    withPersons: () => false,
    definition: () => null,
    ordersOf: () => Promise.resolve(new Map()),
    now: () => now,
  });
  /** Two messages for each unit, to those who ask and to `erp`. */
  const tell = (serials: readonly string[]) =>
    database.db.transaction((tx) =>
      fold(
        tx,
        serials.flatMap((serial) => runOf(serial, `WO-${serial}`)),
      ),
    );
  const count = async (table: string): Promise<number> =>
    (await database.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]?.n ?? 0;
  const age = (serial: string) =>
    database.db.execute(`UPDATE erp_message SET created_at = created_at - $1 WHERE order_id = $2`, [
      91 * dayMs,
      `WO-${serial}`,
    ]);
  const state = (serial: string, to: string) =>
    database.db.execute(`UPDATE erp_delivery SET state = $1 WHERE target = 'erp' AND lane = $2`, [to, `WO-${serial}`]);

  it('is removed when it was delivered, and never while it waits or is a dead letter', async () => {
    const { db } = database;
    await tell(['A', 'B', 'C', 'D', 'E']);
    for (const serial of ['A', 'B', 'C', 'D']) await age(serial);
    await state('A', 'sent');
    await state('B', 'discarded');
    await state('C', 'dead');
    await state('E', 'sent');
    await db.execute('UPDATE erp_lane SET waiting = 0, next_try_at = $1', [now - 91 * dayMs]);
    expect(await removeOld(db, 90, now)).toMatchObject({ messages: 4 });
    const rows = await db.query<{ lane: string; state: string }>(
      `SELECT DISTINCT lane, state FROM erp_delivery WHERE target = 'erp' ORDER BY lane`,
    );
    expect(rows).toEqual([
      { lane: 'WO-C', state: 'dead' },
      { lane: 'WO-D', state: 'waiting' },
      { lane: 'WO-E', state: 'sent' },
    ]);
    expect(await count('erp_message')).toBe(6);
    expect(await removeOld(db, 90, now)).toMatchObject({ messages: 0 });

    // A dead letter is sent again although its lane was empty for so long.
    const letters = createDeadLetters(() => null, { plantId: 'demo', lineOf: () => null });
    const [letter] = (await letters.list(db, null, 10, wholePlant)).items;
    await db.transaction((tx) => letters.sendAgain(tx, [letter?.id ?? ''], now, wholePlant));
    expect(await db.query(`SELECT waiting FROM erp_lane WHERE lane = 'WO-C'`)).toEqual([{ waiting: 1 }]);
  }, 240_000);

  it('is told as removed to who asks behind it', async () => {
    const { db } = database;
    await tell(['A', 'B', 'C']);
    for (const serial of ['A', 'B']) {
      await age(serial);
      await state(serial, 'sent');
    }
    await removeOld(db, 90, now);
    // Numbers are microseconds at first.
    const [five, six] = [now * 1_000 + 5, now * 1_000 + 6];
    expect(await pull(db, { after: 0, limit: 10 })).toMatchObject({ messages: [{ number: five }, { number: six }] });
    expect(await pull(db, { after: five - 1, limit: 10 })).toMatchObject({
      messages: [{ number: five }, { number: six }],
    });
    await expect(pull(db, { after: five - 2, limit: 10 })).rejects.toThrow(Forgotten);
  }, 240_000);

  it('of closed orders is forgotten, and a unit that is scrapped after all is told all the same', async () => {
    const { db } = database;
    await tell(['A', 'B']);
    for (const [serial, days] of [
      ['A', 91],
      ['B', 1],
    ] as const) {
      await db.execute(
        `INSERT INTO work_order (order_id, material_id, definition_id, revision, status, quantity, priority, serial_prefix,
           source, version, created_at, closed_at) VALUES ($1, 'P', 'P', 'A', 'closed', 1, 5, 'X-', 'erp', 1, 0, $2)`,
        [`WO-${serial}`, now - days * dayMs],
      );
      await db.execute(`INSERT INTO unit (serial, order_id, material_id) VALUES ($1, $2, 'P')`, [
        serial,
        `WO-${serial}`,
      ]);
    }
    await removeOld(db, 90, now);
    expect(await db.query('SELECT serial FROM erp_unit')).toEqual([{ serial: 'B' }]);
    await db.transaction((tx) => fold(tx, [happened('unit.scrapped', { serial: 'A', reason: 'came back' })]));
    const { messages } = await pull(db, { after: 0, limit: 100 });
    const last = messages.at(-1)?.message as ErpMessage;
    expect(last).toMatchObject({ kind: 'unit-scrapped', orderId: 'WO-A', material: 'P', reason: 'came back' });
  }, 240_000);
});
