/**
 * What programs and files wish of work orders, done: created, changed, released, held, closed, or left as it is when it is
 * so already. Each record is done as a whole or not at all.
 */
import type { ReleasedDefinition } from '#contract/config/index.ts';
import type { BulkRow, RowFault } from '#contract/integration/words.ts';
import type { PlantFault, PlantOutcome } from '#contract/plant/base.ts';
import type { PlantOrder } from '#contract/plant/orders.ts';
import type { OrderChange as Difference, OrderInput } from '#domain/work-orders/decide.ts';
import type { Act } from '../act.ts';
import type { Queries } from '../db/db.ts';
import type { OrderService } from '../orders/port.ts';
import { inWords } from './fault-words.ts';
import { cutFaults, shown } from './formats/faults.ts';
import { remedyFor, rowFault, type JudgedRow, type JudgedRows, type OrderChange } from './formats/order-rows.ts';

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

type Step = (act: Act) => Promise<PlantOutcome<{ readonly version: number }>>;

export async function applyOrder(act: Act, change: OrderChange, parts: ApplyParts): Promise<Applied> {
  const current = await parts.orders.get(act.tx, change.orderId);
  const planned = current === null ? planNew(change, parts) : planChange(current, change, parts);
  if (planned.faults.length > 0) return { done: 'refused', faults: planned.faults };
  const { steps } = planned;
  if (steps.length === 0) return { done: 'unchanged', version: current?.version ?? 0 };
  return asOne(act.tx, steps.length > 1, async () => {
    let version = 0;
    for (const step of steps) {
      const outcome = await judged(() => step(act));
      if (!outcome.ok) return { done: 'refused', faults: outcome.faults.map((fault) => wishFault(fault, change)) };
      ({ version } = outcome.value);
    }
    return { done: current === null ? 'created' : 'changed', version };
  });
}

/** A missing right is thrown by the act itself; it is a refusal like the others. */
async function judged<T>(run: () => Promise<PlantOutcome<T>>): Promise<PlantOutcome<T>> {
  try {
    return await run();
  } catch (error) {
    const { faults } = error as { readonly faults?: readonly PlantFault[] };
    if (Array.isArray(faults)) return { ok: false, faults };
    throw error;
  }
}

async function asOne(tx: Queries, several: boolean, run: () => Promise<Applied>): Promise<Applied> {
  if (!several) return run();
  await tx.execute('SAVEPOINT one_order');
  const applied = await run();
  await tx.execute(applied.done === 'refused' ? 'ROLLBACK TO SAVEPOINT one_order' : 'RELEASE SAVEPOINT one_order');
  return applied;
}

interface Plan {
  readonly steps: readonly Step[];
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
    return { steps: [], faults: [wishFault(unknown, change)] };
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
    return { steps: [], faults };
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
  const { orders, source } = parts;
  return {
    steps: [(act) => orders.create(act, input, source), ...statusSteps('created', change, null, orders)],
    faults,
  };
}

function planChange(current: PlantOrder, change: OrderChange, parts: ApplyParts): Plan {
  const { orders } = parts;
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
  const definitionId = change.definitionId ?? current.definition.id;
  const revision = change.revision ?? current.definition.revision;
  faults.push(...materialFaults(change, definitionId, revision, parts));
  const difference = differenceOf(current, change);
  const { version } = change;
  const steps: Step[] = [];
  if (Object.keys(difference).length > 0) steps.push((act) => orders.change(act, current.orderId, version, difference));
  steps.push(...statusSteps(current.status, change, steps.length > 0 ? null : version, orders));
  if (steps.length === 0 && version !== null && version !== current.version) {
    const changed: PlantFault = { code: 'order.changed', params: { order: current.orderId }, field: null };
    faults.push(wishFault(changed, change));
  }
  return { steps, faults };
}

/** Only what is really different. */
function differenceOf(current: PlantOrder, change: OrderChange): Difference {
  const { definitionId, revision, quantity, priority, dueAt, lines } = change;
  const shares = (list: readonly { readonly lineId: string; readonly quantity: number }[]): string =>
    JSON.stringify(list.map((each) => [each.lineId, each.quantity]).sort());
  return {
    ...(definitionId !== undefined && definitionId !== current.definition.id ? { definitionId } : {}),
    ...(revision !== undefined && revision !== current.definition.revision ? { revision } : {}),
    ...(quantity !== undefined && quantity !== current.quantity ? { quantity } : {}),
    ...(priority !== undefined && priority !== current.priority ? { priority } : {}),
    ...(dueAt !== undefined && dueAt !== current.dueAt ? { dueAt } : {}),
    ...(lines !== undefined && lines.length > 0 && shares(lines) !== shares(current.jobs) ? { jobs: lines } : {}),
  };
}

function statusSteps(
  from: PlantOrder['status'],
  change: OrderChange,
  version: number | null,
  orders: OrderService,
): readonly Step[] {
  const { status, orderId, holdReason } = change;
  if (status === undefined || status === 'created' || status === from) return [];
  if (status === 'released') return [(act) => orders.release(act, orderId, version)];
  if (status === 'held') return [(act) => orders.hold(act, orderId, version, holdReason ?? '')];
  return [(act) => orders.close(act, orderId, version)];
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
 * @param mode all: one bad record and nothing is done, but every record is judged; good: the good ones are done.
 */
export async function applyRows(
  act: Act,
  read: JudgedRows,
  mode: 'all' | 'good',
  parts: ApplyParts,
): Promise<BulkResult> {
  const errors: RowFault[] = [...read.faults];
  const rows: BulkRow[] = read.refused.map(({ row, line, orderId }) => ({
    row,
    line,
    orderId,
    done: 'refused',
    version: null,
    notes: [],
  }));
  await act.tx.execute('SAVEPOINT all_orders');
  for (const judgedRow of read.rows) rows.push(await applyRow(act, judgedRow, parts, errors));
  const bad = errors.length > 0;
  const undo = mode === 'all' && bad;
  await act.tx.execute(undo ? 'ROLLBACK TO SAVEPOINT all_orders' : 'RELEASE SAVEPOINT all_orders');
  const told = rows
    .map((row): BulkRow => (undo && row.done !== 'refused' ? { ...row, done: 'not-tried', version: null } : row))
    .sort((a, b) => a.row - b.row);
  const refused = told.filter(({ done }) => done === 'refused').length;
  const accepted = told.filter(({ done }) => done !== 'refused' && done !== 'not-tried').length;
  return { rows: told, errors: cutFaults(errors), accepted, refused };
}

async function applyRow(act: Act, judgedRow: JudgedRow, parts: ApplyParts, errors: RowFault[]): Promise<BulkRow> {
  const { row, line, change, notes, found } = judgedRow;
  const applied = await applyOrder(act, change, parts);
  const told = { row, line, orderId: change.orderId, notes: [...notes] };
  if (applied.done !== 'refused') return { ...told, done: applied.done, version: applied.version };
  for (const { field, rest, value, problem, remedy } of applied.faults) {
    errors.push(
      field === null
        ? { row, line, column: null, field: null, value: shown(value), problem, remedy }
        : rowFault(found, field, value, problem, remedy, rest),
    );
  }
  return { ...told, done: 'refused', version: null };
}
