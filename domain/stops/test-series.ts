/** Slices written as text for the tests: `producing 10 fault:E17 2 producing@PMP`, minutes from 0; the last one is under way. */
import { machineStates, type MachineState } from '#contract/machine-state.ts';
import type { StateSlice } from './standing.ts';

export function series(text: string, startAt = 0): readonly StateSlice[] {
  const words = text.split(' ');
  const slices: StateSlice[] = [];
  let at = startAt;
  for (let n = 0; n < words.length; n += 2) {
    const [, state = '', alarm = null, definitionId = null] =
      /^([a-z-]+)(?::([^@]+))?(?:@(.+))?$/.exec(words[n] ?? '') ?? [];
    if (!machineStates.some((each) => each === state)) throw new Error(`no state: ${words[n]}`);
    const beganAt = at;
    const minutes = words[n + 1];
    at += Number(minutes ?? 0) * 60_000;
    slices.push({
      beganAt,
      endAt: minutes === undefined ? null : at,
      state: state as MachineState,
      told: null,
      alarm,
      context: { orderId: null, definitionId, operationId: null },
    });
  }
  return slices;
}
