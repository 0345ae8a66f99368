/**
 * From events of stations to messages for other systems. One message per run of an operation, when it ends, and per unit
 * that is completed or scrap: a fact that its key names for ever. Sums over minutes were the other choice; but facts of a
 * station that was cut off come hours later, and a sum that was told already would have to be taken back.
 */
import type { ReleasedDefinition } from '#contract/config/index.ts';
import type { Consumption, ErpMessage, Measured } from '#contract/integration/messages.ts';
import type { Happened, HappenedOf } from '#domain/happened.ts';
import type { Queries } from '../../db/db.ts';
import { enqueue, type Receiver } from './enqueue.ts';

/** What messages tell of an order. */
export interface OrderFacts {
  readonly materialId: string;
  readonly quantity: number;
}

export interface FoldParts {
  readonly receivers: () => readonly Receiver[];
  readonly withPersons: () => boolean;
  /** Released or retired definition; null: the server does not have it. */
  readonly definition: (id: string, revision: string) => ReleasedDefinition | null;
  /** Of those that the plant has. */
  readonly ordersOf: (tx: Queries, orderIds: readonly string[]) => Promise<ReadonlyMap<string, OrderFacts>>;
  readonly now: () => number;
}

/** Event types that are looked at; others may be passed and are left alone. */
export const erpEvents = [
  'unit.created',
  'unit.completed',
  'unit.scrapped',
  'execution.started',
  'execution.passed',
  'execution.stopped',
  'component.fitted',
  'component.removed',
  'measurement.recorded',
  'number.recorded',
] as const;

interface Run {
  readonly execution_id: string;
  readonly serial: string;
  readonly order_id: string;
  readonly definition_id: string;
  readonly revision: string;
  readonly operation_id: string;
  readonly station_id: string;
  readonly started_at: number;
  readonly consumption: Consumption[];
  readonly measured: Measured[];
}
interface Scrap {
  readonly at: number;
  readonly stationId: string;
  readonly reason: string;
}
interface UnitRow {
  readonly serial: string;
  readonly order_id: string | null;
  readonly material_id: string | null;
  readonly scrapped: Scrap | null;
}
const unheardOf = (serial: string): UnitRow => ({ serial, order_id: null, material_id: null, scrapped: null });

const iso = (at: number): string => new Date(at).toISOString();

/** @param events in the order of their stream; may be folded again (replay, a read model made anew) without harm. */
export type ErpFold = (tx: Queries, events: readonly Happened[]) => Promise<void>;

export function createErpFold(parts: FoldParts): ErpFold {
  return async (tx, events) => {
    const wanted = events.filter((event) => (erpEvents as readonly string[]).includes(event.type));
    if (wanted.length === 0) return;
    const page = new Page(parts);
    await page.load(tx, wanted);
    for (const event of wanted) page.take(event);
    await page.store(tx);
    await countPieces(tx, await enqueue(tx, page.messages, parts.receivers(), parts.now()), page.messages, parts);
  };
}

class Page {
  readonly messages: ErpMessage[] = [];
  readonly #parts: FoldParts;
  readonly #runs = new Map<string, Run>();
  readonly #units = new Map<string, UnitRow>();
  #orders: ReadonlyMap<string, OrderFacts> = new Map();
  readonly #touchedRuns = new Set<string>();
  readonly #touchedUnits = new Set<string>();

  constructor(parts: FoldParts) {
    this.#parts = parts;
  }

  async load(tx: Queries, events: readonly Happened[]): Promise<void> {
    const runs = new Set<string>();
    const serials = new Set<string>();
    for (const { body } of events) {
      if ('executionId' in body && typeof body.executionId === 'string') runs.add(body.executionId);
      if ('serial' in body && typeof body.serial === 'string') serials.add(body.serial);
    }
    for (const run of await tx.query<Run>('SELECT * FROM erp_run WHERE execution_id = ANY ($1::text[])', [[...runs]])) {
      this.#runs.set(run.execution_id, run);
    }
    for (const unit of await tx.query<UnitRow>(
      // Two streams may tell of one unit at once: the second waits for the first.
      'SELECT * FROM erp_unit WHERE serial = ANY ($1::text[]) ORDER BY serial FOR UPDATE',
      [[...serials]],
    )) {
      this.#units.set(unit.serial, unit);
    }
    await this.#loadOld(
      tx,
      [...serials].filter((serial) => !this.#units.has(serial)),
    );
    const orders = events.flatMap(({ body }) => ('orderId' in body ? [body.orderId as string] : []));
    const known = [...this.#units.values()].flatMap(({ order_id }) => order_id ?? []);
    this.#orders = await this.#parts.ordersOf(tx, [...new Set([...orders, ...known])]);
  }

  /** Units of orders that are long closed are not kept here (retention.ts); the read model has them. */
  async #loadOld(tx: Queries, serials: readonly string[]): Promise<void> {
    if (serials.length === 0) return;
    for (const unit of await tx.query<UnitRow>(
      `SELECT serial, order_id, material_id, NULL AS scrapped FROM unit WHERE serial = ANY ($1::text[]) AND order_id IS NOT NULL`,
      [serials],
    )) {
      this.#units.set(unit.serial, unit);
    }
  }

