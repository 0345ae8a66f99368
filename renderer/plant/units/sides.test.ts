import { describe, expect, it } from 'vitest';
import { judgeCases } from '#domain/cases/judge.ts';
import { sidesOf } from './sides.ts';

const hour = 3_600_000;
const base = { serial: 'U', origins: [], passed: [], runs: [], holds: [], scrapped: null, completed: null };
const judged = (over: object): ReturnType<typeof sidesOf> => {
  const [found] = judgeCases({ passport: { ...base, ...over }, operations: null, shownPassed: [] });
  if (found === undefined) throw new Error('no contradiction');
  return sidesOf(found.details);
};

describe('sides of a case, as the rules judge it', () => {
  it('of a unit that was built twice: the two runs, and the operation that they share', () => {
    const { both, sides, restsOn } = judged({
      passed: [
        { operationId: '10', executionId: 'x1', stationId: 'ST10', at: hour },
        { operationId: '10', executionId: 'x2', stationId: 'ST11', at: 2 * hour },
      ],
    });
    expect(both).toEqual([{ name: 'operation', value: '10' }]);
    expect(sides.map(({ kind }) => kind)).toEqual(['each', 'each']);
    expect(sides[1]?.values).toEqual([
      { name: 'execution', value: 'x2' },
      { name: 'station', value: 'ST11' },
      { name: 'at', value: 2 * hour },
    ]);
    expect(restsOn).toBe('facts');
  });
  it('of work on a unit that was on hold: the work, and the hold', () => {
    const { sides, restsOn } = judged({
      runs: [{ executionId: 'x1', operationId: '10', stationId: 'ST10', startedAt: 2 * hour, ended: null }],
      holds: [
        {
          holdId: 'h',
          reason: 'r',
          reasons: [],
          operationId: null,
          stepId: null,
          stationId: 'ST20',
          at: hour,
          by: { kind: 'system' },
          lifted: null,
        },
      ],
    });
    expect(sides.map(({ kind }) => kind)).toEqual(['work', 'hold']);
    expect(sides[1]?.values).toContainEqual({ name: 'station', value: 'ST20' });
    expect(restsOn).toBe('clocks');
  });
  it('lose no value that they do not know', () => {
    expect(sidesOf({ something: 'new' }).both).toEqual([{ name: 'something', value: 'new' }]);
  });
});
