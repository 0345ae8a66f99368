/** Work on units at this station: starts, acts, the screen's view, machine cycles and gauge pushes. */
import type { Station } from '#contract/config/plant.ts';
import type { Outcome } from '#contract/refusal.ts';
import type { CharacteristicSeries, ExecutionView, TracePoints } from '#contract/rpc/execution.ts';
import type { StepAction } from '#contract/steps/index.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import type { Facts } from '#domain/facts.ts';
import { startOfLocalHour } from '#domain/people/local-day.ts';
import type { Clock } from '#station/clock.ts';
import type { Dispatch } from '#station/core/dispatch.ts';
import type { CommandValue } from '#station/core/outcomes.ts';
import type { CoreStore, DeviceSource, Ids, LiveSource, ParseComponent, TraceStore } from '#station/core/ports.ts';
import type { Log } from '#station/log.ts';
import { MachineCycles } from '#station/steps/machine-cycle/cycles.ts';
import { watchPushes, type Push } from '#station/steps/measure/pushes.ts';
import type { Signal } from '#station/streams/signal.ts';
import { Screen } from './screen.ts';
import { characteristicSeries } from './series.ts';
import { executionView, liveReasons } from './view.ts';
import { executionChanges, type Changes } from './watch.ts';

export interface ExecutionParts {
  readonly store: CoreStore;
  readonly station: Station;
  readonly stationId: string;
  readonly catalogue: Catalogue;
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
  view(): ExecutionView;
  /** A refusal also becomes the page. */
  start(serial: string, commandId: string): Outcome<CommandValue>;
  act(place: ActPlace, commandId: string): Outcome<CommandValue>;
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
  const { pushed, stop: stopPushes } = watchPushes(parts);
  pushed.listen((push) => {
    screen.pushed(push);
    if (push.refusal !== null) changes.changed();
  });
  const unlisten = store.onAppended.listen((events) => {
    screen.appended(events);
    cycles.appended(events);
    changes.changed();
  });

  return {
    changes,
    pushed,
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
    dismiss() {
      screen.dismiss();
      changes.changed();
    },
    trace: (executionId, stepId, signal) => cycles.trace(executionId, stepId, signal),
    series: (definitionId, characteristicId, limit) =>
      characteristicSeries(read, catalogue, definitionId, characteristicId, limit),
    resume: () => cycles.resume(),
    async stop() {
      unlisten();
      stopPushes();
      changes.stop();
      await cycles.stop();
    },
  };
}
