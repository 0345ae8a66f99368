import fc from 'fast-check';
import { expect, it } from 'vitest';
import { machineStates, type MachineState } from '#contract/machine-state.ts';
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
it('who waits on while another order is in work waits since before', () => {
  const of = line('producing 1 fault 11 producing', 'producing 12 starved 8 starved');
  expect(roots(of, 21)).toEqual(['m2 starved: m1 fault since 1, over']);
  expect(rootsOf(of, 21 * minute)[0]?.from).toBe(12 * minute);
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

const anyState = fc.constantFrom(...machineStates);
/** Lines of machines whose series each begin at 0 and tile the time; the last slice goes on. */
const anyLine: fc.Arbitrary<readonly LineMachine[]> = fc
  .array(fc.array(fc.record({ state: anyState, ms: fc.integer({ min: 1, max: 10 * minute }) }), { maxLength: 6 }), {
    maxLength: 5,
  })
  .map((machines) =>
    machines.map((parts, place) => {
      let at = 0;
      return {
        machineId: `m${place}`,
        slices: parts.map(({ state, ms }, n) => {
          const beganAt = at;
          at += ms;
          return { beganAt, endAt: n === parts.length - 1 ? null : at, state, alarm: null };
        }),
      };
    }),
  );
const anyAt = fc.integer({ min: 0, max: 40 * minute });

it('any line: a root stands of its own, on the right side, and all between it and who waits wait alike', () => {
  fc.assert(
    fc.property(anyLine, anyAt, (line, at) => {
      const placeOf = (id: string): number => line.findIndex(({ machineId }) => machineId === id);
      const stateOf = (machine: LineMachine | undefined): string | undefined =>
        machine?.slices?.find(({ beganAt, endAt }) => beganAt <= at && (endAt === null || at < endAt))?.state;
      const waiting = rootsOf(line, at);
      // Who waits, and nobody else.
      expect(waiting.map(({ machineId, state }) => [machineId, state])).toEqual(
        line
          .map((machine) => [machine.machineId, stateOf(machine)])
          .filter(([, state]) => state === 'blocked' || state === 'starved'),
      );
      for (const { machineId, state, root } of waiting) {
        if (root === null) continue;
        expect(['blocked', 'starved', 'producing', 'no-data']).not.toContain(root.state);
        const [from, to] = [placeOf(machineId), placeOf(root.machineId)];
        expect(Math.sign(to - from)).toBe(state === 'blocked' ? 1 : -1);
        const between = line.slice(Math.min(from, to) + 1, Math.max(from, to));
        for (const other of between) expect(stateOf(other)).toBe(state);
        expect(root.over).toBe(root.to !== null && root.to <= at);
      }
    }),
    { numRuns: 2_000 },
  );
});

it('any line of which only some machines are known here: the same roots as where all are, or it is said to ask elsewhere', () => {
  const known = fc.array(fc.boolean(), { minLength: 5, maxLength: 5 });
  let [same, asked] = [0, 0];
  fc.assert(
    fc.property(anyLine, anyAt, known, (line, at, here) => {
      const whole = new Map(rootsOf(line, at).map((one) => [one.machineId, one]));
      const part = rootsOf(
        line.map((machine, n) => (here[n] === true ? machine : { ...machine, slices: null })),
        at,
      );
      // Of its own machines a station always knows that they wait.
      expect(part.map(({ machineId }) => machineId)).toEqual(
        line.flatMap(({ machineId }, n) => (here[n] === true && whole.has(machineId) ? [machineId] : [])),
      );
      for (const one of part) {
        if (one.askElsewhere) asked += 1;
        else same += 1;
        expect(one).toEqual(
          one.askElsewhere ? { ...whole.get(one.machineId), root: null, askElsewhere: true } : whole.get(one.machineId),
        );
      }
    }),
    { numRuns: 2_000 },
  );
  expect(Math.min(same, asked)).toBeGreaterThan(50);
});
it('a line that is known as a whole is never asked about elsewhere', () => {
  fc.assert(
    fc.property(anyLine, anyAt, (line, at) => {
      expect(rootsOf(line, at).filter(({ askElsewhere }) => askElsewhere)).toEqual([]);
    }),
  );
});

it('any line read from its end, with blocked and starved changed over, gives the same roots', () => {
  const turned = (state: MachineState): MachineState =>
    state === 'blocked' ? 'starved' : state === 'starved' ? 'blocked' : state;
  fc.assert(
    fc.property(anyLine, anyAt, (line, at) => {
      const other = line
        .map(({ machineId, slices }) => ({
          machineId,
          slices: slices?.map((slice) => ({ ...slice, state: turned(slice.state) })) ?? null,
        }))
        .toReversed();
      const roots = new Map(rootsOf(line, at).map(({ machineId, root }) => [machineId, root]));
      expect(new Map(rootsOf(other, at).map(({ machineId, root }) => [machineId, root]))).toEqual(roots);
    }),
    { numRuns: 2_000 },
  );
});
