/** What may become of a work order. Everything wrong is told at once, each with the field that is meant. */
import type { Line } from '#contract/config/plant.ts';
import type { ReleasedDefinition } from '#contract/config/index.ts';
import type { PlantFault } from '#contract/plant/base.ts';
import { plantFaultCodes, type PlantFaultCode } from '#contract/plant/fault-codes.ts';
import type { OrderStatus } from '#contract/rpc/orders.ts';
import { orderStatusAfter, type OrderStep } from '#domain/orders/order.ts';
import {
  ableLines,
  jobOrderId,
  operationsMissing,
  type JobOrder,
  type JobShare,
  type WorkOrder,
} from './work-order.ts';

export interface OrderInput {
  readonly orderId: string;
  readonly definitionId: string;
  readonly revision: string;
  readonly quantity: number;
  readonly priority: number;
  readonly dueAt: number | null;
  readonly serialPrefix: string;
  /** Empty: all of it on the only line that can. */
  readonly jobs: readonly JobShare[];
}
/** What is left out stays as it is. */
export type OrderChange = Partial<Omit<OrderInput, 'orderId' | 'serialPrefix'>>;

export type WorkOrderCommand =
  | { readonly type: 'create'; readonly input: OrderInput; readonly source: string }
  /** `version`: what the person saw; null: a program that does not look first. */
  | { readonly type: 'change'; readonly orderId: string; readonly version: number | null; readonly change: OrderChange }
  | { readonly type: 'release' | 'close'; readonly orderId: string; readonly version: number | null }
  | { readonly type: 'hold'; readonly orderId: string; readonly version: number | null; readonly reason: string };

export interface WorkOrderFacts {
  definition(id: string, revision: string): ReleasedDefinition | null;
  readonly lines: readonly Line[];
  /** Units of the order that a line has begun. */
  begun(lineId: string): number;
}
export type WorkOrderDecision =
  | { readonly ok: true; readonly order: WorkOrder }
  | { readonly ok: false; readonly faults: readonly PlantFault[] };

type Params<C extends PlantFaultCode> = {
  readonly [K in (typeof plantFaultCodes)[C][number]]: string | number | null;
};
/** The parameters are exactly those that the code's texts may use; anything else does not compile. */
export const plantFault = <C extends PlantFaultCode>(
  code: C,
  params: Params<C>,
  field: string | null = null,
): PlantFault => ({ code, params, field });

const wanted: Readonly<Record<OrderStep, OrderStatus>> = { release: 'released', hold: 'held', close: 'closed' };

export function decideWorkOrder(
  order: WorkOrder | null,
  command: WorkOrderCommand,
  facts: WorkOrderFacts,
): WorkOrderDecision {
  if (command.type === 'create') return create(order, command.input, command.source, facts);
  const { orderId, version } = command;
  if (order === null) return { ok: false, faults: [plantFault('order.unknown', { order: orderId }, 'orderId')] };
  if (version !== null && version !== order.version)
    return { ok: false, faults: [plantFault('order.changed', { order: orderId }, 'version')] };
  if (command.type === 'change') return change(order, command.change, facts);

  const faults: PlantFault[] = [];
  const status = orderStatusAfter(order.status, command.type);
  if (status === null)
    faults.push(plantFault('order.status', { order: orderId, status: order.status, wanted: wanted[command.type] }));
  if (command.type === 'release') {
    faults.push(...definitionFaults(order.definitionId, order.revision, facts));
    if (order.jobs.length === 0)
      faults.push(plantFault('order.no-line', { definition: order.definitionId, revision: order.revision }));
  }
  if (status === null || faults.length > 0) return { ok: false, faults };
  return changed(order, { status, holdReason: command.type === 'hold' ? command.reason : null });
}

const changed = (order: WorkOrder, change: Partial<WorkOrder>): WorkOrderDecision => ({
  ok: true,
  order: { ...order, ...change, version: order.version + 1 },
});

function definitionFaults(id: string, revision: string, facts: WorkOrderFacts): PlantFault[] {
  const definition = facts.definition(id, revision);
  if (definition === null)
    return [plantFault('order.definition-unknown', { definition: id, revision }, 'definitionId')];
  return definition.status === 'released'
    ? []
    : [plantFault('order.definition-not-released', { definition: id, revision }, 'revision')];
}

