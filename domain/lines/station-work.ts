/** What a station is doing, folded from its own log in order: for the board of the plant view. */
import type { StationWork } from '#contract/plant/lines.ts';
import type { Happened } from '#domain/happened.ts';

export interface WorkState {
  readonly work: Exclude<StationWork, 'unknown'>;
  /** Since when, UTC ms by the station's clock. */
  readonly since: number;
  readonly person: { readonly id: string; readonly name: string } | null;
  readonly unit: {
    readonly serial: string;
    readonly orderId: string;
    readonly operationId: string;
    readonly executionId: string;
    readonly definitionId: string;
    readonly revision: string;
  } | null;
  readonly locked: boolean;
  readonly stopped: boolean;
  readonly failed: boolean;
}

export const atRest: WorkState = {
  work: 'waiting',
  since: 0,
  person: null,
  unit: null,
  locked: false,
  stopped: false,
  failed: false,
};

/** A stopped program says nothing of the rest; a failed step wants a person even when the screen is locked. */
function workOf({ stopped, failed, locked, unit }: WorkState): WorkState['work'] {
  if (stopped) return 'stopped';
  if (failed) return 'failed';
  if (locked) return 'locked';
  return unit === null ? 'waiting' : 'in-work';
}

/** @returns the same object when the event says nothing about the station's work. */
export function evolveWork(state: WorkState, event: Happened): WorkState {
  const change = changeOf(state, event);
  if (change === null) return state;
  const next = { ...state, ...change };
  const work = workOf(next);
  return { ...next, work, since: work === state.work && state.since !== 0 ? state.since : event.at };
}

function changeOf(state: WorkState, event: Happened): Partial<WorkState> | null {
  switch (event.type) {
    case 'station.started':
      // Whoever was signed in is not any more; a run that was open is still open.
      return { stopped: false, locked: false, person: null };
    case 'station.stopped':
      return { stopped: true, person: null };
    case 'station.locked':
      return { locked: true };
    case 'operator.signed-in':
      return { locked: false, person: { id: event.body.personId, name: event.body.name } };
    case 'operator.signed-out':
      return { person: null };
    case 'execution.started': {
      const { serial, orderId, operationId, executionId, definition } = event.body;
      const unit = {
        serial,
        orderId,
        operationId,
        executionId,
        definitionId: definition.id,
        revision: definition.revision,
      };
      return { unit, failed: false, stopped: false };
    }
    case 'step.failed':
      return state.unit?.executionId === event.body.executionId ? { failed: true } : null;
    case 'step.started':
      return state.failed && state.unit?.executionId === event.body.executionId ? { failed: false } : null;
    case 'execution.passed':
    case 'execution.stopped':
      return state.unit?.executionId === event.body.executionId ? { unit: null, failed: false } : null;
    default:
      return null;
  }
}
