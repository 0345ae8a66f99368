/**
 * What must hold before a unit starts and before each step. Every unmet condition is told, never only the first, each
 * with the values it was judged on (design law 3); so are the met ones and what can be done now.
 */
import type { Operation } from '#contract/config/definition.ts';
import type { ReleasedDefinition } from '#contract/config/index.ts';
import type { Met, Next, Reason } from '#contract/refusal.ts';
import { met, next, reason } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { definitionFaults } from '#domain/orders/decide.ts';
import type { Order } from '#domain/orders/order.ts';
import { mayEver, permissionFaults, qualificationCheck } from '#domain/people/access.ts';
import { deviceFaults, readingFaults } from '#domain/steps/values.ts';
import { unitFaults } from '#domain/units/decide.ts';
import type { TakenLabel, Unit } from '#domain/units/unit-state.ts';
import { passedOperation } from '#domain/units/unit.ts';
import type { Execution } from './execution.ts';
import { signalOpen } from '#domain/control/decide.ts';
import { meantOperation, openBefore, passedHere } from './routing.ts';

export interface Interlocks {
  readonly reasons: readonly Reason[];
  readonly met: readonly Met[];
}

/** One condition: what is wrong with it, or what is right. */
type Check = Interlocks;
const wrong = (...reasons: readonly Reason[]): Check => ({ reasons, met: [] });
const right = (...all: readonly Met[]): Check => ({ reasons: [], met: all });
const together = (checks: readonly Check[]): Check => ({
  reasons: checks.flatMap((c) => c.reasons),
  met: checks.flatMap((c) => c.met),
});

export interface StartState {
  readonly serial: string;
  readonly unit: Unit | null;
  readonly order: Order | null;
  /** The run that is open at this station now, null when none. */
  readonly open: Execution | null;
}
export interface StartCheck extends Interlocks {
  readonly definition: ReleasedDefinition | null;
  readonly operation: Operation | null;
}

/** Interlocks before a unit's next operation starts here. */
export function startCheck(state: StartState, facts: Facts): StartCheck {
  const { serial, unit, order, open } = state;
  const checks: Check[] = [];
  if (open !== null && open.serial !== serial)
    checks.push(wrong(reason('unit.other-in-work', { serial: open.serial, operation: open.operationId })));
  if (unit === null) {
    const { configured, linked, sinceAt } = facts.server;
    // Another station may know it: without the server nobody can be asked.
    const alone = configured && !linked ? [reason('server.not-asked', { sinceAt })] : [];
    checks.push(wrong(reason('unit.unknown', { serial }), ...alone), operatorCheck(undefined, facts));
    return { ...together(checks), definition: null, operation: null };
  }
  const definition = facts.catalogue.definition(unit.definitionId, unit.revision);
  const operation = definition === null ? null : meantOperation(definition, unit, facts.station.id);
  checks.push(
    orderCheck(unit.orderId, order),
    revisionCheck(unit, facts),
    unitCheck(unit, facts),
    contradictionCheck(serial, facts),
    ...(definition === null ? [] : [routingCheck(definition, operation, unit, facts)]),
    ...(operation === null ? [] : [offlineCheck(operation, unit, facts), signalCheck(operation, unit, facts)]),
    operatorCheck(operation?.qualification, facts),
    ...(operation === null || !operation.stations.includes(facts.station.id) ? [] : [devicesCheck(operation, facts)]),
  );
  return { ...together(checks), definition, operation };
}

/** Interlocks before each act in an open run: the same conditions, for the operation that was started. */
export function runCheck(
  execution: Execution,
  operation: Operation,
  unit: Unit,
  order: Order | null,
  facts: Facts,
): Interlocks {
  const { station } = facts;
  return together([
    orderCheck(unit.orderId, order),
    begunWith(execution, facts),
    contradictionCheck(unit.serial, facts),
    unit.status === 'held' || unit.status === 'scrapped' ? wrong(...unitFaults(unit, facts)) : right(),
    execution.stationId === station.id
      ? right()
      : wrong(reason('unit.in-work-elsewhere', { serial: unit.serial, station: execution.stationId })),
    operation.stations.includes(station.id) ? right() : wrong(stationWrong(operation, facts)),
    operatorCheck(operation.qualification, facts),
  ]);
}

function orderCheck(orderId: string, order: Order | null): Check {
  if (order === null) return wrong(reason('order.unknown', { order: orderId }));
  if (order.status !== 'released') return wrong(reason('order.not-released', { order: orderId, status: order.status }));
  return right(met('order.released', { order: orderId }));
}

function revisionCheck({ definitionId, revision }: Unit, facts: Facts): Check {
  const faults = definitionFaults(definitionId, revision, facts);
  return faults.length > 0 ? wrong(...faults) : right(met('revision.released', { definition: definitionId, revision }));
}

