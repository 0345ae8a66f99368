import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ReleasedDefinition } from '#contract/config/index.ts';
import type { IntegrationTarget } from '#contract/config/integration.ts';
import { messageKinds } from '#contract/integration/messages.ts';
import { describeOnDatabases, type TestDatabase } from '#tests/support/database.ts';
import type { Db } from '../../db/db.ts';
import { happened, runOf, testTarget } from '../test-kit.ts';
import { receiversOf } from './enqueue.ts';
import { createErpFold, type ErpFold } from './fold.ts';
import { pull } from './pull.ts';

const definition = { bom: [{ line: '10', material: 'H', quantity: 4, trace: 'lot' }] } as unknown as ReleasedDefinition;

describeOnDatabases('messages from events', (database: TestDatabase) => {
  const opened: Db[] = [];
  beforeEach(() => database.clear(), 60_000);
  afterEach(() => Promise.all(opened.splice(0).map((db) => db.close())), 60_000);

  const foldFor = (targets: readonly IntegrationTarget[], quantity: number | null = null): ErpFold =>
    createErpFold({
      receivers: () => receiversOf(targets, messageKinds),
      withPersons: () => true,
      definition: () => definition,
      ordersOf: (_tx, ids) =>
        Promise.resolve(
          new Map(quantity === null ? [] : ids.map((id) => [id, { materialId: 'M', quantity }] as const)),
        ),
      now: () => Date.now(),
    });
  const told = async (): Promise<unknown[]> =>
    (await pull(database.db, { after: 0, limit: 100 })).messages.map(({ message }) => message);

  it('folding again tells nothing twice', async () => {
    const fold = foldFor([testTarget('http://127.0.0.1:9/')]);
    for (let n = 0; n < 2; n += 1) {
      await database.db.transaction((tx) =>
        fold(
          tx,
          ['A', 'B', 'C'].flatMap((serial) => runOf(serial)),
        ),
      );
    }
    expect(
      await database.db.query(`SELECT state, count(*) AS n FROM erp_delivery GROUP BY state ORDER BY state`),
    ).toEqual([
      { state: 'pull', n: 6 },
      { state: 'waiting', n: 6 },
    ]);
    expect(await database.db.query('SELECT * FROM erp_run')).toEqual([]);
  });

  it('keeps what is removed again out, and tells a stopped run with its cause', async () => {
    const events = runOf('U-1');
    const [created, started, fitted, measured] = events;
    const step = { executionId: 'x-U-1', stepId: 's1', attempt: 1 };
    await database.db.transaction((tx) =>
      foldFor([])(tx, [
        created!,
        started!,
        fitted!,
        measured!,
        happened('component.removed', { ...step, bomLine: '10', materialId: 'H', lot: 'L-7', componentSerial: null }),
      ]),
    );
    await database.db.transaction((tx) =>
      foldFor([])(tx, [
        happened('execution.stopped', { executionId: 'x-U-1', serial: 'U-1', operationId: '10', cause: 'held' }),
      ]),
    );
    const { messages } = await pull(database.db, { after: 0, limit: 10 });
    expect(messages.map(({ message }) => message)).toMatchObject([
      { kind: 'operation-stopped', key: 'stopped:x-U-1', cause: 'held', consumption: [], measured: [{ value: 24.01 }] },
    ]);
  });

  it('scrap that is heard of before its unit waits for the order', async () => {
    const fold = foldFor([]);
    const scrap = happened('unit.scrapped', { serial: 'U-9', reason: 'crack' }, { stationId: 'ST20' });
    await database.db.transaction((tx) => fold(tx, [scrap]));
    expect((await pull(database.db, { after: 0, limit: 10 })).messages).toEqual([]);
    await database.db.transaction((tx) => fold(tx, runOf('U-9').slice(0, 1)));
    const { messages } = await pull(database.db, { after: 0, limit: 10 });
    expect(messages.map(({ message }) => message)).toMatchObject([
      // As it was created; an order that the plant does not have says nothing of it.
      { kind: 'unit-scrapped', orderId: 'WO-1', material: 'P', reason: 'crack', stationId: 'ST20' },
    ]);
  });

  it('a unit whose beginning was not heard of yet is of the material of its order', async () => {
    const completed = runOf('U-1').slice(-1);
    await database.db.transaction((tx) => foldFor([], 5)(tx, completed));
    expect((await pull(database.db, { after: 0, limit: 10 })).messages).toMatchObject([
      { message: { kind: 'unit-completed', material: 'M' } },
    ]);
  });

  it('an order that has all its pieces is finished, once', async () => {
    const fold = foldFor([], 2);
    for (const serial of ['A', 'B', 'C']) await database.db.transaction((tx) => fold(tx, runOf(serial)));
    const { messages } = await pull(database.db, { after: 0, limit: 100 });
    expect(messages.filter(({ message }) => message.kind === 'order-changed')).toMatchObject([
      { message: { key: 'finished:WO-1:2', material: 'M', status: 'finished', quantity: 2, done: 2, scrapped: 0 } },
    ]);
  });

  it('a cursor misses nothing while several transactions write, also those that are undone', async () => {
    const fold = foldFor([]);
    const seen: number[] = [];
    let writing = true;
    const reader = (async () => {
      let after = 0;
      while (writing || (await pull(database.db, { after, limit: 7 })).messages.length > 0) {
        const page = await pull(database.db, { after, limit: 7 });
        seen.push(...page.messages.map(({ number }) => number));
        after = page.last;
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const writers = [0, 1, 2, 3].map(async (writer) => {
      const db = database.open();
      opened.push(db);
      for (let n = 0; n < 12; n += 1) {
        await db
          .transaction(async (tx) => {
            await fold(tx, runOf(`W${writer}-${n}`, `WO-${writer}`));
            await new Promise((resolve) => setTimeout(resolve, (writer * 7 + n * 3) % 11));
            if (n % 4 === 3) throw new Error('undone');
          })
          .catch((error: Error) => {
            if (error.message !== 'undone') throw error;
          });
      }
    });
    await Promise.all(writers);
    writing = false;
    await reader;
    // Numbers count up and may leave some out.
    const told = await database.db.query<{ number: number }>(
      `SELECT number FROM erp_delivery WHERE target = 'pull' ORDER BY number`,
    );
    expect(seen).toEqual(told.map(({ number }) => number));
    expect(seen).toHaveLength(4 * 9 * 2);
  }, 240_000);

  it('persons are told only where the plant says so', async () => {
    const fold = createErpFold({
      receivers: () => receiversOf([], messageKinds),
      withPersons: () => false,
      definition: () => null,
      ordersOf: () => Promise.resolve(new Map()),
      now: () => Date.now(),
    });
    await database.db.transaction((tx) => fold(tx, runOf('A')));
    expect((await told())[0]).toMatchObject({ person: null, consumption: [{ quantity: 1 }] });
  });

  it('a target gets the kinds that it wants, numbered without gaps', async () => {
    const fold = foldFor([testTarget('http://127.0.0.1:9/', { messages: ['unit-completed'] })]);
    for (const serial of ['A', 'B']) await database.db.transaction((tx) => fold(tx, runOf(serial)));
    expect(
      await database.db.query(`SELECT number, key FROM erp_delivery WHERE target = 'erp' ORDER BY number`),
    ).toEqual([
      { number: 1, key: 'completed:A' },
      { number: 2, key: 'completed:B' },
    ]);
  });
});
