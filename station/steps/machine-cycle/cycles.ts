/** The machine cycles of this station: begins one when it was asked for, takes up what a restart left, shows the curve. */
import type { Catalogue } from '#domain/catalogue.ts';
import type { StoredEvent } from '#contract/events/index.ts';
import type { TracePoints } from '#contract/rpc/execution.ts';
import { currentRun, isOpen, type Execution } from '#domain/execution/execution.ts';
import { openPlace } from '#domain/execution/decide.ts';
import { cycleOpen, type CyclePhase, type MachineCycleProgress } from '#domain/steps/machine-cycle/kind.ts';
import type { Clock } from '#station/clock.ts';
import type { Dispatch } from '#station/core/dispatch.ts';
import type { CoreStore, DeviceSource, LiveSource, TraceStore } from '#station/core/ports.ts';
import type { Log } from '#station/log.ts';
import { readExecution, readOpenExecution, readStepRun } from '#station/store/projections/aggregates.ts';
import { watching } from '#station/streams/mailbox.ts';
import { Signal } from '#station/streams/signal.ts';
import { joinPoints } from './curve.ts';
import { Cycle, type Doing } from './cycle.ts';
import { MachineLink } from './machine.ts';

export interface CyclesParts {
  readonly store: CoreStore;
  readonly stationId: string;
  readonly catalogue: Catalogue;
  readonly live: LiveSource;
  readonly devices: DeviceSource;
  readonly traces: TraceStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly dispatch: Dispatch;
  readonly changed: () => void;
}

interface Running {
  readonly executionId: string;
  readonly stepId: string;
  readonly cycle: Cycle;
  readonly ended: Promise<void>;
}

export class MachineCycles {
  readonly #parts: CyclesParts;
  readonly #points: Signal<{ readonly executionId: string; readonly stepId: string; readonly points: TracePoints }>;
  /** The running cycle, or the last one: its curve is still looked at. */
  #last: Running | null = null;
  #stopped = false;

  constructor(parts: CyclesParts) {
    this.#parts = parts;
    this.#points = new Signal((error) => parts.log.error({ err: error }, 'a reader of the live curve failed'));
  }

  appended(events: readonly StoredEvent[]): void {
    for (const event of events) {
      if (event.type !== 'machine-cycle.requested') continue;
      const execution = readExecution(this.#parts.store.read, event.body.executionId);
      if (execution !== null) this.#begin(execution, 'requested', false);
    }
  }

  /** After a start of the station: goes on with the cycle that was running, if there is one. */
  resume(): void {
    const execution = readOpenExecution(this.#parts.store.read, this.#parts.stationId);
    const run = execution === null || !isOpen(execution) ? null : currentRun(execution);
    if (execution === null || run === null || run.stepType !== 'machine-cycle' || run.status !== 'current') return;
    const progress = run.progress as MachineCycleProgress;
    if (cycleOpen(progress)) this.#begin(execution, progress.phase, true);
  }

  /** Asks the running cycle of this step to stop. @returns whether there is one. */
  abort(executionId: string, stepId: string): boolean {
    const running = this.#of(executionId, stepId);
    if (running === null || running.cycle.doing === 'ended') return false;
    running.cycle.stop();
    return true;
  }

  /** null: no cycle of this step runs in this program. */
  doing(executionId: string, stepId: string): Doing | null {
    return this.#of(executionId, stepId)?.cycle.doing ?? null;
  }

  /** The whole curve of the step's running or last cycle, then what is added; begins anew with each cycle. */
  trace(
    executionId: string,
    stepId: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<TracePoints, void, undefined> {
    return watching<TracePoints>(
      (box) => {
        const now = this.#whole(executionId, stepId);
        if (now !== null) box.put(now);
        return this.#points.listen((change) => {
          if (change.executionId === executionId && change.stepId === stepId) box.put(change.points);
        });
      },
      signal,
      joinPoints,
      50,
    );
  }

  /** Leaves the machine to itself. Resolves when nothing is said to it any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#last?.cycle.leave();
    await this.#last?.ended;
  }

  #of(executionId: string, stepId: string): Running | null {
    const last = this.#last;
    return last !== null && last.executionId === executionId && last.stepId === stepId ? last : null;
  }

  #whole(executionId: string, stepId: string): TracePoints | null {
    const curve = this.#of(executionId, stepId)?.cycle.curve;
    if (curve) return curve.whole();
    const run = readStepRun(this.#parts.store.read, executionId, stepId);
    const traceId = run?.stepType === 'machine-cycle' ? (run.progress as MachineCycleProgress).traceId : null;
    const kept = traceId === null ? null : this.#parts.traces.getTrace(traceId);
    return kept === null || traceId === null ? null : { traceId, from: 0, x: kept.x, y: kept.y, done: true };
  }

  #begin(execution: Execution, from: CyclePhase, again: boolean): void {
    const { catalogue, devices, dispatch, log, changed } = this.#parts;
    const run = currentRun(execution);
    const progress = run?.progress as MachineCycleProgress | undefined;
    const { executionId } = execution;
    if (this.#stopped || run === null || !progress || progress.cycleId === null) return;
    if (this.#last !== null && this.#last.cycle.doing !== 'ended') {
      log.error({ cycleId: progress.cycleId }, 'a machine cycle was asked for while another one runs');
      return;
    }
    const { cycleId } = progress;
    const place = openPlace(execution, { catalogue });
    const step = place?.step.type === 'machine-cycle' ? place.step : null;
    const device = step === null ? null : catalogue.device(step.device);
    const recipe = step === null ? null : catalogue.recipe(step.recipe, step.recipeRevision);
    if (place === null || step === null || !device?.machine || recipe === null) {
      // Only after a restart with a changed configuration: the rules check all of this before they accept the start.
      log.error({ cycleId, executionId }, 'the configuration of a running machine cycle is gone; its unit can be held');
      return;
    }
    const { stepId, attempt } = run;
    const cycle = new Cycle({
      ...this.#parts,
      link: new MachineLink(device, device.machine, devices),
      recipe,
      step,
      definition: place.definition,
      cycleId,
      report: (action) => dispatch({ type: 'step.act', executionId, stepId, attempt, action, component: null }, null),
      changed,
    });
    cycle.curve?.changed.listen((points) => this.#points.emit({ executionId, stepId, points }));
    const ended = cycle
      .run(from, again)
      .catch((error: unknown) => log.error({ err: error, cycleId }, 'a machine cycle ended with a defect'));
    this.#last = { executionId, stepId, cycle, ended };
    if (cycle.curve !== null) this.#points.emit({ executionId, stepId, points: cycle.curve.whole() });
  }
}
