/**
 * What programs and files wish of work orders, done: created, changed, released, held, closed, or left as it is when it is
 * so already. Each record is done as a whole or not at all.
 */
import type { ReleasedDefinition } from '#contract/config/index.ts';
import type { BulkRow, RowFault } from '#contract/integration/words.ts';
import type { PlantFault } from '#contract/plant/base.ts';
import type { OrderStatus } from '#contract/rpc/orders.ts';
import type { OrderChange as Difference, OrderInput, WorkOrderCommand } from '#domain/work-orders/decide.ts';
import type { WorkOrder } from '#domain/work-orders/work-order.ts';
import type { Act } from '../act.ts';
import type { OrderService, OrderWish, WishOutcome } from '../orders/port.ts';
import { inWords } from './fault-words.ts';
import { cutFaults, shown } from './formats/faults.ts';
import { remedyFor, rowFault, type FoundRow, type JudgedRows, type OrderChange } from './formats/order-rows.ts';

export interface ApplyParts {
  readonly orders: OrderService;
  readonly definition: (id: string, revision: string) => ReleasedDefinition | null;
  /** `erp`, `csv` */
  readonly source: string;
}

export type Applied =
  | { readonly done: 'created' | 'changed' | 'unchanged'; readonly version: number }
  | { readonly done: 'refused'; readonly faults: readonly WishFault[] };

/** A fault about a field of the wish. */
export interface WishFault {
  /** null: the order as a whole. */
  readonly field: string | null;
  readonly rest: readonly (string | number)[];
  readonly value: unknown;
  readonly problem: string;
  readonly remedy: string;
  /** Of the rules; null: judged here. */
  readonly code: string | null;
}

/** What became of one change when it was planned on the order as it stands. */
interface Planned {
  readonly wish: OrderWish;
  /** Of the plan; the rules' own come with the outcome. */
  faults: readonly WishFault[];
}

function planned(change: OrderChange, parts: ApplyParts): Planned {
  const plan: Planned = {
    faults: [],
    wish: {
      orderId: change.orderId,
      plan(order) {
        const { commands, faults } = order === null ? planNew(change, parts) : planChange(order, change, parts);
        plan.faults = faults;
        return faults.length > 0 ? null : commands;
      },
    },
  };
  return plan;
}

const appliedOf = (change: OrderChange, { faults }: Planned, outcome: WishOutcome): Applied => {
  if (!outcome.ok)
    return { done: 'refused', faults: [...faults, ...outcome.faults.map((each) => wishFault(each, change))] };
  const { steps, order } = outcome;
  const done = steps.length === 0 ? 'unchanged' : steps[0]?.before === null ? 'created' : 'changed';
  return { done, version: order?.version ?? 0 };
};

/** One change, done as a whole or not at all. */
export async function applyOrder(act: Act, change: OrderChange, parts: ApplyParts): Promise<Applied> {
  const plan = planned(change, parts);
  const { outcomes } = await parts.orders.apply(act, [plan.wish], 'good');
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error('the order service gave no outcome');
  return appliedOf(change, plan, outcome);
}

interface Plan {
  readonly commands: readonly WorkOrderCommand[];
  readonly faults: readonly WishFault[];
}

const fault = (field: string, value: unknown, problem: string, remedy = remedyFor(field)): WishFault => ({
  field,
  rest: [],
  value,
  problem,
  remedy,
  code: null,
});

function planNew(change: OrderChange, parts: ApplyParts): Plan {
  const { orderId, definitionId, revision, quantity } = change;
  if (change.mustExist || change.version !== null || change.status === 'closed') {
    const unknown: PlantFault = { code: 'order.unknown', params: { order: orderId }, field: 'orderId' };
    return { commands: [], faults: [wishFault(unknown, change)] };
  }
  const missing = (['definitionId', 'revision', 'quantity'] as const).filter((field) => change[field] === undefined);
  const faults = missing.map((field) => fault(field, undefined, `a new order needs ${field}`));
  const serialPrefix = change.serialPrefix ?? `${orderId}-`;
  if (serialPrefix.length > 24) {
    const problem = `a new order needs serialPrefix, because "${serialPrefix}" has more than 24 characters`;
    faults.push(fault('serialPrefix', undefined, problem));
  }
  faults.push(...materialFaults(change, definitionId, revision, parts));
  if (definitionId === undefined || revision === undefined || quantity === undefined || faults.length > 0) {
    return { commands: [], faults };
  }
  const input: OrderInput = {
    orderId,
    definitionId,
    revision,
    quantity,
    priority: change.priority ?? 5,
    dueAt: change.dueAt ?? null,
    serialPrefix,
    jobs: change.lines ?? [],
  };
  const { source } = parts;
  return { commands: [{ type: 'create', input, source }, ...statusCommands('created', change, null)], faults };
}