/** A run goes on under the very definition it began with; that another one is in force by now is told, and stops nothing. */
function begunWith({ definition: { id, revision, hash } }: Execution, { catalogue }: Facts): Check {
  const now = catalogue.definition(id, revision);
  return right(
    now?.hash === hash && now.status === 'released'
      ? met('revision.released', { definition: id, revision })
      : met('revision.begun-with', { definition: id, revision }),
  );
}

function contradictionCheck(serial: string, facts: Facts): Check {
  return wrong(
    ...facts
      .cases(serial)
      .map(({ caseId, kind, openedAt }) => reason('unit.contradiction', { serial, kind, openedAt, case: caseId })),
  );
}

/**
 * While the plant server cannot be reached: what a unit needs of which something passed, or must have passed, at another
 * station, as the operation says (docs/server.md). Of what was done here the own log is enough.
 */
function offlineCheck(operation: Operation, unit: Unit, facts: Facts): Check {
  const { configured, linked, sinceAt } = facts.server;
  if (!configured || linked || !operation.stations.includes(facts.station.id)) return right();
  const elsewhere = operation.after.filter((id) => passedOperation(unit, id)?.stationId !== facts.station.id);
  if (elsewhere.length === 0) return right();
  const { serial, label } = unit;
  const what = { operation: operation.id, operationText: operation.title, sinceAt };
  switch (operation.offline) {
    case 'refuse':
      return wrong(reason('server.unreachable', what));
    case 'local':
      return right(met('offline.local', { sinceAt, knownAt: facts.heardAt(serial) }));
    case 'label': {
      if (label === null) return wrong(reason('label.missing', { serial, ...what }));
      // What was heard of since the label was printed is not on it: another one is, at the station where it passed.
      const newer = elsewhere.flatMap((id) => {
        const pass = passedOperation(unit, id);
        return pass === null || vouches(label, id, unit) ? [] : [pass];
      });
      const [first] = newer;
      if (first !== undefined)
        return wrong(reason('label.outdated', { serial, issuedAt: label.issuedAt, newestAt: first.at }));
      const last = elsewhere.map((id) => passedOperation(unit, id)?.stationId ?? null).at(-1) ?? null;
      return right(met('label.valid', { station: last, issuedAt: label.issuedAt }));
    }
  }
}

/** A pass that the label tells is the one that counts unless the operation was ordered again by an order that it does not know. */
const vouches = (label: TakenLabel, operationId: string, { reworks }: Unit): boolean =>
  label.passed.includes(operationId) &&
  reworks.every(({ reworkId, ends }) => !ends.includes(operationId) || label.reworks.includes(reworkId));

/** Nothing of an operation is begun while a signal about it is open here. */
function signalCheck(operation: Operation, { definitionId }: Unit, facts: Facts): Check {
  if (!operation.stations.includes(facts.station.id)) return right();
  const open = facts.control
    .openSignals()
    .filter(({ raised }) => raised.definitionId === definitionId && raised.operationId === operation.id);
  return wrong(...open.map((signal) => signalOpen(signal, operation.title, facts)));
}

function unitCheck(unit: Unit, facts: Facts): Check {
  const { serial } = unit;
  switch (unit.status) {
    case 'held':
    case 'scrapped':
      return wrong(...unitFaults(unit, facts));
    case 'done':
      return wrong(reason('unit.done', { serial, completedAt: unit.completedAt }));
    case 'in-work': {
      const station = unit.open?.stationId ?? null;
      return station === facts.station.id ? right() : wrong(reason('unit.in-work-elsewhere', { serial, station }));
    }
    case 'waiting':
      return right(met('unit.free', { serial }));
  }
}

const stationWrong = (operation: Operation, { station }: Facts): Reason =>
  reason('station.wrong', {
    operation: operation.id,
    operationText: operation.title,
    station: station.id,
    expected: operation.stations.join(', '),
  });

function routingCheck(definition: ReleasedDefinition, operation: Operation | null, unit: Unit, facts: Facts): Check {
  // A unit that is done says so itself; that nothing is left of its routing adds nothing.
  if (operation === null)
    return unit.status === 'done' ? right() : wrong(reason('operation.none-left', { serial: unit.serial }));
  const checks: Check[] = [];
  if (operation.stations.includes(facts.station.id)) {
    checks.push(right(met('station.right', { station: facts.station.id, operation: operation.id })));
  } else {
    const done = passedHere(definition, unit, facts.station.id);
    if (done !== null)
      checks.push(
        wrong(
          reason('operation.already-passed', {
            operation: done.operation.id,
            operationText: done.operation.title,
            passedAt: done.at,
          }),
        ),
      );
    checks.push(wrong(stationWrong(operation, facts)));
  }
  const before = openBefore(definition, operation, unit);
  if (before.length > 0)
    checks.push(
      wrong(
        ...before.map((o) =>
          reason('operation.previous-not-passed', {
            operation: o.id,
            operationText: o.title,
            status: unit.open?.operationId === o.id ? 'in-work' : 'open',
          }),
        ),
      ),
    );
  else if (operation.after.length > 0) checks.push(right(met('previous.passed', { count: operation.after.length })));
  return together(checks);
}

