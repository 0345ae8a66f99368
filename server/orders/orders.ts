/** The order service: judged by domain/work-orders, written with its dispatch lists, numbers and documents in one transaction. */
import type { PlantFault, PlantOutcome } from '#contract/plant/base.ts';
import { plantFault } from '#domain/work-orders/decide.ts';
import { moveJob } from '#domain/work-orders/dispatch.ts';
import { tellChanged } from '../changes-feed.ts';
import type { ReleasedConfiguration } from '../configuration.ts';
import { publishAll } from '../downlink/publish.ts';
import { wholePlant } from '../rpc/sight.ts';
import { createApply } from './apply.ts';
import { listOf, lockLists, writeList } from './dispatch-lists.ts';
import { orderDocuments } from './documents.ts';
import { singleActs, type OrderService } from './port.ts';
import { getOrder, listOrders } from './read.ts';
import { lockOrders, type JobRow } from './store.ts';

export function createOrderService(configuration: ReleasedConfiguration): OrderService {
  const apply = createApply(configuration);
  return {
    apply,
    ...singleActs(apply),

    async move(act, jobOrderId, place): Promise<PlantOutcome> {
      const { tx } = act;
      const [job] = await tx.query<JobRow>('SELECT * FROM job_order WHERE job_order_id = $1', [jobOrderId]);
      if (job === undefined) return refused(plantFault('job.unknown', { job: jobOrderId }, 'jobOrderId'));
      act.need('order.manage', job.line_id);
      await lockLists(tx, [job.line_id]);
      const list = await listOf(tx, job.line_id);
      const from = list.findIndex((each) => each.jobOrderId === jobOrderId) + 1;
      if (from === 0) return refused(plantFault('job.closed', { job: jobOrderId }, 'jobOrderId'));
      if (place < 1 || place > list.length)
        return refused(plantFault('job.place', { place, last: list.length }, 'place'));
      if (place !== from) {
        const after = moveJob(list, jobOrderId, place).map((each) =>
          each.jobOrderId === jobOrderId ? { ...each, rank: null } : each,
        );
        const stored = await lockOrders(tx, await writeList(tx, after));
        await publishAll(tx, [...stored.values()].flatMap(orderDocuments));
      }
      await act.audit([
        { what: 'order.moved', subject: `job:${jobOrderId}`, before: { place: from }, after: { place } },
      ]);
      await tellChanged(tx, 'orders');
      return { ok: true, value: undefined };
    },

    get: (db, orderId, sight = wholePlant) => getOrder(db, orderId, configuration(), sight),
    list: (db, wanted, sight = wholePlant) => listOrders(db, wanted, configuration(), sight),
  };
}

const refused = (fault: PlantFault): { readonly ok: false; readonly faults: readonly PlantFault[] } => ({
  ok: false,
  faults: [fault],
});
