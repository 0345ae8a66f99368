/** What other parts of the server (ERP, the plant view's calls) may ask of the work orders. */
import type { PlantOrder } from '#contract/plant/orders.ts';
import type { PlantFault, PlantOutcome } from '#contract/plant/base.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { OrderChange, OrderInput, WorkOrderCommand } from '#domain/work-orders/decide.ts';
import type { WorkOrder } from '#domain/work-orders/work-order.ts';
import type { Act } from '../act.ts';
import type { Queries } from '../db/db.ts';
import type { Sight } from '../rpc/sight.ts';

export interface OrderList {
  readonly cursor: string | null;
  readonly limit: number;
  readonly status: 'open' | 'all';
  readonly lineId: string | null;
}

export interface OrderWish {
  readonly orderId: string;
  /**
   * What shall be done to the order as it stands, which nobody can change meanwhile; null: there is none. Commands are
   * judged one upon the other and done all or none; empty: it is as it shall be. A null answer refuses the wish.
   */
  plan(order: WorkOrder | null): readonly WorkOrderCommand[] | null;
}
export interface OrderStep {
  readonly type: WorkOrderCommand['type'];
  readonly before: WorkOrder | null;
  readonly after: WorkOrder;
}
export type WishOutcome =
  | {
      readonly ok: true;
      /** As it stands now; null: there is none, and none was wished. */
      readonly order: WorkOrder | null;
      readonly steps: readonly OrderStep[];
      /** Pieces of it, as far as the server has heard. */
      readonly done: number;
      readonly scrapped: number;
    }
  /** Empty: `plan` refused. */
  | { readonly ok: false; readonly faults: readonly PlantFault[] };

/** all: one wish refused and nothing is written; good: the others are; none: only judged. */
export type WishMode = 'all' | 'good' | 'none';

export type Versioned = PlantOutcome<{ readonly version: number }>;

/**
 * Every act judges first and writes then, in the transaction of `act.tx`: after a refusal nothing was written, and the
 * transaction may go on with the next one. The right `order.manage` is asked of `act.need` for every line concerned.
 * `version`: what the caller saw; null: do it whatever became of the order meanwhile.
 */
export interface OrderService {
  /**
   * Any number of orders with the same few statements. Each order is wished once.
   * @returns by place. In mode `all` and `none` an outcome may be `ok` although nothing was written.
   */
  apply(
    act: Act,
    wishes: readonly OrderWish[],
    mode: WishMode,
  ): Promise<{ readonly outcomes: readonly WishOutcome[]; readonly written: boolean }>;
  /** Puts a job order at this place (from 1) of its line's dispatch list. */
  move(act: Act, jobOrderId: string, place: number): Promise<PlantOutcome>;

  /**
   * With progress and what stands against each job order, as of now.
   * @param sight an order is seen by whoever sees a line that has a share of it; left out: the whole plant.
   */
  get(db: Queries, orderId: string, sight?: Sight): Promise<PlantOrder | null>;
  /** Open ones by due date, priority and id; all: newest first. */
  list(db: Queries, wanted: OrderList, sight?: Sight): Promise<Page<PlantOrder>>;

  /** @param source `erp`, `csv`, `plant`, `station:ID`, `file` */
  create(act: Act, input: OrderInput, source: string): Promise<Versioned>;
  /** Quantity, priority, due date, shares of lines; definition and revision only while no unit exists. */
  change(act: Act, orderId: string, version: number | null, change: OrderChange): Promise<Versioned>;
  release(act: Act, orderId: string, version: number | null): Promise<Versioned>;
  hold(act: Act, orderId: string, version: number | null, reason: string): Promise<Versioned>;
  close(act: Act, orderId: string, version: number | null): Promise<Versioned>;
}

/** The acts on one order, by way of `apply`. */
export function singleActs(
  apply: OrderService['apply'],
): Pick<OrderService, 'create' | 'change' | 'release' | 'hold' | 'close'> {
  const one = async (act: Act, orderId: string, command: WorkOrderCommand): Promise<Versioned> => {
    const { outcomes } = await apply(act, [{ orderId, plan: () => [command] }], 'good');
    const [outcome] = outcomes;
    if (outcome?.ok !== true) return { ok: false, faults: outcome?.faults ?? [] };
    return { ok: true, value: { version: outcome.order?.version ?? 0 } };
  };
  return {
    create: (act, input, source) => one(act, input.orderId, { type: 'create', input, source }),
    change: (act, orderId, version, change) => one(act, orderId, { type: 'change', orderId, version, change }),
    release: (act, orderId, version) => one(act, orderId, { type: 'release', orderId, version }),
    hold: (act, orderId, version, reason) => one(act, orderId, { type: 'hold', orderId, version, reason }),
    close: (act, orderId, version) => one(act, orderId, { type: 'close', orderId, version }),
  };
}
