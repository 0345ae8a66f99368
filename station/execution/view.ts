/** The work screen as the station sees it (contract/rpc/execution). Made anew at each change; nothing in it is kept elsewhere. */
import type { Operation } from '#contract/config/definition.ts';
import type { ReleasedDefinition } from '#contract/config/index.ts';
import type { Localized } from '#contract/config/text.ts';
import type { ExecutionView, RefusedPush, StepRow, WorkPace } from '#contract/rpc/execution.ts';
import type { Reason, Refusal } from '#contract/refusal.ts';
import { openPlace, stepFaults } from '#domain/execution/decide.ts';
import { currentRun, isOpen, type Execution, type StepRun } from '#domain/execution/execution.ts';
import { paceAt } from '#domain/execution/pace-at.ts';
import { paceNow } from '#domain/execution/pace.ts';
import { meantOperation, readyOperations } from '#domain/execution/routing.ts';
import type { Facts } from '#domain/facts.ts';
import { startOfLocalHour } from '#domain/people/local-day.ts';
import { stepKind } from '#domain/steps/index.ts';
import { gaugeFaults } from '#domain/steps/measure/kind.ts';
import { reason } from '#domain/decision.ts';
import { defectText } from '#domain/nonconformances/defects.ts';
import { standingOf } from '#domain/nonconformances/nonconformance.ts';
import { reworkOf } from '#domain/units/rework.ts';
import type { Unit } from '#domain/units/unit-state.ts';
import type { DeviceSource } from '#station/core/ports.ts';
import { readExecution, readOpenExecution, readOrder, readUnit } from '#station/store/projections/aggregates.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import type { Doing } from '#station/steps/machine-cycle/cycle.ts';
import type { Push } from '#station/steps/measure/pushes.ts';
import { stepState } from '#station/steps/view.ts';
import type { Page } from './screen.ts';

export interface ViewSources {
  readonly read: ReadModelReader;
  readonly facts: Facts;
  readonly page: Page;
  readonly refusedPush: Push | null;
  readonly devices: Pick<DeviceSource, 'pushes'>;
  doing(executionId: string, stepId: string): Doing | null;
}

const untitled = (id: string): Localized => ({ en: id, de: id });

export function executionView(revision: number, sources: ViewSources): ExecutionView {
  const view = viewOf(revision, sources);
  const pace = paceOf(view, sources.facts);
  return { ...view, pace, thisHour: thisHour(view, pace, sources) };
}

function viewOf(revision: number, sources: ViewSources): ExecutionView {
  const { read, facts, page } = sources;
  const base = emptyView(revision, sources);
  const shown =
    page.kind === 'passed' || page.kind === 'held'
      ? readExecution(read, page.executionId)
      : readOpenExecution(read, facts.station.id);
  if (page.kind === 'refused') return { ...base, ...refusedPart(page.serial, page.refusal, sources) };
  if (shown === null) return base;
  const unit = readUnit(read, shown.serial);
  if (unit === null) return base;
  const common = { ...base, ...runPart(shown, unit, sources) };
  if (page.kind === 'passed')
    return { ...common, mode: 'passed', finished: finishedPart(shown, unit, page.unitDone, facts) };
  if (shown.status === 'failed' || page.kind === 'held') return { ...common, mode: 'failed', failure: shown.failure };
  const step = stepPart(shown, unit, sources);
  if (step !== null) return { ...common, mode: 'step', step };
  // The definition of the open run is gone or was changed: only holding or scrapping the unit leads on.
  const { id, revision: of } = shown.definition;
  const refusal: Refusal = {
    command: 'step.act',
    at: facts.now,
    reasons: [reason('revision.unknown', { definition: id, revision: of })],
    met: [],
    next: [{ code: 'open-unit', params: { serial: unit.serial } }],
  };
  return { ...common, mode: 'refused', refusal };
}

/** What of the open step changes without a fact: its interlocks, and a gauge that is not there although it need not be. */
export function liveReasons({ read, facts }: Pick<ViewSources, 'read' | 'facts'>): readonly Reason[] {
  const open = readOpenExecution(read, facts.station.id);
  const unit = open === null ? null : readUnit(read, open.serial);
  if (open === null || unit === null) return [];
  const step = openPlace(open, facts)?.step;
  return [
    ...stepFaults({ open, unit, order: readOrder(read, unit.orderId) }, facts).reasons,
    ...(step?.type === 'measure' ? gaugeFaults(step, facts) : []),
  ];
}

