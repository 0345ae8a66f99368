import { expect, it } from 'vitest';
import { rootOfLine, rootsOf, type LineMachine } from './root.ts';
import { series } from './test-series.ts';

const minute = 60_000;
const line = (...texts: readonly string[]): readonly LineMachine[] =>
  texts.map((text, n) => ({ machineId: `m${n + 1}`, slices: series(text) }));
const roots = (of: readonly LineMachine[], at: number, lagMs?: number) =>
  rootsOf(of, at * minute, lagMs).map(
    ({ machineId, state, root }) =>
      `${machineId} ${state}: ${root === null ? '?' : `${root.machineId} ${root.state} since ${root.from / minute}${root.over ? ', over' : ''}`}`,
  );

it('what stands before is found through those that wait, up and down the line', () => {
  const of = line(
    'producing 12 blocked',
    'producing 11 blocked',
    'producing 10 fault:E17',
    'producing 12 starved',
    'producing 14 starved',
  );
  expect(roots(of, 20)).toEqual([
    'm1 blocked: m3 fault since 10',
    'm2 blocked: m3 fault since 10',
    'm4 starved: m3 fault since 10',
    'm5 starved: m3 fault since 10',
  ]);
  expect(rootOfLine(of, 20 * minute)).toMatchObject({ machineId: 'm3', alarm: 'E17', to: null });
  expect(roots(of, 9)).toEqual([]);
  expect(rootOfLine(of, 9 * minute)).toBeNull();
});
it('an own stop begins where it first stood: setup and waiting before a fault belong to it', () => {
  expect(roots(line('producing 10 waiting 1 setup 1 fault', 'producing 13 starved'), 20)).toEqual([
    'm2 starved: m1 waiting since 10',
  ]);
});
it('who works again is still the root, as long as parts need to come; then nobody knows', () => {
  const of = line('producing 10 fault 10 producing', 'producing 12 starved');
  expect(roots(of, 21)).toEqual(['m2 starved: m1 fault since 10, over']);
  const late = line('producing 1 fault 1 producing', 'producing 12 starved');
  expect(roots(late, 21)).toEqual(['m2 starved: ?']);
  expect(roots(late, 21, 15 * minute)).toEqual(['m2 starved: m1 fault since 1, over']);
});
it('a machine that stands since does not explain who waited before it stood', () => {
  expect(roots(line('producing 15 fault 1 producing', 'producing 12 starved'), 17)).toEqual(['m2 starved: ?']);
});
it('what works, what is unknown, what waits for the other side, and the end of the line end the search', () => {
  expect(roots(line('fault', 'producing', 'starved'), 5)).toEqual(['m3 starved: ?']);
  expect(roots(line('fault', 'no-data', 'starved'), 5)).toEqual(['m3 starved: ?']);
  expect(roots(line('fault', 'blocked', 'starved'), 5)).toEqual(['m2 blocked: ?', 'm3 starved: ?']);
  expect(roots(line('starved', 'producing'), 5)).toEqual(['m1 starved: ?']);
});
it('of two that stand the one counts for which more wait; of as many the first', () => {
  const of = line('fault 1 fault', 'starved', 'starved', 'producing', 'held', 'starved');
  expect(rootOfLine(of, 5 * minute)?.machineId).toBe('m1');
  expect(
    rootOfLine(line('producing 2 held', 'producing 3 starved', 'producing', 'fault', 'starved'), 5 * minute)?.machineId,
  ).toBe('m4');
});
