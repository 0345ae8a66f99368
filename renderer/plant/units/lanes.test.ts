import { describe, expect, it } from 'vitest';
import type { Passport } from '#contract/passport.ts';
import { lanesOf } from './lanes.ts';

const origin = {
  orderId: 'W',
  materialId: 'M',
  definitionId: 'M',
  revision: 'A',
  stationId: 'S1',
  at: 1_000,
  imported: false,
};
const passport = (over: Partial<Passport>): Passport => ({
  serial: 'U1',
  origins: [origin],
  passed: [],
  runs: [],
  holds: [],
  scrapped: null,
  completed: null,
  ...over,
});

describe('lanes of a unit', () => {
  it('are by station in the order in which they had the unit, whatever the order in the passport', () => {
    const { lanes, fromAt, toAt } = lanesOf(
      passport({
        runs: [
          { executionId: 'x2', operationId: '20', stationId: 'S3', startedAt: 3_000, ended: null },
          {
            executionId: 'x1',
            operationId: '10',
            stationId: 'S2',
            startedAt: 2_000,
            ended: { at: 2_500, how: 'passed' },
          },
        ],
      }),
      5_000,
    );
    expect(lanes.map(({ stationId }) => stationId)).toEqual(['S1', 'S2', 'S3']);
    expect([fromAt, toAt]).toEqual([1_000, 5_000]);
    expect(lanes[1]?.runs[0]).toMatchObject({ from: 25, width: 12.5, how: 'passed' });
    expect(lanes[2]?.runs[0]).toMatchObject({ from: 50, width: 50, how: 'open', endedAt: null });
  });
  it('show a pass whose run nobody told, but not one that has its run', () => {
    const { lanes } = lanesOf(
      passport({
        passed: [
          { operationId: '10', executionId: 'x1', stationId: 'S1', at: 2_000 },
          { operationId: '05', executionId: null, stationId: 'S1', at: 1_500 },
          { operationId: '01', executionId: null, stationId: null, at: null },
        ],
        runs: [
          {
            executionId: 'x1',
            operationId: '10',
            stationId: 'S1',
            startedAt: 1_800,
            ended: { at: 2_000, how: 'passed' },
          },
        ],
      }),
      9_000,
    );
    expect(lanes).toHaveLength(1);
    expect(lanes[0]?.marks.map(({ kind, about }) => [kind, about])).toEqual([
      ['created', ''],
      ['passed', '05'],
    ]);
  });
  it('hold even for a unit of one instant', () => {
    expect(lanesOf(passport({}), 1_000).lanes[0]?.marks[0]).toMatchObject({ kind: 'created', place: 0 });
  });
});
