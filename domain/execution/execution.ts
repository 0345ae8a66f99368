/** One run of an operation on a unit, folded from its events. */
import type { DefinitionRef } from '#contract/events/shared.ts';
import type { Reason } from '#contract/refusal.ts';
import type { Happened } from '#domain/happened.ts';
import { knownStepKind } from '#domain/steps/index.ts';

export type ExecutionStatus = 'running' | 'failed' | 'passed' | 'stopped';

export interface StepRun {
  readonly stepId: string;
  readonly stepType: string;
  readonly attempt: number;
  readonly status: 'current' | 'passed' | 'failed';
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** Of the newest attempt; its shape is the step type's. */
  readonly progress: unknown;
}
export interface Failure {
  readonly stepId: string;
  readonly attempt: number;
  readonly reasons: readonly Reason[];
  readonly consequence: 'retry' | 'hold';
  readonly triesLeft: number;
  readonly at: number;
}
/** The run without its steps' progress: small, whatever was recorded. */
export interface ExecutionHead {
  readonly executionId: string;
  readonly serial: string;
  readonly orderId: string;
  readonly definition: DefinitionRef;
  readonly operationId: string;
  readonly stationId: string;
  readonly status: ExecutionStatus;
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** Step that is worked on, or that failed last. */
  readonly currentStep: string | null;
  readonly failure: Failure | null;
  readonly stopCause: 'held' | 'scrapped' | 'given-up' | null;
  /** Rework orders of the unit that were known when it began; left out: none. */
  readonly reworks?: readonly string[] | undefined;
}
export interface Execution extends ExecutionHead {
  readonly steps: Readonly<Record<string, StepRun>>;
}

type StatusEvent = 'step.started' | 'step.passed' | 'step.failed' | 'execution.passed' | 'execution.stopped';

/** `never`: no decider makes this. `failed` after a step that holds the unit lasts until `execution.stopped` of the same command. */
const transitions = {
  running: {
    'step.started': 'running',
    'step.passed': 'running',
    'step.failed': 'failed',
    'execution.passed': 'passed',
    'execution.stopped': 'stopped',
  },
  failed: {
    'step.started': 'running',
    'step.passed': 'never',
    'step.failed': 'never',
    'execution.passed': 'never',
    'execution.stopped': 'stopped',
  },
  passed: {
    'step.started': 'never',
    'step.passed': 'never',
    'step.failed': 'never',
    'execution.passed': 'never',
    'execution.stopped': 'never',
  },
  stopped: {
    'step.started': 'never',
    'step.passed': 'never',
    'step.failed': 'never',
    'execution.passed': 'never',
    'execution.stopped': 'never',
  },
} as const satisfies Record<ExecutionStatus, Record<StatusEvent, ExecutionStatus | 'never'>>;

export const isOpen = (execution: ExecutionHead): boolean =>
  ({ running: true, failed: true, passed: false, stopped: false })[execution.status];

/** The step that is worked on or failed last. */
export const currentRun = (execution: Execution): StepRun | null =>
  execution.currentStep === null ? null : (execution.steps[execution.currentStep] ?? null);

/** Only what an event changes gets a new identity: the read model writes only that. */
export function evolveExecution(execution: Execution | null, event: Happened): Execution | null {
  if (event.type === 'execution.started') return execution ?? started(event.body, event);
  if (execution === null) return null;
  switch (event.type) {
    case 'step.started': {
      const { stepId, attempt, stepType } = event.body;
      return moved(execution, event.type, () => ({
        currentStep: stepId,
        failure: null,
        steps: {
          ...execution.steps,
          [stepId]: {
            stepId,
            stepType,
            attempt,
            status: 'current',
            startedAt: event.at,
            endedAt: null,
            progress: knownStepKind(stepType)?.initial() ?? null,
          },
        },
      }));
    }
    case 'step.passed':
    case 'step.failed': {
      const run = execution.steps[event.body.stepId];
      if (run === undefined || run.attempt !== event.body.attempt || run.status !== 'current') return execution;
      const status = event.type === 'step.passed' ? 'passed' : 'failed';
      const steps = { ...execution.steps, [run.stepId]: { ...run, status, endedAt: event.at } as const };
      if (event.type === 'step.passed') return moved(execution, event.type, () => ({ steps }));
      const { stepId, attempt, reasons, consequence, triesLeft } = event.body;
      const failure: Failure = { stepId, attempt, reasons, consequence, triesLeft, at: event.at };
      return moved(execution, event.type, () => ({ steps, failure }));
    }
    case 'execution.passed':
      return moved(execution, event.type, () => ({ endedAt: event.at, currentStep: null }));
    case 'execution.stopped':
      return moved(execution, event.type, () => ({ endedAt: event.at, stopCause: event.body.cause }));
    default:
      return progressed(execution, event);
  }
}

function progressed(execution: Execution, event: Happened): Execution {
  const body: Readonly<Record<string, unknown>> = event.body;
  const run = typeof body['stepId'] === 'string' ? execution.steps[body['stepId']] : undefined;
  if (run === undefined || run.attempt !== body['attempt'] || run.status !== 'current') return execution;
  const kind = knownStepKind(run.stepType);
  if (kind === null) return execution;
  const progress = kind.evolve(run.progress, event);
  return progress === run.progress
    ? execution
    : { ...execution, steps: { ...execution.steps, [run.stepId]: { ...run, progress } } };
}

function started(body: Extract<Happened, { type: 'execution.started' }>['body'], event: Happened): Execution {
  return {
    ...body,
    stationId: event.stationId,
    status: 'running',
    startedAt: event.at,
    endedAt: null,
    currentStep: null,
    failure: null,
    stopCause: null,
    steps: {},
  };
}

function moved(execution: Execution, type: StatusEvent, change: () => Partial<Execution>): Execution {
  const status: ExecutionStatus | 'never' = transitions[execution.status][type];
  // An impossible fact in the log is not a reason to lose the ones after it: it changes nothing here.
  return status === 'never' ? execution : { ...execution, ...change(), status };
}
