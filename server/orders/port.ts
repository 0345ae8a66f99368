/** What other parts of the server (ERP, the plant view's calls) may ask of the work orders. */
import type { PlantOrder } from '#contract/plant/orders.ts';
import type { PlantOutcome } from '#contract/plant/base.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { OrderChange, OrderInput } from '#domain/work-orders/decide.ts';
import type { Act } from '../act.ts';
import type { Queries } from '../db/db.ts';
import type { Sight } from '../rpc/sight.ts';

export interface OrderList {
  readonly cursor: string | null;
  readonly limit: number;
  readonly status: 'open' | 'all';
  readonly lineId: string | null;
}

/**
 * Every act judges first and writes then, in the transaction of `act.tx`: after a refusal nothing was written, and the
 * transaction may go on with the next one. The right `order.manage` is asked of `act.need` for every line concerned.
 * `version`: what the caller saw; null: do it whatever became of the order meanwhile.
 */
export interface OrderService {
  /** @param source `erp`, `csv`, `plant`, `station:ID`, `file` */
  create(act: Act, input: OrderInput, source: string): Promise<PlantOutcome<{ readonly version: number }>>;
  /** Quantity, priority, due date, shares of lines; definition and revision only while no unit exists. */
  change(
    act: Act,
    orderId: string,
    version: number | null,
    change: OrderChange,
  ): Promise<PlantOutcome<{ readonly version: number }>>;
  release(act: Act, orderId: string, version: number | null): Promise<PlantOutcome<{ readonly version: number }>>;
  hold(
    act: Act,
    orderId: string,
    version: number | null,
    reason: string,
  ): Promise<PlantOutcome<{ readonly version: number }>>;
  close(act: Act, orderId: string, version: number | null): Promise<PlantOutcome<{ readonly version: number }>>;
  /** Puts a job order at this place (from 1) of its line's dispatch list. */
  move(act: Act, jobOrderId: string, place: number): Promise<PlantOutcome>;

  /**
   * With progress and what stands against each job order, as of now.
   * @param sight an order is seen by whoever sees a line that has a share of it; left out: the whole plant.
   */
  get(db: Queries, orderId: string, sight?: Sight): Promise<PlantOrder | null>;
  /** Open ones by due date, priority and id; all: newest first. */
  list(db: Queries, wanted: OrderList, sight?: Sight): Promise<Page<PlantOrder>>;
}
