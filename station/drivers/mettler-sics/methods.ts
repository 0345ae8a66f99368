/** What the balance can be told to do, and what its answers mean. Manual chapter 3: Z, ZI, T, TI, TAC, @. */
import type { DriverResult } from '#contract/driver.ts';
import type { TagValue } from '#contract/reading.ts';
import type { SicsFrame } from './codec.ts';

export interface Method {
  readonly command: string;
  /** What its answer begins with. */
  readonly answerId: string;
  /** Waits until the load is at rest. */
  readonly waits: boolean;
}

export const methods: ReadonlyMap<string, Method> = new Map([
  ['zero', { command: 'Z', answerId: 'Z', waits: true }],
  ['zero-now', { command: 'ZI', answerId: 'ZI', waits: false }],
  ['tare', { command: 'T', answerId: 'T', waits: true }],
  ['tare-now', { command: 'TI', answerId: 'TI', waits: false }],
  ['clear-tare', { command: 'TAC', answerId: 'TAC', waits: false }],
  ['reset', { command: '@', answerId: 'I4', waits: false }],
]);

/** @returns for a tare its value and UCUM unit, else nothing; a refusal with what stood against it. */
export function outcome(name: string, frame: SicsFrame): DriverResult<readonly TagValue[]> {
  const refused = (status: string, message: string): DriverResult<never> => ({
    ok: false,
    status,
    message: `${name}: ${message} (${frame.shown})`,
  });
  if (frame.kind === 'weight') return { ok: true, value: [frame.value, frame.unit ?? frame.unitText] };
  if (frame.kind === 'done') return { ok: true, value: [] };
  if (frame.kind === 'error') {
    return refused('not-understood', 'the balance does not know this command or does not allow it');
  }
  if (frame.kind !== 'refusal') return refused('device-fault', 'the balance is out of order');
  switch (frame.refusal) {
    case 'overload':
      return refused('above-range', 'too much on the pan for that');
    case 'underload':
      return refused('below-range', 'too little on the pan for that');
    case 'not-ready':
      return refused('not-ready', 'the load did not come to rest, or the balance is busy');
    case 'refused':
      return refused('refused', 'the balance does not allow it');
  }
}
