/** The orders of the configuration folder, taken in once: when the plant has none and made none. */
import { randomUUID } from 'node:crypto';
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { ReleasedConfiguration } from '../configuration.ts';
import type { Db } from '../db/db.ts';
import { publishAll } from '../downlink/publish.ts';
import type { PlantStream } from '../units/plant-stream.ts';
import type { WorkOrder } from '#domain/work-orders/work-order.ts';
import { orderFrom } from './react.ts';
import { takeNumbers } from './serials.ts';
import { writeAll } from './write.ts';

/** Key of the advisory lock under which it is done; any number, but for ever the same. */
const lockKey = 7_420_100;

/** @returns orders taken in. Their units are facts of the plant's own stream, as taken from a file. */
export async function seedOrders(
  db: Db,
  configuration: ReleasedConfiguration,
  plantStream: PlantStream,
  now: number,
): Promise<number> {
  return db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
    const [row] = await tx.query<{ n: number }>('SELECT count(*)::int AS n FROM work_order');
    const force = configuration();
    const { orders } = force.configuration;
    if ((row?.n ?? 0) > 0 || orders.length === 0) return 0;
    const events: DomainEvent[] = [];
    const told: WorkOrder[] = [];
    // Before any number is given: orders may share a prefix.
    for (const { serialPrefix, units } of orders)
      await takeNumbers(
        tx,
        serialPrefix,
        units.map(({ serial }) => serial),
      );
    for (const { id, material, definition, due, units, ...rest } of orders) {
      const { revision, quantity, priority, status, serialPrefix } = rest;
      const stated = {
        orderId: id,
        materialId: material,
        definitionId: definition,
        revision,
        quantity,
        priority,
        status,
        serialPrefix,
        dueAt: due === null ? null : Date.parse(due),
      };
      told.push(orderFrom(stated, 'file', null, force));
      for (const { serial, passed, held } of units) {
        events.push(
          event('unit.created', {
            serial,
            orderId: id,
            materialId: material,
            definitionId: definition,
            revision,
            passed: passed.map(({ operation, station, at }) => ({
              operationId: operation,
              stationId: station,
              at: at === null ? null : Date.parse(at),
            })),
          }),
        );
        if (held !== undefined)
          events.push(
            event('unit.held', {
              serial,
              holdId: randomUUID(),
              reason: held,
              executionId: null,
              stepId: null,
              reasons: [],
            }),
          );
      }
    }
    if (events.length > 0)
      await plantStream.append(tx, { actor: { kind: 'import', source: 'orders' }, commandId: null, at: now }, events);
    const { documents } = await writeAll(
      tx,
      told.map((order) => ({ before: null, order })),
      force,
      now,
    );
    await publishAll(tx, documents);
    return orders.length;
  });
}