  take(event: Happened): void {
    switch (event.type) {
      case 'unit.created':
        return this.#order(event.body.serial, event.body.orderId, event.body.materialId);
      case 'execution.started':
        this.#order(event.body.serial, event.body.orderId);
        return this.#begin(event);
      case 'component.fitted':
        return this.#fitted(event);
      case 'component.removed':
        return this.#removed(event);
      case 'measurement.recorded':
        return this.#measured(event.body.executionId, measurementOf(event));
      case 'number.recorded':
        return this.#measured(event.body.executionId, numberOf(event));
      case 'execution.passed':
        return this.#end(event);
      case 'execution.stopped':
        return this.#end(event);
      case 'unit.completed': {
        const { serial, orderId, again } = event.body;
        const { at, stationId } = event;
        // Reworked after it was told of: there is one unit, and it is done.
        if (again === undefined)
          this.messages.push({
            kind: 'unit-completed',
            key: `completed:${serial}`,
            orderId,
            at: iso(at),
            material: this.#material(serial, orderId),
            serial,
            stationId,
          });
        return this.#order(serial, orderId);
      }
      case 'unit.scrapped': {
        const { serial, reason } = event.body;
        const unit = this.#units.get(serial) ?? unheardOf(serial);
        this.#unit({ ...unit, scrapped: { at: event.at, stationId: event.stationId, reason } });
        return;
      }
      default:
    }
  }

