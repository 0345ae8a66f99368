/** Which machine of a line made the others stand: the one whose own stop came before theirs (blocked, starved). */
import type { MachineState } from '#contract/machine-state.ts';
import { stands } from './standing.ts';

export interface LineMachine {
  readonly machineId: string;
  /** Oldest first, without gap; `endAt` null: under way. null: what it does is told elsewhere and not known here. */
  readonly slices: readonly Slice[] | null;
}

interface Slice {
  readonly beganAt: number;
  readonly endAt: number | null;
  readonly state: MachineState;
  readonly alarm: string | null;
}

export interface RootCause {
  /** The machine that stands of its own. */
  readonly machineId: string;
  readonly state: MachineState;
  readonly alarm: string | null;
  readonly from: number;
  /** null: it still stands. */
  readonly to: number | null;
}

export interface WaitingMachine {
  readonly machineId: string;
  readonly state: 'blocked' | 'starved';
  readonly from: number;
  /**
   * null: no machine stands, nor stood shortly before, on that side: the cause is outside of what is watched. `over`: it works
   * again, and what is between them has yet to follow.
   */
  readonly root: (RootCause & { readonly over: boolean }) | null;
  /** The search came to a machine that is not known here: the root is behind it, or there is none. */
  readonly askElsewhere: boolean;
}

/** Neither waiting for a neighbour nor working nor unknown. */
const isOwn = (state: MachineState): boolean => stands(state) && state !== 'blocked' && state !== 'starved';
/** Setting up is no stop of the machine, and yet makes the others wait. */
const holdsUp = (state: MachineState): boolean => isOwn(state) || state === 'setup';

const sliceAt = (slices: readonly Slice[], at: number): Slice | null =>
  slices.find(({ beganAt, endAt }) => beganAt <= at && (endAt === null || at < endAt)) ?? null;

/** The run of slices in which a machine stood of its own, through the slice at `index`. */
function runAt(machineId: string, slices: readonly Slice[], index: number): RootCause | null {
  let [first, last] = [index, index];
  while (holdsUp(slices[first - 1]?.state ?? 'no-data')) first -= 1;
  while (holdsUp(slices[last + 1]?.state ?? 'no-data')) last += 1;
  const [begin, end] = [slices[first], slices[last]];
  if (begin === undefined || end === undefined) return null;
  return { machineId, state: begin.state, alarm: begin.alarm, from: begin.beganAt, to: end.endAt };
}

/**
 * For each machine that waits at an instant: the machine that it waits for in the end. From a starved one the search goes up the
 * line, from a blocked one down, over machines that wait in the same direction, to the first that stands of its own at that time, or
 * stood and worked again within `lagMs` before the wait began: parts need that long from one machine to the next. A machine that
 * works, or of which nothing is known, ends the search.
 * @param line in the order of the flow. @param at UTC ms.
 */
export function rootsOf(line: readonly LineMachine[], at: number, lagMs = 300_000): readonly WaitingMachine[] {
  return line.flatMap((machine, place): readonly WaitingMachine[] => {
    const { slices: own } = machine;
    const waits = own && sliceAt(own, at);
    if (own === null || waits === null || (waits.state !== 'blocked' && waits.state !== 'starved')) return [];
    const step = waits.state === 'blocked' ? 1 : -1;
    let first = own.indexOf(waits);
    // What is in work may change while it waits.
    while (own[first - 1]?.state === waits.state) first -= 1;
    const from = own[first]?.beganAt ?? waits.beganAt;
    const waiting = { machineId: machine.machineId, state: waits.state, from, askElsewhere: false };
    for (let n = place + step; n >= 0 && n < line.length; n += step) {
      const { machineId, slices } = line[n] as LineMachine;
      if (slices === null) return [{ ...waiting, root: null, askElsewhere: true }];
      const now = sliceAt(slices, at);
      if (now === null) break;
      if (holdsUp(now.state)) {
        const root = runAt(machineId, slices, slices.indexOf(now));
        return [{ ...waiting, root: root && { ...root, over: false } }];
      }
      if (now.state === waits.state) continue;
      const last = slices.findLastIndex(({ state, beganAt }) => beganAt <= at && holdsUp(state));
      const root = last < 0 ? null : runAt(machineId, slices, last);
      if (root !== null && root.to !== null && root.from <= from && root.to >= from - lagMs)
        return [{ ...waiting, root: { ...root, over: true } }];
      break;
    }
    return [{ ...waiting, root: null }];
  });
}

/**
 * The root of a stop of the line: the machine that most of the waiting ones wait for; of as many, the one that stood first.
 * null: no machine waits for another one.
 */
export const rootOfLine = (line: readonly LineMachine[], at: number, lagMs?: number): WaitingMachine['root'] =>
  mostWaitedFor(rootsOf(line, at, lagMs));

/** The same, of what is known of the waiting machines already. */
export function mostWaitedFor<R extends { readonly machineId: string; readonly from: number }>(
  waiting: readonly { readonly root: R | null }[],
): R | null {
  const roots = waiting.flatMap(({ root }) => (root === null ? [] : [root]));
  const count = (machineId: string): number => roots.filter((root) => root.machineId === machineId).length;
  return roots.toSorted((a, b) => count(b.machineId) - count(a.machineId) || a.from - b.from)[0] ?? null;
}
