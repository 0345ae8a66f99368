import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageKinds, messageSchema, type ErpMessage } from '#contract/integration/messages.ts';
import type { IntegrationTarget } from '#contract/config/integration.ts';
import type { ReleasedDefinition } from '#contract/config/index.ts';
import { describeOnDatabases, type TestDatabase } from '#tests/support/database.ts';
import { freePort } from '#tests/support/ports.ts';
import { systemClock, type Clock } from '../../clock.ts';
import type { Db } from '../../db/db.ts';
import { createLog } from '../../log.ts';
import { wholePlant } from '../../rpc/sight.ts';
import { fastTimes, Receiver, runOf, testTarget } from '../test-kit.ts';
import { createDeadLetters } from './dead-letters.ts';
import { Deliverer, pauseMs, type DeliveryTimes } from './deliver.ts';
import { receiversOf } from './enqueue.ts';
import { createErpFold, type ErpFold } from './fold.ts';

const log = createLog('silent');
const b2mml = { plantId: 'demo', lineOf: () => 'L1' };
const definition = { bom: [{ line: '10', material: 'H', quantity: 4, trace: 'lot' }] } as unknown as ReleasedDefinition;

describeOnDatabases('the outbox', (database: TestDatabase) => {
  let receiver: Receiver;
  let running: Deliverer[] = [];
  const opened: Db[] = [];

  beforeEach(async () => {
    await database.clear();
    // One that is still free when another receiver comes back to it.
    receiver = await Receiver.start(await freePort());
  }, 240_000);
  afterEach(async () => {
    await Promise.all(running.map((each) => each.stop()));
    running = [];
    await receiver.stop();
    await Promise.all(opened.splice(0).map((db) => db.close()));
  }, 240_000);

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
  const deliver = (
    target: IntegrationTarget,
    more: { times?: Partial<DeliveryTimes>; environment?: Record<string, string>; db?: Db; clock?: Clock } = {},
  ): Deliverer => {
    const deliverer = new Deliverer({
      db: more.db ?? database.db,
      target,
      post: { environment: more.environment ?? {}, b2mml, now: () => Date.now() },
      clock: more.clock ?? systemClock,
      log,
      random: Math.random,
      times: { ...fastTimes, ...more.times },
    });
    deliverer.start();
    running.push(deliverer);
    return deliverer;
  };
  const units = (target: IntegrationTarget, count: number, orders = 1): Promise<void> =>
    database.db.transaction((tx) =>
      foldFor([target])(tx, Array.from({ length: count }, (_, n) => runOf(`U-${n}`, `WO-${n % orders}`)).flat()),
    );
  const states = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (
        await database.db.query<{ state: string; n: number }>(
          `SELECT state, count(*) AS n FROM erp_delivery WHERE target = 'erp' GROUP BY state`,
        )
      ).map(({ state, n }) => [state, n]),
    );
  const waitUntilSent = (count: number): Promise<void> =>
    expect.poll(() => receiver.taken.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(count);

  it('tells of a unit what it consumed and what was measured, as the contract says, signed', async () => {
    const target = testTarget(receiver.url, {
      secretVariable: 'LINEWRIGHT_INTEGRATION_K',
      authorizationVariable: 'LINEWRIGHT_INTEGRATION_A',
    });
    await units(target, 1);
    deliver(target, { environment: { LINEWRIGHT_INTEGRATION_K: 'shared', LINEWRIGHT_INTEGRATION_A: 'Bearer x' } });
    await waitUntilSent(2);
    const [passed, completed] = receiver.taken.map(({ body }) => messageSchema.parse(JSON.parse(body)));
    expect(passed).toMatchObject({
      kind: 'operation-confirmed',
      key: 'passed:x-U-0',
      orderId: 'WO-0',
      serial: 'U-0',
      operationId: '10',
      stationId: 'ST10',
      person: 'nora',
      startedAt: '2026-11-25T12:00:01.000Z',
      at: '2026-11-25T12:00:04.000Z',
      consumption: [{ bomLine: '10', material: 'H', quantity: 4, lot: 'L-7', serial: null }],
      measured: [{ characteristic: 'bore', value: 24.01, unit: 'mm', verdict: 'ok', attempt: 1 }],
    });
    expect(completed).toMatchObject({ kind: 'unit-completed', key: 'completed:U-0' });
    const [first] = receiver.taken;
    const [, seconds = '', signature = ''] =
      /^t=(\d+),v1=(\w+)$/.exec(String(first!.headers['linewright-signature'])) ?? [];
    expect(signature).toBe(createHmac('sha256', 'shared').update(`${seconds}.${first!.body}`).digest('hex'));
    expect(first!.headers).toMatchObject({ authorization: 'Bearer x', 'idempotency-key': 'passed:x-U-0' });
    await expect.poll(states).toEqual({ sent: 2 });
  });

  it('sends nothing while a secret is missing, and says which', async () => {
    const target = testTarget(receiver.url, { secretVariable: 'LINEWRIGHT_INTEGRATION_K' });
    await units(target, 1);
    deliver(target);
    await expect
      .poll(async () => (await database.db.query<{ last_error: string }>('SELECT last_error FROM erp_circuit'))[0])
      .toEqual({ last_error: 'environment variable LINEWRIGHT_INTEGRATION_K is not set on the server' });
    expect(receiver.asked).toEqual([]);
  });

  it('keeps the order within a work order, whatever the receiver does', async () => {
    const target = testTarget(receiver.url, { parallel: 8 });
    await units(target, 24, 4);
    let n = 0;
    receiver.behaviour = () => {
      n += 1;
      const turn = n % 9;
      if (turn === 1) return { status: 500, body: 'broken' };
      if (turn === 3) return 'cut-before-answer';
      if (turn === 5) return { status: 429, headers: { 'retry-after': '0' } };
      if (turn === 7) return 'cut-in-answer';
      if (turn === 8) return { status: 409 };
      return { status: 204 };
    };
    deliver(target);
    await expect.poll(states, { timeout: 60_000 }).toEqual({ sent: 48 });
    for (const lane of [0, 1, 2, 3]) {
      // At least once: a message whose answer was cut comes again, but never after a later one.
      const numbers = receiver.taken.filter(({ body }) => body.includes(`"WO-${lane}"`)).map(({ number }) => number);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(new Set(numbers).size).toBe(12);
    }
    expect(new Set(receiver.taken.map(({ key }) => key)).size).toBe(48);
  });

  it('a receiver that hangs is left after the time limit and left alone after failing again and again', async () => {
    const target = testTarget(receiver.url, { timeoutMs: 150, parallel: 4 });
    await units(target, 8, 8);
    receiver.behaviour = () => 'hang';
    deliver(target, { times: { firstOpenMs: 60_000, longestOpenMs: 60_000 } });
    const circuit = async (): Promise<object | undefined> =>
      (await database.db.query('SELECT failures, last_error, open_until > 0 AS open FROM erp_circuit'))[0];
    await expect
      .poll(circuit, { timeout: 30_000 })
      .toMatchObject({ last_error: 'no answer within 150 ms', open: true });
    // Those that were under way when it was left alone have come to their end.
    const inHand = async (): Promise<unknown> =>
      (await database.db.query('SELECT FROM erp_lane WHERE lease IS NOT NULL')).length;
    await expect.poll(inHand).toBe(0);
    const asked = receiver.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(receiver.asked.length).toBe(asked);
    expect(asked).toBeLessThan(20);
    expect(await states()).toEqual({ waiting: 16 });
  });

  it('goes on by itself when the receiver comes back', async () => {
    const target = testTarget(receiver.url);
    const port = Number(new URL(receiver.url).port);
    await receiver.stop();
    await units(target, 3);
    deliver(target);
    await expect
      .poll(
        async () => (await database.db.query<{ failures: number }>('SELECT failures FROM erp_circuit'))[0]?.failures,
        {
          timeout: 30_000,
        },
      )
      .toBeGreaterThan(5);
    receiver = await Receiver.start(port);
    await expect.poll(states, { timeout: 30_000 }).toEqual({ sent: 6 });
    expect((await database.db.query<{ failures: number }>('SELECT failures FROM erp_circuit'))[0]).toEqual({
      failures: 0,
    });
  });

  it('does not follow a redirect, and waits for a person to correct the address', async () => {
    const other = await Receiver.start();
    receiver.behaviour = () => ({ status: 301, headers: { location: other.url } });
    const target = testTarget(receiver.url);
    await units(target, 1);
    deliver(target);
    await expect
      .poll(
        async () =>
          (await database.db.query<{ last_error: string }>('SELECT last_error FROM erp_circuit'))[0]?.last_error,
      )
      .toMatch(/^answered 301, moved to http:\/\/127\.0\.0\.1:\d+\/in; redirects are not followed$/);
    expect(other.asked).toEqual([]);
    await other.stop();
    expect(await states()).toEqual({ waiting: 2 });
  });

  it('an answer without end does not hold it up', async () => {
    receiver.behaviour = () => 'endless-answer';
    const target = testTarget(receiver.url);
    await units(target, 1);
    deliver(target);
    await expect.poll(states).toEqual({ sent: 2 });
  });

  it('a refused message becomes a dead letter and the next one goes on; it can be sent again or discarded', async () => {
    const target = testTarget(receiver.url);
    await units(target, 2);
    receiver.behaviour = ({ key }) =>
      key.startsWith('passed:') ? { status: 422, body: 'unknown material <H>' } : { status: 200 };
    deliver(target);
    await expect.poll(states).toEqual({ sent: 2, dead: 2 });
    const letters = createDeadLetters(() => null, b2mml);
    const page = await letters.list(database.db, null, 1, wholePlant);
    expect(page).toMatchObject({
      total: 2,
      items: [
        {
          target: 'erp',
          kind: 'operation-confirmed',
          idempotencyKey: 'passed:x-U-1',
          tries: 1,
          lastError: 'answered 422: unknown material <H>',
        },
      ],
    });
    const second = await letters.list(database.db, page.next, 1, wholePlant);
    expect(second.items.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['passed:x-U-0']);
    expect(second.next).toBeNull();

    const again = page.items[0]!.id;
    const off = second.items[0]!.id;
    const change = (run: (tx: Parameters<typeof letters.sendAgain>[0]) => Promise<unknown>): Promise<unknown> =>
      database.db.transaction(run);
    expect(await change((tx) => letters.sendAgain(tx, [again, 'erp:99'], Date.now(), wholePlant))).toEqual([
      { code: 'letter.unknown', params: { id: 'erp:99' }, field: 'ids[1]' },
    ]);
    expect(await states()).toEqual({ sent: 2, dead: 2 });
    receiver.behaviour = () => ({ status: 200 });
    expect(await change((tx) => letters.sendAgain(tx, [again], Date.now(), wholePlant))).toEqual([]);
    expect(await change((tx) => letters.discard(tx, [off], 'booked by hand', Date.now(), wholePlant))).toEqual([]);
    await expect.poll(states).toEqual({ sent: 3, discarded: 1 });
    expect(receiver.taken.at(-1)?.key).toBe('passed:x-U-1');
    expect(await letters.count(database.db, wholePlant)).toBe(0);
  });

  it('gives up after the time that the target says', async () => {
    const giveUpAfterMs = 3_600_000;
    const target = { ...testTarget(receiver.url), giveUpAfterMs };
    await units(target, 1);
    receiver.behaviour = () => ({ status: 409, body: 'locked' });
    let aheadMs = 0;
    deliver(target, { clock: { ...systemClock, now: () => Date.now() + aheadMs } });
    await expect.poll(() => receiver.asked.length).toBeGreaterThan(2);
    expect(await states()).toEqual({ waiting: 2 });
    // The first is given up then; the second has been tried since, and has its own time.
    await expect
      .poll(async () => {
        aheadMs += giveUpAfterMs;
        return states();
      })
      .toEqual({ dead: 2 });
    const [row] = await database.db.query<{ tries: number; last_error: string }>(
      'SELECT tries, last_error FROM erp_delivery WHERE number = 1 AND target = $1',
      ['erp'],
    );
    expect(row?.last_error).toBe('answered 409: locked');
    expect(row?.tries).toBeGreaterThan(2);
  });

  it('several instances share the work: each message once, never two of one order at the same time', async () => {
    const target = testTarget(receiver.url, { parallel: 4 });
    await units(target, 60, 6);
    const underWay = new Map<string, number>();
    let doubled = 0;
    receiver.behaviour = async ({ body }) => {
      const { orderId } = JSON.parse(body) as ErpMessage;
      underWay.set(orderId, (underWay.get(orderId) ?? 0) + 1);
      if ((underWay.get(orderId) ?? 0) > 1) doubled += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      underWay.set(orderId, (underWay.get(orderId) ?? 0) - 1);
      return { status: 200 };
    };
    for (let n = 0; n < 3; n += 1) {
      const db = database.open();
      opened.push(db);
      deliver(target, { db });
    }
    await expect.poll(states, { timeout: 60_000 }).toEqual({ sent: 120 });
    expect(receiver.taken.length).toBe(120);
    expect(new Set(receiver.taken.map(({ key }) => key)).size).toBe(120);
    expect(doubled).toBe(0);
    expect(receiver.mostAtOnce).toBeGreaterThan(1);
    await Promise.all(running.map((each) => each.stop()));
    running = [];
  });

  it('an instance that dies with a message in its hand: another sends it when the lease has ended', async () => {
    const target = testTarget(receiver.url);
    await units(target, 1);
    const until = Date.now() + 800;
    await database.db.execute(`UPDATE erp_lane SET lease = 'dead instance', lease_until = $1`, [until]);
    deliver(target);
    await expect.poll(states, { timeout: 30_000 }).toEqual({ sent: 2 });
    expect(Date.now()).toBeGreaterThanOrEqual(until);
  });

  it('ending does not count as a failure and leaves the message for the next start', async () => {
    const target = testTarget(receiver.url, { timeoutMs: 60_000 });
    await units(target, 1);
    receiver.behaviour = () => 'hang';
    const first = deliver(target);
    await expect.poll(() => receiver.asked.length).toBe(1);
    await first.stop();
    expect(await database.db.query('SELECT tries, lease FROM erp_lane')).toEqual([{ tries: 0, lease: null }]);
    receiver.behaviour = () => ({ status: 200 });
    deliver(target);
    await expect.poll(states).toEqual({ sent: 2 });
  });

  it('B2MML where the target wants it', async () => {
    const target = testTarget(receiver.url, { format: 'b2mml-xml', document: 'job-response' });
    await units(target, 1);
    deliver(target);
    await waitUntilSent(1);
    expect(receiver.taken[0]?.headers['content-type']).toBe('application/xml');
    expect(receiver.taken[0]?.body).toMatch(
      /^<\?xml[^>]*>\s*<SyncJobResponseList xmlns="http:\/\/www.mesa.org\/xml\/B2MML"/,
    );
  });
});

describe('pauses', () => {
  it('grow, end, and differ', () => {
    const pauses = [1, 2, 3, 10, 100].map((failures) => pauseMs(failures, 2_000, 1_800_000, 0));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 512_000, 900_000]);
    expect(pauseMs(3, 2_000, 1_800_000, 1)).toBe(8_000);
  });
});