function planChange(current: WorkOrder, change: OrderChange, parts: ApplyParts): Plan {
  const faults: WishFault[] = [];
  const { serialPrefix } = change;
  if (serialPrefix !== undefined && serialPrefix !== current.serialPrefix) {
    faults.push(
      fault(
        'serialPrefix',
        serialPrefix,
        `the serial numbers of order "${current.orderId}" begin with "${current.serialPrefix}", which stays`,
        'Leave it out, or make a new order.',
      ),
    );
  }
  const definitionId = change.definitionId ?? current.definitionId;
  const revision = change.revision ?? current.revision;
  faults.push(...materialFaults(change, definitionId, revision, parts));
  const difference = differenceOf(current, change);
  const { version } = change;
  const { orderId } = current;
  const commands: WorkOrderCommand[] = [];
  if (Object.keys(difference).length > 0) commands.push({ type: 'change', orderId, version, change: difference });
  commands.push(...statusCommands(current.status, change, commands.length > 0 ? null : version));
  if (commands.length === 0 && version !== null && version !== current.version) {
    const changed: PlantFault = { code: 'order.changed', params: { order: current.orderId }, field: null };
    faults.push(wishFault(changed, change));
  }
  return { commands, faults };
}

/** Only what is really different. */
function differenceOf(current: WorkOrder, change: OrderChange): Difference {
  const { definitionId, revision, quantity, priority, dueAt, lines } = change;
  const shares = (list: readonly { readonly lineId: string; readonly quantity: number }[]): string =>
    JSON.stringify(list.map((each) => [each.lineId, each.quantity]).sort());
  return {
    ...(definitionId !== undefined && definitionId !== current.definitionId ? { definitionId } : {}),
    ...(revision !== undefined && revision !== current.revision ? { revision } : {}),
    ...(quantity !== undefined && quantity !== current.quantity ? { quantity } : {}),
    ...(priority !== undefined && priority !== current.priority ? { priority } : {}),
    ...(dueAt !== undefined && dueAt !== current.dueAt ? { dueAt } : {}),
    ...(lines !== undefined && lines.length > 0 && shares(lines) !== shares(current.jobs) ? { jobs: lines } : {}),
  };
}

function statusCommands(
  from: OrderStatus,
  { status, orderId, holdReason }: OrderChange,
  version: number | null,
): readonly WorkOrderCommand[] {
  if (status === undefined || status === 'created' || status === from) return [];
  if (status === 'released') return [{ type: 'release', orderId, version }];
  if (status === 'held') return [{ type: 'hold', orderId, version, reason: holdReason ?? '' }];
  return [{ type: 'close', orderId, version }];
}

function materialFaults(
  { material }: OrderChange,
  definitionId: string | undefined,
  revision: string | undefined,
  { definition }: ApplyParts,
): readonly WishFault[] {
  if (material === undefined || definitionId === undefined || revision === undefined) return [];
  const made = definition(definitionId, revision)?.material;
  if (made === undefined || made === material) return [];
  const problem = `the order is for "${material}", but definition "${definitionId}" makes "${made}"`;
  return [fault('material', material, problem, 'Correct the material or the definition.')];
}

/** The rules speak of `jobs`, the wish of `lines`. */
function wishFault(plantFault: PlantFault, change: OrderChange): WishFault {
  const path = (plantFault.field ?? '').split(/[.[\]]+/).filter((part) => part !== '');
  const [first, ...rest] = path.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  const field = first === 'jobs' ? 'lines' : first === undefined ? null : String(first);
  let value: unknown = field === null ? undefined : change[field as keyof OrderChange];
  for (const part of rest) value = (value as Record<string | number, unknown> | undefined)?.[part];
  return { field, rest, value, ...inWords(plantFault), code: plantFault.code };
}

export interface BulkResult {
  readonly rows: readonly BulkRow[];
  readonly errors: readonly RowFault[];
  readonly accepted: number;
  readonly refused: number;
}

/**
 * All judged on the same moment and written with the same few statements. Each order stands in one record (order-rows.ts).
 * @param mode all: one bad record and nothing is done, but every record is judged; good: the good ones are done.
 */
export async function applyRows(
  act: Act,
  read: JudgedRows,
  mode: 'all' | 'good',
  parts: ApplyParts,
): Promise<BulkResult> {
  const errors: RowFault[] = [...read.faults];
  const plans = read.rows.map(({ change }) => planned(change, parts));
  const { outcomes, written } = await parts.orders.apply(
    act,
    plans.map(({ wish }) => wish),
    mode === 'all' && errors.length > 0 ? 'none' : mode,
  );
  const rows = read.refused.map((each): BulkRow => ({ ...each, done: 'refused', version: null, notes: [] }));
  read.rows.forEach(({ row, line, change, notes, found }, place) => {
    const [plan, outcome] = [plans[place], outcomes[place]];
    if (plan === undefined || outcome === undefined)
      throw new Error(`the order service gave no outcome for row ${row}`);
    const applied = appliedOf(change, plan, outcome);
    const told = { row, line, orderId: change.orderId, notes: [...notes] };
    if (applied.done !== 'refused')
      rows.push(written ? { ...told, ...applied } : { ...told, done: 'not-tried', version: null });
    else {
      errors.push(...applied.faults.map((each) => rowFaultOf(found, line, each)));
      rows.push({ ...told, done: 'refused', version: null });
    }
  });
  rows.sort((a, b) => a.row - b.row);
  const refused = rows.filter(({ done }) => done === 'refused').length;
  const accepted = rows.filter(({ done }) => done !== 'refused' && done !== 'not-tried').length;
  return { rows, errors: cutFaults(errors), accepted, refused };
}

const rowFaultOf = (
  found: FoundRow,
  line: number | null,
  { field, rest, value, problem, remedy }: WishFault,
): RowFault =>
  field === null
    ? { row: found.row, line, column: null, field: null, value: shown(value), problem, remedy }
    : rowFault(found, field, value, problem, remedy, rest);