function operatorCheck(qualification: string | undefined, facts: Facts): Check {
  const faults = permissionFaults(facts, 'unit.build');
  const { faults: unqualified, met: qualified } = qualificationCheck(facts, qualification, facts.now);
  const all = [...faults, ...unqualified];
  return all.length > 0 ? wrong(...all) : right(...qualified);
}

/** Devices an operation cannot be done without: named ones, machines, and gauges where nothing may be keyed in instead. */
export function neededDevices(operation: Operation, { catalogue }: Pick<Facts, 'catalogue'>): readonly string[] {
  const ids = new Set(operation.devices);
  for (const step of operation.steps) {
    if (step.type === 'machine-cycle') ids.add(step.device);
    if (step.type !== 'measure' || step.tag === undefined || step.allowTyped) continue;
    const device = catalogue.tag(step.tag)?.device.id;
    if (device !== undefined) ids.add(device);
  }
  return [...ids];
}

/** Alive, and of machines the state fresh and good: without it nothing can be run or believed. */
function devicesCheck(operation: Operation, facts: Facts): Check {
  return together(
    neededDevices(operation, facts).map((id) => {
      const gone = deviceFaults(id, facts);
      const device = facts.catalogue.device(id);
      const stateTag = device?.machine?.stateTag;
      const reading = stateTag === undefined ? null : facts.reading(stateTag);
      const unsure = stateTag === undefined ? [] : readingFaults(stateTag, reading, facts);
      if (gone.length + unsure.length > 0) return wrong(...gone, ...unsure);
      // Of a tag that is only told when it changes, the age says nothing: the link vouches for it.
      const aged = stateTag !== undefined && facts.catalogue.tag(stateTag)?.tag.staleAfterMs !== null;
      const ageMs = reading === null || !aged ? null : Math.max(0, facts.now - reading.receivedAt);
      return right(met('device.ready', { device: id, deviceText: device?.title ?? null, ageMs }));
    }),
  );
}

/** What can be done about it, as buttons; only what this person may do. */
export function whatNow(reasons: readonly Reason[], order: Order | null, facts: Facts): readonly Next[] {
  const found = new Map<string, Next>();
  const add = (what: Next): void => void found.set(`${what.code} ${JSON.stringify(what.params)}`, what);
  for (const { code, params } of reasons) {
    if (code === 'operator.nobody' || code === 'station.locked' || code === 'pin.required') add(next('sign-in', {}));
    if (code.startsWith('device.')) add(next('open-devices', { device: params['device'] ?? null }));
    if (code.startsWith('tag.'))
      add(next('open-devices', { device: facts.catalogue.tag(String(params['tag']))?.device.id ?? null }));
    if (code === 'machine.wrong-state') add(next('open-devices', { device: params['device'] ?? null }));
    const ofServer = order?.source === 'server';
    if (code === 'order.not-released' && !ofServer && params['status'] !== 'closed' && mayEver(facts, 'order.manage'))
      add(next('release-order', { order: params['order'] ?? null }));
    if (code === 'unit.held' && mayEver(facts, 'unit.lift-hold'))
      add(next('lift-hold', { serial: params['serial'] ?? null }));
    if (['unit.held', 'unit.scrapped', 'unit.done', 'operation.previous-not-passed'].includes(code)) {
      const serial = params['serial'];
      if (typeof serial === 'string') add(next('open-unit', { serial }));
    }
    if (code === 'label.missing' || code === 'label.outdated' || code === 'server.not-asked') {
      const serial = reasons.find((r) => typeof r.params['serial'] === 'string')?.params['serial'];
      if (serial !== undefined) add(next('scan-label', { serial }));
    }
    if (code === 'process.signal-open') add(next('open-signal', { signal: params['signal'] ?? null }));
    if ((code === 'gauge.not-checked' || code === 'gauge.check-failed') && mayEver(facts, 'gauge.check'))
      add(next('check-gauge', { gauge: params['gauge'] ?? null }));
    else if (code.startsWith('gauge.') && typeof params['gauge'] === 'string')
      add(next('open-gauge', { gauge: params['gauge'] }));
    if (code === 'unit.contradiction') add(next('open-unit', { serial: params['serial'] ?? null }));
    if (code === 'unit.other-in-work') add(next('continue-open-unit', { serial: params['serial'] ?? null }));
  }
  return [...found.values()];
}
