/** One run of an operation on a unit: start, acts in its steps, retry. */
import type { Operation } from '#contract/config/definition.ts';
import type { ReleasedDefinition } from '#contract/config/index.ts';
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { Reason } from '#contract/refusal.ts';
import type { StepDefinition } from '#contract/steps/index.ts';
import type { ExecutionCommand } from '#domain/commands.ts';
import { accept, next, reason, refuse, type Decision } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { asHappened } from '#domain/happened.ts';
import type { Order } from '#domain/orders/order.ts';
import { stepKind } from '#domain/steps/index.ts';
import { isReport, type StepContext, type StepOutcome } from '#domain/steps/step-type.ts';
import { machineBusy } from '#domain/units/decide.ts';
import { knownReworks, passCounts } from '#domain/units/rework.ts';
import type { Unit } from '#domain/units/unit-state.ts';
import { currentRun, type Execution, type StepRun } from './execution.ts';
import { runCheck, startCheck, whatNow } from './interlocks.ts';
import { allPassed } from './routing.ts';

export interface ExecutionState {
  /** Of the command's serial, or of the open run. */
  readonly unit: Unit | null;
  readonly order: Order | null;
  /** The run that is open at this station now, null when none. */
  readonly open: Execution | null;
}

export function decideExecution(state: ExecutionState, command: ExecutionCommand, facts: Facts): Decision {
  switch (command.type) {
    case 'execution.start':
      return start(state, command.serial, facts);
    case 'execution.follow':
      return follow(state, facts);
    case 'step.act':
      return act(state, command, facts);
    case 'step.retry':
      return retry(state, command, facts);
  }
}

function start(state: ExecutionState, serial: string, facts: Facts): Decision {
  const { unit, open } = state;
  // What is open here is taken up again, whatever stands against its next step: the step says so itself.
  if (open !== null && open.serial === serial) return accept([]);
  const { reasons, met, definition, operation } = startCheck({ ...state, serial }, facts);
  if (reasons.length > 0 || unit === null || definition === null || operation === null)
    return refuse(reasons, { met, next: [...whatNow(reasons, state.order, facts), next('scan-another-unit', {})] });
  const executionId = facts.ids.execution;
  const { id, revision, hash } = definition;
  const first = operation.steps[0];
  return accept([
    event('execution.started', {
      executionId,
      serial,
      orderId: unit.orderId,
      definition: { id, revision, hash },
      operationId: operation.id,
      ...knownReworks(unit.reworks),
    }),
    ...(first === undefined ? [] : [stepStarted(executionId, first, 1)]),
  ]);
}

/**
 * A unit that was held or scrapped elsewhere leaves the work here as it would after a hold put on it here. What its machine
 * is doing is waited for.
 */
function follow({ open, unit }: ExecutionState, facts: Facts): Decision {
  if (open === null || unit === null || (unit.status !== 'held' && unit.status !== 'scrapped')) return accept([]);
  if (machineBusy(open, facts) !== null) return accept([]);
  const { executionId, serial, operationId } = open;
  return accept([event('execution.stopped', { executionId, serial, operationId, cause: unit.status })]);
}

const stepStarted = (executionId: string, { id, type }: StepDefinition, attempt: number): DomainEvent =>
  event('step.started', { executionId, stepId: id, attempt, stepType: type });

/** The open run with everything of the configuration it stands on. */
interface Place {
  readonly execution: Execution;
  readonly unit: Unit;
  readonly definition: ReleasedDefinition;
  readonly operation: Operation;
  readonly step: StepDefinition;
  readonly run: StepRun;
}

