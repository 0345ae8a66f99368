/** Work on units at this station: starts, acts, the screen's view, machine cycles and gauge pushes. */
import type { Station } from '#contract/config/plant.ts';
import type { Outcome, Refusal } from '#contract/refusal.ts';
import type { CharacteristicSeries, ExecutionView, TracePoints } from '#contract/rpc/execution.ts';
import type { StepAction } from '#contract/steps/index.ts';
import type { Facts } from '#domain/facts.ts';
import { unitFaults } from '#domain/units/decide.ts';
import { whatNow } from '#domain/execution/interlocks.ts';
import { startOfLocalHour } from '#domain/people/local-day.ts';
import type { Clock } from '#station/clock.ts';
import type { Dispatch } from '#station/core/dispatch.ts';
import type { LiveCatalogue } from '#station/core/live-catalogue.ts';
import type { CommandValue } from '#station/core/outcomes.ts';
import type {
  CoreStore,
  DeviceSource,
  Ids,
  LiveSource,
  ParseComponent,
  ServerParts,
  TraceStore,
} from '#station/core/ports.ts';
import type { Log } from '#station/log.ts';
import { readOpenExecution, readUnit } from '#station/store/projections/aggregates.ts';
import { MachineCycles } from '#station/steps/machine-cycle/cycles.ts';
import { watchPushes, type Push, type PushClaim } from '#station/steps/measure/pushes.ts';
import type { Signal } from '#station/streams/signal.ts';
import { Screen } from './screen.ts';
import { characteristicSeries } from './series.ts';
import { executionView, liveReasons } from './view.ts';
import { executionChanges, type Changes } from './watch.ts';

export interface ExecutionParts {
  readonly store: CoreStore;
  readonly station: Station;
  readonly stationId: string;
  readonly catalogue: LiveCatalogue;
  readonly server: ServerParts;
  readonly live: LiveSource;
  readonly devices: DeviceSource;
  readonly traces: TraceStore;
  readonly parseComponent: ParseComponent;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly dispatch: Dispatch;
  readonly facts: () => Facts;
}

export interface ActPlace {
  readonly executionId: string;
  readonly stepId: string;
  readonly attempt: number;
  readonly action: StepAction;
}

export interface ExecutionFeature {
  readonly changes: Changes;
  readonly pushed: Signal<Push>;
  /** Pushes go to the first who claims them, the newest asked first, and only then to the open step. */
  claimPushes(claim: PushClaim): void;
  view(): ExecutionView;
  /** A refusal also becomes the page. */
  start(serial: string, commandId: string): Outcome<CommandValue>;
  act(place: ActPlace, commandId: string): Outcome<CommandValue>;
  /** Makes a refusal the page, for that serial. */
  refuse(serial: string, refusal: Refusal): void;
  dismiss(): void;
  trace(
    executionId: string,
    stepId: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<TracePoints, void, undefined>;
  series(definitionId: string, characteristicId: string, limit: number): CharacteristicSeries | null;
  resume(): void;
  stop(): Promise<void>;
}

export function createExecution(parts: ExecutionParts): ExecutionFeature {
  const { store, catalogue, devices, clock, log, dispatch, facts, parseComponent } = parts;
  const { read } = store;
  const screen = new Screen();
  const changes = executionChanges({
    clock,
    devices,
    onError: (error) => log.error({ err: error }, 'a reader of the work screen failed'),
    make: (revision) =>
      executionView(revision, {
        read,
        facts: facts(),
        page: screen.page,
        refusedPush: screen.refusedPush,
        devices,
        doing: (executionId, stepId) => cycles.doing(executionId, stepId),
      }),
    blocked: () => liveReasons({ read, facts: facts() }),
    hour: () => startOfLocalHour(clock.now(), catalogue.plant.timeZone),
  });
  const cycles = new MachineCycles({ ...parts, changed: () => changes.changed() });
  const { pushed, claim: claimPushes, stop: stopPushes } = watchPushes(parts);
  pushed.listen((push) => {
    screen.pushed(push);
    if (push.refusal !== null) changes.changed();
  });
  /** A unit held or scrapped elsewhere leaves the work here; the page then says why. */
  function follow(): void {
    const open = readOpenExecution(read, parts.stationId);
    const unit = open === null ? null : readUnit(read, open.serial);
    if (open === null || unit === null || (unit.status !== 'held' && unit.status !== 'scrapped')) return;
    const outcome = dispatch({ type: 'execution.follow' }, null);
    if (!outcome.ok || readOpenExecution(read, parts.stationId) !== null) return;
    const reasons = unitFaults(unit, { catalogue });
    const next = whatNow(reasons, null, facts());
    screen.refused(unit.serial, { command: 'execution.follow', at: clock.now(), reasons, met: [], next });
    changes.changed();
  }
  const stops = [
    store.onAppended.listen((events) => {
      screen.appended(events);
      cycles.appended(events);
      changes.changed();
      if (events.some(({ type }) => type.startsWith('machine-cycle.'))) follow();
    }),
    parts.server.documents.onStored((changed) => {
      if (!changed.some(({ kind }) => kind === 'passport' || kind === 'case' || kind === 'gauge')) return;
      changes.changed();
      follow();
    }),
    catalogue.changed.listen(() => changes.changed()),
  ];

  return {
    changes,
    pushed,
    claimPushes,
    view: () => changes.view(),
    start(serial, commandId) {
      const outcome = dispatch({ type: 'execution.start', serial }, commandId);
      if (outcome.ok) screen.dismiss();
      else screen.refused(serial, outcome.refusal);
      changes.changed();
      return outcome;
    },
    act(place, commandId) {
      const { action, executionId, stepId } = place;
      const component = action.type === 'scan-component' ? parseComponent(action.code) : null;
      const outcome = dispatch({ type: 'step.act', ...place, component }, commandId);
      if (outcome.ok && action.type === 'machine-cycle' && action.do === 'abort') cycles.abort(executionId, stepId);
      return outcome;
    },
    refuse(serial, refusal) {
      screen.refused(serial, refusal);
      changes.changed();
    },
    dismiss() {
      screen.dismiss();
      changes.changed();
    },
    trace: (executionId, stepId, signal) => cycles.trace(executionId, stepId, signal),
    series: (definitionId, characteristicId, limit) =>
      characteristicSeries(read, catalogue, definitionId, characteristicId, limit),
    resume() {
      cycles.resume();
      follow();
    },
    async stop() {
      for (const stop of stops) stop();
      stopPushes();
      changes.stop();
      await cycles.stop();
    },
  };
}