const dayMs = 86_400_000;

function paceOf({ operation }: ExecutionView, { catalogue, station, now }: Facts): WorkPace | null {
  const taktMs = operation?.taktMs ?? null;
  if (operation === null || taktMs === null) return null;
  const { startedAt } = operation;
  return paceAt(taktMs, station.id, catalogue, now, startedAt === null ? null : Math.max(startedAt, now - dayMs));
}

/** Runs that passed at this station since the full hour: those of the shown operation beside its takt, else all. */
function thisHour(
  { definition, operation }: ExecutionView,
  pace: WorkPace | null,
  { read, facts }: ViewSources,
): ExecutionView['thisHour'] {
  const since = startOfLocalHour(facts.now, facts.catalogue.plant.timeZone);
  const passed = read.all<{ operation: string; definition: string }>(
    `SELECT json_extract(state, '$.operationId') AS operation, json_extract(state, '$.definition.id') AS definition
     FROM execution WHERE status = 'passed' AND ended_at >= ? AND station_id = ?`,
    since,
    facts.station.id,
  );
  if (definition === null || operation === null) return { passed: passed.length, target: null };
  return {
    passed: passed.filter((run) => run.operation === operation.id && run.definition === definition.id).length,
    target: pace === null ? null : paceNow(pace, null, 0, facts.now).target,
  };
}

function emptyView(revision: number, sources: ViewSources): ExecutionView {
  const { facts } = sources;
  const { catalogue, station } = facts;
  return {
    revision,
    mode: 'no-unit',
    unit: null,
    order: null,
    definition: null,
    definitionChanged: null,
    operation: null,
    rework: null,
    executionId: null,
    steps: [],
    step: null,
    failure: null,
    refusal: null,
    finished: null,
    thisHour: { passed: 0, target: null },
    pace: null,
    panel: station.panel.flatMap((tagId) => {
      const found = catalogue.tag(tagId);
      if (found === null) return [];
      const { tag, device } = found;
      const { title, unit, decimals } = tag;
      return [{ tagId, title, unit, decimals, deviceId: device.id, deviceTitle: device.title }];
    }),
  };
}

const operationOf = (execution: Execution, { catalogue }: Facts): Operation | null =>
  catalogue.definitionOf(execution.definition)?.operations.find((o) => o.id === execution.operationId) ?? null;

function reworkPart(unit: Unit, operationId: string): ExecutionView['rework'] {
  const orders = reworkOf(unit, { id: operationId });
  const last = orders.at(-1);
  // What comes after what was ordered is ended too, and may not have been begun yet: that is no rework.
  const again =
    orders.some(({ operations }) => operations.includes(operationId)) || (unit.attempts[operationId] ?? 0) > 1;
  return last === undefined || !again ? null : { count: orders.length, nonconformanceId: last.nonconformanceId };
}

type UnitPart = Pick<ExecutionView, 'unit' | 'order' | 'definition'>;

function unitPart(unit: Unit, { read, facts }: ViewSources): UnitPart {
  const { catalogue } = facts;
  const order = readOrder(read, unit.orderId);
  const definition = catalogue.definition(unit.definitionId, unit.revision);
  return {
    unit: {
      serial: unit.serial,
      material: {
        id: unit.materialId,
        title: catalogue.material(unit.materialId)?.title ?? untitled(unit.materialId),
      },
      nonconformances: facts.nonconformances
        .on(unit.serial)
        .filter((nc) => standingOf(nc).status !== 'closed')
        .map((nc) => ({
          nonconformanceId: nc.nonconformanceId,
          title: defectText(nc.recorded.defectId, catalogue),
        })),
      concessions: unit.concessions.map(({ number, defectText: title }) => ({ number, title })),
    },
    order:
      order === null ? null : { orderId: order.orderId, quantity: order.quantity, done: order.unitsDone, target: null },
    definition: {
      id: unit.definitionId,
      revision: unit.revision,
      title: definition?.title ?? untitled(unit.definitionId),
    },
  };
}

function runPart(execution: Execution, unit: Unit, sources: ViewSources): Partial<ExecutionView> {
  const operation = operationOf(execution, sources.facts);
  return {
    ...unitPart(unit, sources),
    rework: reworkPart(unit, execution.operationId),
    definitionChanged: isOpen(execution) ? definitionChanged(execution, sources.facts) : null,
    operation: {
      id: execution.operationId,
      title: operation?.title ?? untitled(execution.operationId),
      taktMs: operation?.taktMs ?? null,
      startedAt: execution.startedAt,
    },
    executionId: execution.executionId,
    steps: operation === null ? [] : stepRows(operation, execution, sources.facts),
  };
}

