import { describe, expect, it } from 'vitest';
import { stateSourceSchema } from '#contract/config/machines.ts';
import type { TagValue } from '#contract/reading.ts';
import { itemStates, judge, ofMachinery, operationModes, packmlStates, type TaggedSource } from './state.ts';

const source = (of: object): TaggedSource => stateSourceSchema.parse(of) as TaggedSource;
const said = (
  of: TaggedSource,
  now: Readonly<Record<string, TagValue>>,
  last: Readonly<Record<string, TagValue>> = now,
): string => {
  const judged = judge(of, { now: (tag) => now[tag], last: (tag) => last[tag] });
  return judged.kind === 'known' ? judged.state : judged.kind;
};
const packml = source({ from: 'packml', state: 's', mode: 'm', blocked: 'b', starved: 'st' });
const plain = source({ from: 'packml', state: 's' });

describe('PackML', () => {
  it('every state by text and by number', () => {
    const expected: Readonly<Record<keyof typeof packmlStates, string>> = {
      Clearing: 'fault',
      Stopped: 'held',
      Starting: 'producing',
      Idle: 'waiting',
      Suspended: 'starved',
      Execute: 'producing',
      Stopping: 'held',
      Aborting: 'fault',
      Aborted: 'fault',
      Holding: 'held',
      Held: 'held',
      Unholding: 'held',
      Suspending: 'starved',
      Unsuspending: 'starved',
      Resetting: 'waiting',
      Completing: 'producing',
      Complete: 'waiting',
    };
    for (const [name, number] of Object.entries(packmlStates)) {
      const state = expected[name as keyof typeof packmlStates];
      expect([said(plain, { s: name }), said(plain, { s: number }), said(plain, { s: String(number) })]).toEqual([
        state,
        state,
        state,
      ]);
    }
    expect(Object.keys(packmlStates)).toHaveLength(17);
    expect(said(plain, { s: 'Un-Holding' })).toBe('held');
  });
  it('a mode in which nothing is made says more than the state; one of the builder’s own says nothing', () => {
    const at = (m: TagValue): string => said(packml, { s: 'Execute', m, b: false, st: false });
    expect([
      at(1),
      at('Production'),
      at('Produce'),
      at(2),
      at('Maintenance'),
      at(3),
      at('Manual'),
      at(0),
      at('Cleaning'),
    ]).toEqual([
      'producing',
      'producing',
      'producing',
      'maintenance',
      'maintenance',
      'setup',
      'setup',
      'producing',
      'producing',
    ]);
  });
  it('suspended is starved unless it is blocked, and not known where that bit is silent', () => {
    const at = (b: TagValue | undefined, st: TagValue): string =>
      said(packml, { s: 'Suspended', m: 1, st, ...(b === undefined ? {} : { b }) });
    expect([at(true, false), at(1, true), at(false, false), at(false, true), at(undefined, false)]).toEqual([
      'blocked',
      'blocked',
      'starved',
      'starved',
      'silent',
    ]);
  });
  it('a ready machine says by its bits what it waits for', () => {
    expect(said(packml, { s: 'Idle', m: 1, b: false, st: true })).toBe('starved');
    expect(said(packml, { s: 'Idle', m: 1 })).toBe('waiting');
  });
  it('what is in no table is unknown, and what nobody vouches for is silent', () => {
    for (const s of ['Running', 0, 18, -1, 6.5, true, '', 'toString']) expect(said(plain, { s })).toBe('unknown');
    expect(said(plain, {})).toBe('silent');
    expect(said(packml, { s: 'Execute' })).toBe('silent');
  });
});

describe('OPC 40001-1', () => {
  const machinery = source({ from: 'machinery', itemState: 's', operationMode: 'm' });
  it('every state in every mode, by text and number', () => {
    for (const [s, row] of Object.entries(ofMachinery))
      for (const [m, state] of Object.entries(row)) {
        expect(said(machinery, { s, m })).toBe(state);
        const numbers = {
          s: itemStates[s as keyof typeof itemStates],
          m: operationModes[m as keyof typeof operationModes],
        };
        expect(said(machinery, numbers)).toBe(state);
      }
    expect(ofMachinery.Executing.Processing).toBe('producing');
    expect(ofMachinery.OutOfService.Processing).toBe('fault');
  });
  it('not available takes the mode that was sent last, also where it is not vouched for any more', () => {
    expect(said(machinery, { s: 'NotAvailable' }, { s: 'NotAvailable', m: 'Maintenance' })).toBe('maintenance');
    expect(said(machinery, { s: 'NotAvailable' }, {})).toBe('off');
    expect(said(machinery, { s: 'Executing' }, { m: 'Processing' })).toBe('silent');
    expect(said(machinery, { s: 'Executing', m: 'Boost' })).toBe('unknown');
  });
});

describe('bits', () => {
  const bits = source({
    from: 'bits',
    running: { tag: 'r' },
    fault: { tag: 'f', on: [1, 2] },
    blocked: { tag: 'b' },
    setup: { tag: 'u' },
  });
  const quiet = { r: false, f: 0, b: false, u: false };
  it('fault wins over running, set-up over running, running over blocked; none is waiting', () => {
    expect(said(bits, { ...quiet, r: true, f: 2, u: true })).toBe('fault');
    expect(said(bits, { ...quiet, r: true, u: true })).toBe('setup');
    expect(said(bits, { ...quiet, r: true, b: true })).toBe('producing');
    expect(said(bits, { ...quiet, b: true })).toBe('blocked');
    expect(said(bits, quiet)).toBe('waiting');
    expect(said(bits, { ...quiet, r: 1 })).toBe('waiting');
  });
  it('a bit that says nothing leaves the state open, unless one before it decided', () => {
    expect(said(bits, { r: true, b: false, u: false })).toBe('silent');
    expect(said(bits, { f: 1 })).toBe('fault');
  });
});