  #unit(unit: UnitRow): void {
    this.#units.set(unit.serial, unit);
    this.#touchedUnits.add(unit.serial);
    const { order_id, scrapped, serial } = unit;
    if (order_id === null || scrapped === null) return;
    this.messages.push({
      kind: 'unit-scrapped',
      key: `scrapped:${serial}`,
      orderId: order_id,
      at: iso(scrapped.at),
      material: this.#material(serial, order_id),
      serial,
      stationId: scrapped.stationId,
      reason: scrapped.reason,
    });
  }

  #order(serial: string, orderId: string, materialId: string | null = null): void {
    const unit = this.#units.get(serial) ?? unheardOf(serial);
    if (unit.order_id === null || (unit.material_id === null && materialId !== null))
      this.#unit({ ...unit, order_id: unit.order_id ?? orderId, material_id: unit.material_id ?? materialId });
  }

  /** What the unit was created as, else what its order makes. */
  #material(serial: string, orderId: string): string | null {
    return this.#units.get(serial)?.material_id ?? this.#orders.get(orderId)?.materialId ?? null;
  }

  #change(executionId: string, change: (run: Run) => Run): void {
    const run = this.#runs.get(executionId);
    // Its beginning was told before this feature existed, or is in quarantine: nothing can be said of its order.
    if (run === undefined) return;
    this.#runs.set(executionId, change(run));
    this.#touchedRuns.add(executionId);
  }

  #begin({ at, stationId, body }: HappenedOf<'execution.started'>): void {
    const { executionId, serial, orderId, definition, operationId } = body;
    this.#runs.set(executionId, {
      execution_id: executionId,
      serial,
      order_id: orderId,
      definition_id: definition.id,
      revision: definition.revision,
      operation_id: operationId,
      station_id: stationId,
      started_at: at,
      consumption: [],
      measured: [],
    });
    this.#touchedRuns.add(executionId);
  }

  /** One scan stands for the whole quantity of a lot, but each serialised piece is scanned (contract/steps/scan-component). */
  #fitted({ at, body }: HappenedOf<'component.fitted'>): void {
    const { bomLine, materialId, lot, componentSerial } = body;
    this.#change(body.executionId, (run) => {
      const line = this.#parts.definition(run.definition_id, run.revision)?.bom.find((each) => each.line === bomLine);
      const quantity = componentSerial === null ? (line?.quantity ?? 1) : 1;
      const part = { bomLine, material: materialId, quantity, lot, serial: componentSerial, at: iso(at) };
      return { ...run, consumption: [...run.consumption, part] };
    });
  }

  #removed({ body }: HappenedOf<'component.removed'>): void {
    this.#change(body.executionId, (run) => {
      const at = run.consumption.findLastIndex(
        ({ bomLine, lot, serial }) => bomLine === body.bomLine && lot === body.lot && serial === body.componentSerial,
      );
      return at === -1 ? run : { ...run, consumption: run.consumption.toSpliced(at, 1) };
    });
  }

  #measured(executionId: string, measured: Measured): void {
    this.#change(executionId, (run) => ({ ...run, measured: [...run.measured, measured] }));
  }

  #end(event: HappenedOf<'execution.passed'> | HappenedOf<'execution.stopped'>): void {
    const { executionId } = event.body;
    const run = this.#runs.get(executionId);
    if (run === undefined) return;
    const told = {
      orderId: run.order_id,
      at: iso(event.at),
      serial: run.serial,
      definitionId: run.definition_id,
      revision: run.revision,
      operationId: run.operation_id,
      stationId: run.station_id,
      executionId,
      startedAt: iso(run.started_at),
      person: this.#parts.withPersons() && event.actor.kind === 'person' ? event.actor.id : null,
      consumption: run.consumption,
      measured: run.measured,
    };
    this.messages.push(
      event.type === 'execution.passed'
        ? { kind: 'operation-confirmed', key: `passed:${executionId}`, ...told }
        : { kind: 'operation-stopped', key: `stopped:${executionId}`, ...told, cause: event.body.cause },
    );
    this.#runs.delete(executionId);
    this.#touchedRuns.add(executionId);
  }

  async store(tx: Queries): Promise<void> {
    const open = [...this.#touchedRuns].flatMap((id) => this.#runs.get(id) ?? []);
    const ended = [...this.#touchedRuns].filter((id) => !this.#runs.has(id));
    if (open.length > 0) {
      await tx.execute(
        `INSERT INTO erp_run
         SELECT * FROM jsonb_to_recordset($1::text::jsonb) AS r (execution_id text, serial text, order_id text,
           definition_id text, revision text, operation_id text, station_id text, started_at bigint, consumption jsonb,
           measured jsonb)
         ON CONFLICT (execution_id) DO UPDATE SET consumption = excluded.consumption, measured = excluded.measured`,
        [JSON.stringify(open)],
      );
    }
    if (ended.length > 0) await tx.execute('DELETE FROM erp_run WHERE execution_id = ANY ($1::text[])', [ended]);
    if (this.#touchedUnits.size > 0) {
      await tx.execute(
        `INSERT INTO erp_unit (serial, order_id, material_id, scrapped)
         SELECT * FROM jsonb_to_recordset($1::text::jsonb)
           AS u (serial text, order_id text, material_id text, scrapped jsonb) ORDER BY serial
         ON CONFLICT (serial) DO UPDATE SET
           order_id = coalesce(erp_unit.order_id, excluded.order_id),
           material_id = coalesce(erp_unit.material_id, excluded.material_id),
           scrapped = coalesce(erp_unit.scrapped, excluded.scrapped)`,
        [JSON.stringify([...this.#touchedUnits].map((serial) => this.#units.get(serial)))],
      );
      this.#late(
        await tx.query<UnitRow>(
          'SELECT * FROM erp_unit WHERE serial = ANY ($1::text[]) AND order_id IS NOT NULL AND scrapped IS NOT NULL',
          [[...this.#touchedUnits]],
        ),
      );
    }
  }

  /** Order and scrap of a new unit that two streams told at the same time: whoever wrote second sees both. */
  #late(units: readonly UnitRow[]): void {
    for (const unit of units) if (!this.messages.some(({ key }) => key === `scrapped:${unit.serial}`)) this.#unit(unit);
  }
}

function measurementOf({ at, body }: HappenedOf<'measurement.recorded'>): Measured {
  const { characteristicId, index, attempt, reading, nominal, lower, upper, verdict } = body;
  const { value, unit } = reading;
  return { characteristic: characteristicId, index, attempt, value, unit, nominal, lower, upper, verdict, at: iso(at) };
}

/** A number that a person entered has no characteristic: its step stands for it. */
function numberOf({ at, body }: HappenedOf<'number.recorded'>): Measured {
  const { stepId, attempt, value, unit, lower, upper, verdict } = body;
  return { characteristic: stepId, index: 1, attempt, value, unit, nominal: null, lower, upper, verdict, at: iso(at) };
}

/** Counts what was told for the first time, and tells when an order has all its pieces. */
async function countPieces(
  tx: Queries,
  fresh: ReadonlySet<string>,
  messages: readonly ErpMessage[],
  parts: FoldParts,
): Promise<void> {
  const counts = new Map<string, { done: number; scrapped: number; at: string }>();
  for (const { kind, key, orderId, at } of messages) {
    if (!fresh.has(key) || (kind !== 'unit-completed' && kind !== 'unit-scrapped')) continue;
    const count = counts.get(orderId) ?? { done: 0, scrapped: 0, at };
    if (kind === 'unit-completed') count.done += 1;
    else count.scrapped += 1;
    if (at > count.at) count.at = at;
    counts.set(orderId, count);
  }
  const finished: ErpMessage[] = [];
  const orders = await parts.ordersOf(tx, [...counts.keys()]);
  for (const [orderId, { done, scrapped, at }] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [total] = await tx.query<{ done: number; scrapped: number }>(
      `INSERT INTO erp_order (order_id, done, scrapped) VALUES ($1, $2, $3)
       ON CONFLICT (order_id) DO UPDATE SET done = erp_order.done + $2, scrapped = erp_order.scrapped + $3
       RETURNING done, scrapped`,
      [orderId, done, scrapped],
    );
    const order = orders.get(orderId);
    if (order === undefined || total === undefined) continue;
    const { quantity, materialId: material } = order;
    if (total.done < quantity || total.done - done >= quantity) continue;
    const key = `finished:${orderId}:${quantity}`;
    finished.push({ kind: 'order-changed', key, orderId, at, material, status: 'finished', quantity, ...total });
  }
  await enqueue(tx, finished, parts.receivers(), parts.now());
}
