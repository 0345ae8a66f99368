import { describe, expect, it } from 'vitest';
import type { JobOrderRow, PlantOrder } from '#contract/plant/orders.ts';
import { arranged, dispatchLists, moved, placeAt } from './dispatch.ts';

const job = (jobOrderId: string, lineId: string, sequence: number | null): JobOrderRow => ({
  jobOrderId,
  lineId,
  sequence,
  quantity: 10,
  created: 0,
  done: 0,
  held: 0,
  scrapped: 0,
  inWork: 0,
  blocked: [],
});
const order = (orderId: string, jobs: JobOrderRow[]): PlantOrder => ({
  orderId,
  material: { id: 'M', title: null },
  definition: { id: 'M', revision: 'A' },
  status: 'released',
  holdReason: null,
  quantity: 10,
  priority: 5,
  dueAt: null,
  serialPrefix: 'M-',
  source: 'plant',
  jobs,
  elsewhere: null,
  version: 1,
});
const orders = [
  order('C', [job('C1', 'L1', 3), job('C2', 'L2', 1)]),
  order('A', [job('A1', 'L1', 1)]),
  order('B', [job('B1', 'L1', 2)]),
  order('Z', [job('Z1', 'L1', null)]),
];
const ids = (lineId: string): string[] => (dispatchLists(orders).get(lineId) ?? []).map((one) => one.job.jobOrderId);

describe('dispatch lists', () => {
  it('are by line and place; a closed share is on none', () => {
    expect(ids('L1')).toEqual(['A1', 'B1', 'C1']);
    expect(ids('L2')).toEqual(['C2']);
  });
  it('move to a place, counted without the moved one', () => {
    expect(moved(['A', 'B', 'C', 'D'], 'A', 3)).toEqual(['B', 'C', 'A', 'D']);
    expect(moved(['A', 'B', 'C', 'D'], 'D', 1)).toEqual(['D', 'A', 'B', 'C']);
    expect(moved(['A', 'B'], 'A', 99)).toEqual(['B', 'A']);
    expect(moved(['A', 'B'], 'B', -3)).toEqual(['B', 'A']);
  });
  it('show what a person arranged, and at the end what came meanwhile', () => {
    const jobs = dispatchLists(orders).get('L1') ?? [];
    expect(arranged(jobs, ['C1', 'A1']).map((one) => one.job.jobOrderId)).toEqual(['C1', 'A1', 'B1']);
    expect(arranged(jobs, null)).toBe(jobs);
  });
  it('know where something dropped comes to stand', () => {
    expect(placeAt(5, [10, 30, 50])).toBe(1);
    expect(placeAt(31, [10, 30, 50])).toBe(3);
    expect(placeAt(99, [10, 30, 50])).toBe(4);
  });
});
