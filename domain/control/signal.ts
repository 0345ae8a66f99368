/**
 * A signal and what was done about it: a join of what its log and the server told (docs/server.md). Steps by their id and the
 * closing are set once, the earliest counts; nobody has to hear of things in order.
 */
import type { SignalBody } from '#contract/sync/down.ts';
import type { Happened } from '#domain/happened.ts';

export const signalEvents = ['signal.raised', 'reaction.step-done', 'signal.closed'] as const;

/** What is known of a signal, also of one whose raising was not heard of yet. */
export interface SignalPart {
  readonly signalId: string;
  readonly raised: SignalBody['raised'] | null;
  readonly steps: SignalBody['steps'];
  readonly closed: SignalBody['closed'];
}
export type { SignalBody };

export const noSignal = (signalId: string): SignalPart => ({ signalId, raised: null, steps: [], closed: null });

export function evolveSignal(part: SignalPart | null, event: Happened): SignalPart | null {
  switch (event.type) {
    case 'signal.raised': {
      const { signalId, ...raised } = event.body;
      const before = part ?? noSignal(signalId);
      const { at, stationId } = event;
      return joinSignals(before, { ...noSignal(signalId), raised: { ...raised, at, stationId } });
    }
    case 'reaction.step-done': {
      const { signalId, stepId } = event.body;
      const step = { stepId, at: event.at, by: event.actor, stationId: event.stationId };
      return joinSignals(part ?? noSignal(signalId), { ...noSignal(signalId), steps: [step] });
    }
    case 'signal.closed': {
      const { signalId, causeId, note, elsewhere } = event.body;
      const where = elsewhere ?? { at: event.at, by: event.actor, stationId: event.stationId };
      const closed = { causeId, note, ...where };
      return joinSignals(part ?? noSignal(signalId), { ...noSignal(signalId), closed });
    }
    default:
      return part;
  }
}

interface Told {
  readonly at: number;
  readonly stationId: string;
}
/** Of two who tell the same: the earlier, whichever came first. */
const earlier = (a: Told, b: Told): number => a.at - b.at || (a.stationId < b.stationId ? -1 : 1);

function firstOf<T extends Told>(a: T | null, b: T | null): T | null {
  if (a === null || b === null) return a ?? b;
  return earlier(a, b) <= 0 ? a : b;
}

export function joinSignals(a: SignalPart, b: SignalPart): SignalPart {
  const steps = new Map<string, SignalPart['steps'][number]>();
  for (const step of [...a.steps, ...b.steps])
    steps.set(step.stepId, firstOf(steps.get(step.stepId) ?? null, step) ?? step);
  const raised =
    a.raised === null || b.raised === null
      ? (a.raised ?? b.raised)
      : { ...a.raised, suspects: [...new Set([...a.raised.suspects, ...b.raised.suspects])] };
  return {
    signalId: a.signalId,
    raised,
    steps: [...steps.values()].sort((x, y) => earlier(x, y) || (x.stepId < y.stepId ? -1 : 1)),
    closed: firstOf(a.closed, b.closed),
  };
}

/** A signal of which everything is known that acting on it needs. */
export interface Signal extends SignalPart {
  readonly raised: NonNullable<SignalPart['raised']>;
}
export const isRaised = (part: SignalPart | null): part is Signal => part !== null && part.raised !== null;
export const isSignalOpen = (part: SignalPart): boolean => part.raised !== null && part.closed === null;

/** Steps of the reaction that are still to be done, in order. */
export const openSteps = ({ raised, steps }: Signal): readonly string[] =>
  raised.reaction.steps.filter((id) => !steps.some(({ stepId }) => stepId === id));

/** A hold of a signal on a unit, the same whoever puts it on: two who do it at once have done it once. */
export const signalHoldId = (signalId: string, serial: string): string => `${signalId}/${serial}`;
