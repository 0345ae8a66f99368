/** Many orders at once, by several instances at the same moment. */
import { beforeEach, expect, it } from 'vitest';
import type { OrderBody } from '#contract/sync/down.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import type { Act } from '../act.ts';
import type { Db } from '../db/db.ts';
import type { OrderWish, WishMode } from './port.ts';
import { documents, orderInput, orderPlant } from './test-kit.ts';

const count = 60;

describeOnDatabases('many orders', (database) => {
  beforeEach(() => database.clear());

  const act = (tx: Act['tx']): Act => ({
    tx,
    caller: { accountId: 'a', name: 'a' },
    at: 1,
    need: () => undefined,
    audit: async () => undefined,
  });
  const made = (orderId: string): OrderWish => ({
    orderId,
    plan: (order) =>
      order === null
        ? [
            { type: 'create', input: { ...orderInput, orderId, serialPrefix: `${orderId}-` }, source: 'erp' },
            { type: 'release', orderId, version: null },
          ]
        : [{ type: 'change', orderId, version: null, change: { priority: 1 } }],
  });
  const ids = Array.from({ length: count }, (_, n) => `M-${n}`);

  it.each<WishMode>(['all', 'good'])(
    'are made once by instances that are told at the same moment, mode %s',
    async (mode) => {
      const { db, orders } = await orderPlant(database.db);
      const instances: Db[] = [database.open(), database.open(), database.open()];
      // Each in another order: they must not wait for each other in a circle for ever.
      const told = await Promise.all(
        instances.map((instance, at) => {
          const mine = [...ids.slice(at * 20), ...ids.slice(0, at * 20)];
          return instance.transaction((tx) => orders.apply(act(tx), mine.map(made), mode));
        }),
      );
      await Promise.all(instances.map((instance) => instance.close()));
      // Whoever came later found them there, or was refused because they were just being made.
      for (const { outcomes, written } of told) {
        const refused = outcomes.flatMap((outcome) => (outcome.ok ? [] : outcome.faults.map(({ code }) => code)));
        expect(new Set(refused).size).toBeLessThanOrEqual(1);
        if (refused.length > 0) expect(refused[0]).toBe('order.exists');
        expect(written).toBe(mode === 'good' || refused.length === 0);
      }
      const makings = told.flatMap(({ outcomes, written }) =>
        outcomes.filter((outcome) => written && outcome.ok && outcome.steps[0]?.type === 'create'),
      );
      expect(makings).toHaveLength(count);

      const rows = await db.query<{ n: number }>('SELECT count(*)::int AS n FROM job_order WHERE sequence IS NOT NULL');
      expect(rows[0]?.n).toBe(2 * count);
      expect(await documents(db, 'station:ST10', 'serial-block')).toHaveLength(count);
      // What the stations have is what stands in the database, in the same order.
      const bodies = (await documents(db, 'line:L1', 'order')).map(({ body }) => body as OrderBody);
      const listed = await db.query<{ order_id: string; priority: number }>(
        `SELECT order_id, priority FROM job_order JOIN work_order USING (order_id) WHERE line_id = 'L1' ORDER BY sequence`,
      );
      const atStations = bodies.sort((a, b) => a.sequence - b.sequence);
      expect(atStations.map(({ orderId, priority }) => ({ order_id: orderId, priority }))).toEqual(listed);
      expect(new Set(bodies.map(({ sequence }) => sequence)).size).toBe(count);
    },
    120_000,
  );
});