/** Where the command wants to act, or why that is not where the run stands now. */
function placeOf(
  { open, unit }: ExecutionState,
  command: Extract<ExecutionCommand, { type: 'step.act' | 'step.retry' }>,
  facts: Facts,
): Place | Reason {
  if (open === null || unit === null) return reason('execution.none-open', {});
  const run = currentRun(open);
  if (
    run === null ||
    open.executionId !== command.executionId ||
    run.stepId !== command.stepId ||
    run.attempt !== command.attempt
  )
    return reason('command.outdated', {});
  const place = openPlace(open, facts);
  if (place === null) {
    const { id, revision } = open.definition;
    return reason('revision.unknown', { definition: id, revision });
  }
  return { execution: open, unit, run, ...place };
}

/** Definition, operation and current step of an open run; null when its definition is gone or was changed since. */
export function openPlace(
  execution: Execution,
  { catalogue }: Pick<Facts, 'catalogue'>,
): { readonly definition: ReleasedDefinition; readonly operation: Operation; readonly step: StepDefinition } | null {
  const definition = catalogue.definitionOf(execution.definition);
  const operation = definition?.operations.find((o) => o.id === execution.operationId);
  const step = operation?.steps.find((s) => s.id === execution.currentStep);
  return definition === null || operation === undefined || step === undefined ? null : { definition, operation, step };
}

/** Interlocks of the current step that are not met now: of the run, and of the step's own devices and tags. */
export function stepFaults(
  state: ExecutionState,
  facts: Facts,
): { readonly reasons: readonly Reason[]; readonly met: ReturnType<typeof runCheck>['met'] } {
  const { open, unit, order } = state;
  const run = open === null ? null : currentRun(open);
  if (open === null || unit === null || run === null) return { reasons: [reason('execution.none-open', {})], met: [] };
  const place = openPlace(open, facts);
  if (place === null) {
    const { id, revision } = open.definition;
    return { reasons: [reason('revision.unknown', { definition: id, revision })], met: [] };
  }
  const { reasons, met } = runCheck(open, place.operation, unit, order, facts);
  const ctx = contextOf({ ...place, execution: open, unit, run }, facts, null);
  return { reasons: [...reasons, ...stepKind(place.step.type).gates(place.step, run.progress, ctx)], met };
}

function contextOf(
  { execution, unit, definition, operation, run }: Place,
  facts: Facts,
  component: StepContext['component'],
): StepContext {
  const { executionId } = execution;
  return {
    facts,
    definition,
    operation,
    unit,
    ref: { executionId, stepId: run.stepId, attempt: run.attempt },
    component,
  };
}

function act(state: ExecutionState, command: Extract<ExecutionCommand, { type: 'step.act' }>, facts: Facts): Decision {
  const place = placeOf(state, command, facts);
  if ('code' in place) return refuse([place]);
  const { step, run } = place;
  const { action } = command;
  if (run.status !== 'current') return refuse([reason('command.outdated', {})]);
  if (action.type !== step.type)
    return refuse([reason('step.action-not-possible', { action: action.do, stepType: step.type })]);
  const kind = stepKind(step.type);
  const ctx = contextOf(place, facts, command.component);
  // Stopping a machine is never refused for want of a badge, and what a machine reports has happened.
  const free = isReport(action) || (action.type === 'machine-cycle' && action.do === 'abort');
  const gates = free ? { reasons: [], met: [] } : stepFaults(state, facts);
  const acted = kind.act(step, run.progress, action, ctx);
  if (gates.reasons.length > 0 || !acted.ok) {
    const reasons = withoutDoubles([...gates.reasons, ...(acted.ok ? [] : acted.reasons)]);
    const byHand = action.type === 'measure' && step.type === 'measure' && step.allowTyped && action.do !== 'type';
    return refuse(reasons, {
      met: gates.met,
      next: [...whatNow(reasons, state.order, facts), ...(byHand ? [next('enter-by-hand', {})] : [])],
    });
  }
  const stamp = { at: facts.now, actor: facts.actor, stationId: facts.station.id };
  const progress = acted.events.reduce((p, e) => kind.evolve(p, asHappened(e, stamp)), run.progress);
  return accept([...acted.events, ...consequences(place, kind.outcome(step, progress, place.definition), facts)]);
}