function definitionChanged(
  { definition: { id, revision, hash } }: Execution,
  { catalogue }: Facts,
): ExecutionView['definitionChanged'] {
  const now = catalogue.definition(id, revision);
  if (now?.status !== 'released') return 'withdrawn';
  return now.hash === hash ? null : 'replaced';
}

function stepRows(operation: Operation, execution: Execution, { catalogue }: Facts): readonly StepRow[] {
  const definition = catalogue.definitionOf(execution.definition);
  return operation.steps.map((step) => {
    const run = execution.steps[step.id];
    const known = run !== undefined && run.stepType === step.type && definition !== null;
    return {
      id: step.id,
      type: step.type,
      title: step.title,
      status: run?.status ?? 'open',
      attempt: run?.attempt ?? 0,
      summary: known ? stepKind(step.type).summary(step, run.progress, definition) : null,
      durationMs: run === undefined || run.endedAt === null ? null : Math.max(0, run.endedAt - run.startedAt),
    };
  });
}

function stepPart(execution: Execution, unit: Unit, sources: ViewSources): ExecutionView['step'] {
  const { read, facts, devices } = sources;
  const place = openPlace(execution, facts);
  const run: StepRun | null = currentRun(execution);
  if (place === null || run === null || !isOpen(execution) || run.stepType !== place.step.type) return null;
  const { definition, operation, step } = place;
  const doing = sources.doing(execution.executionId, step.id);
  const order = readOrder(read, unit.orderId);
  return {
    definition: step,
    index: operation.steps.indexOf(step),
    attempt: run.attempt,
    startedAt: run.startedAt,
    state: stepState(step, run.progress, { facts, definition, operation, devices, doing }),
    blocked: stepFaults({ open: execution, unit, order }, facts).reasons,
    judgedAt: facts.now,
    refusedPush: refusedPush(sources),
    imageUrl: imageUrl(definition, step.image),
  };
}

function refusedPush({ refusedPush: push, facts }: ViewSources): RefusedPush | null {
  const found = push === null ? null : facts.catalogue.tag(push.tagId);
  if (push === null || push.refusal === null || found === null) return null;
  const { at, value, unit, refusal } = push;
  return { at, value, unit, deviceTitle: found.device.title, decimals: found.tag.decimals, reasons: refusal.reasons };
}

/** Served by the host from the kept definition's folder (station/web). */
const imageUrl = ({ hash }: ReleasedDefinition, image: string | undefined): string | null =>
  image === undefined ? null : `/definition-images/${[hash, ...image.split('/')].map(encodeURIComponent).join('/')}`;

function refusedPart(serial: string, refusal: Refusal, sources: ViewSources): Partial<ExecutionView> {
  const { read, facts } = sources;
  const unit = readUnit(read, serial);
  if (unit === null) return { mode: 'refused', refusal };
  const definition = facts.catalogue.definition(unit.definitionId, unit.revision);
  const meant = definition === null ? null : meantOperation(definition, unit, facts.station.id);
  return {
    mode: 'refused',
    refusal,
    ...unitPart(unit, sources),
    operation:
      meant === null ? null : { id: meant.id, title: meant.title, taktMs: meant.taktMs ?? null, startedAt: null },
    // The list of what would come, so that the page shows what was not started.
    steps: (meant?.steps ?? []).map(({ id, type, title }) => ({
      id,
      type,
      title,
      status: 'open',
      attempt: 0,
      summary: null,
      durationMs: null,
    })),
  };
}

function finishedPart(
  execution: Execution,
  unit: Unit,
  unitDone: boolean,
  { catalogue, now }: Facts,
): NonNullable<ExecutionView['finished']> {
  const definition = catalogue.definition(unit.definitionId, unit.revision);
  const held = unit.holds.filter(({ liftedAt }) => liftedAt === null).flatMap(({ reasons }) => reasons);
  const following =
    definition === null || unitDone || held.length > 0 ? undefined : readyOperations(definition, unit)[0];
  const endedAt = execution.endedAt ?? now;
  return {
    serial: unit.serial,
    operationId: execution.operationId,
    unitDone,
    held,
    nextOperation:
      following === undefined ? null : { id: following.id, title: following.title, stations: following.stations },
    at: endedAt,
    durationMs: Math.max(0, endedAt - execution.startedAt),
  };
}
