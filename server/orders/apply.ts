/** Wishes for orders: all of them judged on what stands, then written together with audit and documents. */
import type { PlantFault } from '#contract/plant/base.ts';
import { decideWorkOrder, plantFault, type WorkOrderCommand, type WorkOrderFacts } from '#domain/work-orders/decide.ts';
import type { WorkOrder } from '#domain/work-orders/work-order.ts';
import { tellChanged } from '../changes-feed.ts';
import type { Act } from '../act.ts';
import type { InForce, ReleasedConfiguration } from '../configuration.ts';
import { publishAll } from '../downlink/publish.ts';
import type { OrderService, OrderStep, OrderWish, WishOutcome } from './port.ts';
import { piecesOf, progressOf, type Progress } from './progress.ts';
import { linesOfOrder, lockOrders, type StoredOrder } from './store.ts';
import { writeAll } from './write.ts';

export const pastOf = {
  create: 'created',
  change: 'changed',
  release: 'released',
  hold: 'held',
  close: 'closed',
} as const satisfies Record<WorkOrderCommand['type'], string>;

type Accepted = Extract<WishOutcome, { ok: true }>;

export function createApply(configuration: ReleasedConfiguration): OrderService['apply'] {
  return async (act, wishes, mode) => {
    const force = configuration();
    const { tx, at } = act;
    const stored = await lockOrders(
      tx,
      wishes.map(({ orderId }) => orderId),
    );
    const progress = await progressOf(tx, new Map([...stored].map(([id, { jobs }]) => [id, jobs])), force);
    const outcomes = wishes.map((wish) => judge(act, wish, stored.get(wish.orderId) ?? null, progress, force));
    const refusedAny = outcomes.some(({ ok }) => !ok);
    if (mode === 'none' || (mode === 'all' && refusedAny)) return { outcomes, written: false };

    const accepted = outcomes.filter((outcome): outcome is Accepted => outcome.ok && outcome.steps.length > 0);
    if (accepted.length === 0) return { outcomes, written: true };
    await tx.execute('SAVEPOINT orders');
    const { lost, documents } = await writeAll(
      tx,
      accepted.flatMap(({ order, steps }) => (order === null ? [] : [{ before: steps[0]?.before ?? null, order }])),
      force,
      at,
    );
    const told = outcomes.map((outcome, place): WishOutcome => {
      const { orderId = '' } = wishes[place] ?? {};
      return outcome.ok && outcome.steps.length > 0 && lost.has(orderId)
        ? { ok: false, faults: [plantFault('order.exists', { order: orderId }, 'orderId')] }
        : outcome;
    });
    if (mode === 'all' && lost.size > 0) {
      await tx.execute('ROLLBACK TO SAVEPOINT orders');
      return { outcomes: told, written: false };
    }
    await tx.execute('RELEASE SAVEPOINT orders');
    await act.audit(
      told.flatMap((outcome) =>
        outcome.ok
          ? outcome.steps.map(({ type, before, after }) => ({
              what: `order.${pastOf[type]}`,
              subject: `order:${after.orderId}`,
              before,
              after,
              lines: linesOfOrder(before, after),
            }))
          : [],
      ),
    );
    await publishAll(tx, documents);
    await tellChanged(tx, 'orders');
    return { outcomes: told, written: true };
  };
}

function judge(
  act: Act,
  { plan }: OrderWish,
  stored: StoredOrder | null,
  progress: ReadonlyMap<string, Progress>,
  force: InForce,
): WishOutcome {
  const found = stored?.order ?? null;
  const commands = plan(found);
  if (commands === null) return { ok: false, faults: [] };
  let order = found;
  const steps: OrderStep[] = [];
  const facts = factsOf(force, stored, progress);
  for (const command of commands) {
    const missing = rightsMissing(act, order);
    if (missing.length > 0) return { ok: false, faults: missing };
    const decision = decideWorkOrder(order, command, facts);
    if (!decision.ok) return decision;
    const after = decision.order;
    const missingThen = rightsMissing(act, after);
    if (missingThen.length > 0) return { ok: false, faults: missingThen };
    steps.push({ type: command.type, before: order, after });
    order = after;
  }
  return { ok: true, order, steps, ...piecesOf(found ?? { jobs: [] }, progress) };
}

/** A missing right is thrown by the act; it is a refusal like the others. */
function rightsMissing(act: Act, order: WorkOrder | null): readonly PlantFault[] {
  try {
    for (const { lineId } of order?.jobs ?? []) act.need('order.manage', lineId);
    // Of no line: taken from a station that is in none.
    if (order?.jobs.length === 0) act.need('order.manage', null);
    return [];
  } catch (error) {
    const { faults } = error as { readonly faults?: readonly PlantFault[] };
    if (Array.isArray(faults)) return faults;
    throw error;
  }
}

const factsOf = (
  { catalogue, configuration }: InForce,
  stored: StoredOrder | null,
  progress: ReadonlyMap<string, Progress>,
): WorkOrderFacts => ({
  definition: catalogue.definition,
  lines: configuration.lines,
  begun(lineId) {
    const job = stored?.jobs.find(({ line_id }) => line_id === lineId);
    return job === undefined ? 0 : (progress.get(job.job_order_id)?.created ?? 0);
  },
});