/** Gates and the act may judge the same device or tag: told once. */
function withoutDoubles(reasons: readonly Reason[]): readonly Reason[] {
  const seen = new Set<string>();
  return reasons.filter(({ code, params }) => {
    const key = `${code} ${JSON.stringify(params)}`;
    return seen.has(key) ? false : (seen.add(key), true);
  });
}

/** What follows from the step's outcome, in the same command: the next step, the end of the run, or failure. */
function consequences(place: Place, outcome: StepOutcome, facts: Facts): readonly DomainEvent[] {
  if (outcome === 'open') return [];
  const { execution, unit, definition, operation, step, run } = place;
  const { executionId, serial } = execution;
  const ref = { executionId, stepId: step.id, attempt: run.attempt };
  if (outcome !== 'passed') return failed(place, outcome.failed, facts);
  const following = operation.steps[operation.steps.indexOf(step) + 1];
  const events: DomainEvent[] = [event('step.passed', ref)];
  if (following !== undefined) return [...events, stepStarted(executionId, following, 1)];
  // What the run knew when it began: an order to do it again that was heard of since is not met by it.
  const knew = execution.reworks === undefined ? {} : { reworks: [...execution.reworks] };
  const changes = facts.bench.setUpsSince(operation.id);
  const setUps = changes.length === 0 ? {} : { setUps: [...changes] };
  events.push(event('execution.passed', { executionId, serial, operationId: operation.id, ...knew, ...setUps }));
  const pass = { operationId: operation.id, stationId: facts.station.id, at: facts.now, ...knew };
  if (!passCounts(pass, unit.reworks) || !allPassed(definition, { passed: [...unit.passed, pass] })) return events;
  const again = unit.completedOnce ? ({ again: true } as const) : {};
  return [...events, event('unit.completed', { serial, orderId: unit.orderId, ...knew, ...again })];
}

/** Of a step that cannot fail: none. */
const retriesOf = (step: StepDefinition): number => ('onFail' in step ? step.onFail.retries : 0);

function failed(place: Place, reasons: readonly Reason[], facts: Facts): readonly DomainEvent[] {
  const { execution, step, run, operation } = place;
  const { executionId, serial } = execution;
  const triesLeft = Math.max(0, retriesOf(step) + 1 - run.attempt);
  const consequence = triesLeft > 0 ? 'retry' : 'hold';
  const ref = { executionId, stepId: step.id, attempt: run.attempt };
  const fail = event('step.failed', { ...ref, reasons: [...reasons], consequence, triesLeft });
  if (consequence === 'retry') return [fail];
  return [
    fail,
    event('unit.held', {
      serial,
      holdId: facts.ids.hold,
      // No language has a place in a fact: whoever shows it takes the step's title and the reasons.
      reason: '',
      executionId,
      stepId: step.id,
      reasons: [...reasons],
    }),
    event('execution.stopped', { executionId, serial, operationId: operation.id, cause: 'held' }),
  ];
}

function retry(
  state: ExecutionState,
  command: Extract<ExecutionCommand, { type: 'step.retry' }>,
  facts: Facts,
): Decision {
  const place = placeOf(state, command, facts);
  if ('code' in place) return refuse([place]);
  const { execution, step, run, operation, unit } = place;
  if (execution.status !== 'failed') return refuse([reason('execution.not-failed', {})]);
  const { reasons, met } = runCheck(execution, operation, unit, state.order, facts);
  const spent = run.attempt > retriesOf(step) ? [reason('step.retries-used-up', { attempts: run.attempt })] : [];
  if (reasons.length + spent.length > 0)
    return refuse([...reasons, ...spent], { met, next: whatNow(reasons, state.order, facts) });
  return accept([stepStarted(execution.executionId, step, run.attempt + 1)]);
}