function create(
  order: WorkOrder | null,
  { jobs, ...input }: OrderInput,
  source: string,
  facts: WorkOrderFacts,
): WorkOrderDecision {
  const { orderId, definitionId, revision, quantity } = input;
  const faults = order === null ? [] : [plantFault('order.exists', { order: orderId }, 'orderId')];
  faults.push(...definitionFaults(definitionId, revision, facts));
  const definition = facts.definition(definitionId, revision);
  if (definition === null) return { ok: false, faults };
  const shares = sharesOf(jobs, quantity, definition, facts.lines);
  faults.push(...shares.faults);
  if (faults.length > 0) return { ok: false, faults };
  return {
    ok: true,
    order: {
      ...input,
      materialId: definition.material,
      status: 'created',
      holdReason: null,
      source,
      jobs: jobsOf(orderId, shares.jobs),
      version: 1,
    },
  };
}

const jobsOf = (orderId: string, shares: readonly JobShare[]): JobOrder[] =>
  shares
    .map((share) => ({ ...share, jobOrderId: jobOrderId(orderId, share.lineId) }))
    .sort((a, b) => (a.lineId < b.lineId ? -1 : 1));

function change(order: WorkOrder, wish: OrderChange, facts: WorkOrderFacts): WorkOrderDecision {
  const { orderId } = order;
  const { jobs, ...rest } = wish;
  const next = { ...order, ...rest };
  const faults: PlantFault[] = [];
  if (order.status === 'closed')
    faults.push(plantFault('order.status', { order: orderId, status: order.status, wanted: 'released' }));
  const otherDefinition = next.definitionId !== order.definitionId || next.revision !== order.revision;
  if (otherDefinition) {
    // Units that exist belong to the revision they were made under.
    const begun = order.jobs.reduce((sum, { lineId }) => sum + facts.begun(lineId), 0);
    if (begun > 0) faults.push(plantFault('order.begun', { order: orderId, begun }, 'definitionId'));
    faults.push(...definitionFaults(next.definitionId, next.revision, facts));
  }
  const definition = facts.definition(next.definitionId, next.revision);
  const anew = jobs !== undefined || next.quantity !== order.quantity || otherDefinition;
  let { jobs: shares } = order as { jobs: readonly JobShare[] };
  if (anew && definition !== null) {
    const given = jobs ?? resized(order.jobs, next.quantity);
    const parted = sharesOf(given, next.quantity, definition, facts.lines);
    faults.push(...parted.faults);
    shares = parted.jobs;
    for (const { lineId } of order.jobs) {
      const begun = facts.begun(lineId);
      const quantity = shares.find((share) => share.lineId === lineId)?.quantity ?? 0;
      if (parted.faults.length === 0 && quantity < begun)
        faults.push(plantFault('order.share-below-begun', { line: lineId, begun, quantity }, 'jobs'));
    }
  } else if (anew && !otherDefinition) {
    faults.push(...definitionFaults(next.definitionId, next.revision, facts));
  }
  if (faults.length > 0) return { ok: false, faults };
  const materialId = otherDefinition ? (definition?.material ?? order.materialId) : order.materialId;
  return changed(order, { ...rest, materialId, jobs: anew ? jobsOf(orderId, shares) : order.jobs });
}

/** Another quantity of an order on one line goes to that line; with several lines the shares must be told. */
const resized = (jobs: readonly JobOrder[], quantity: number): readonly JobShare[] =>
  jobs.length === 1 ? jobs.map(({ lineId }) => ({ lineId, quantity })) : jobs;

function sharesOf(
  jobs: readonly JobShare[],
  quantity: number,
  definition: ReleasedDefinition,
  lines: readonly Line[],
): { readonly jobs: readonly JobShare[]; readonly faults: readonly PlantFault[] } {
  const { id, revision } = definition;
  if (jobs.length === 0) {
    const able = ableLines(definition, lines);
    const [only] = able;
    if (only === undefined)
      return { jobs: [], faults: [plantFault('order.no-line', { definition: id, revision }, 'jobs')] };
    if (able.length > 1) {
      const names = able.map(({ id: lineId }) => lineId).join(', ');
      return { jobs: [], faults: [plantFault('order.lines-open', { definition: id, lines: names }, 'jobs')] };
    }
    return { jobs: [{ lineId: only.id, quantity }], faults: [] };
  }
  const faults: PlantFault[] = [];
  const seen = new Set<string>();
  jobs.forEach(({ lineId }, at) => {
    const field = `jobs[${at}].lineId`;
    const line = lines.find((each) => each.id === lineId);
    if (seen.has(lineId)) faults.push(plantFault('order.line-twice', { line: lineId }, field));
    seen.add(lineId);
    if (line === undefined) faults.push(plantFault('order.line-unknown', { line: lineId }, field));
    else
      for (const operation of operationsMissing(definition, line).slice(0, 1))
        faults.push(plantFault('order.line-cannot', { line: lineId, operation }, field));
  });
  const sum = jobs.reduce((total, job) => total + job.quantity, 0);
  if (sum !== quantity) faults.push(plantFault('order.shares-sum', { sum, quantity }, 'jobs'));
  return { jobs, faults };
}
