import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReleasedDefinition } from '#contract/config/index.ts';
import { testConfiguration } from '#domain/test-kit.ts';
import { decideWorkOrder, type OrderInput, type WorkOrderCommand, type WorkOrderFacts } from './decide.ts';
import { insertJobs, moveJob, ranked } from './dispatch.ts';
import { firstSeries, left, seenSerial, takeBlock, wantsBlock } from './serials.ts';
import { ableLines, creatingStations, type WorkOrder } from './work-order.ts';

const pump = testConfiguration().definitions.find(({ id, revision }) => id === 'PUMP' && revision === 'A')!;
const definition: ReleasedDefinition = {
  ...pump,
  operations: [
    { ...pump.operations[0]!, id: '10', stations: ['A1', 'B1'], after: [] },
    { ...pump.operations[0]!, id: '20', stations: ['A2', 'B2'], after: ['10'] },
  ],
};
const line = (id: string, stations: string[]): WorkOrderFacts['lines'][number] => ({
  schema: 'linewright/line@1',
  id,
  title: { en: id, de: id },
  stations,
});
const lines = [line('A', ['A1', 'A2']), line('B', ['B1', 'B2']), line('C', ['A1'])];
const facts = (begun: Record<string, number> = {}, own: Partial<WorkOrderFacts> = {}): WorkOrderFacts => ({
  definition: (id, revision) =>
    id !== 'PUMP' ? null : revision === 'A' ? definition : revision === 'B' ? { ...definition, status: 'draft' } : null,
  lines,
  begun: (lineId) => begun[lineId] ?? 0,
  ...own,
});
const input: OrderInput = {
  orderId: 'WO-1',
  definitionId: 'PUMP',
  revision: 'A',
  quantity: 100,
  priority: 5,
  dueAt: null,
  serialPrefix: 'P-',
  jobs: [
    { lineId: 'B', quantity: 40 },
    { lineId: 'A', quantity: 60 },
  ],
};
const make = (more: Partial<OrderInput> = {}, own = facts()) =>
  decideWorkOrder(null, { type: 'create', input: { ...input, ...more }, source: 'plant' }, own);
const made = (): WorkOrder => {
  const decision = make();
  if (!decision.ok) throw new Error(JSON.stringify(decision.faults));
  return decision.order;
};
const codes = (decision: ReturnType<typeof decideWorkOrder>): string[] =>
  decision.ok ? [] : decision.faults.map(({ code, field }) => (field === null ? code : `${code} ${field}`));
const after = (order: WorkOrder, command: WorkOrderCommand, own = facts()): WorkOrder => {
  const decision = decideWorkOrder(order, command, own);
  if (!decision.ok) throw new Error(JSON.stringify(decision.faults));
  return decision.order;
};

describe('work orders', () => {
  it('are made with shares of lines that can do all of their operations', () => {
    expect(made()).toMatchObject({
      status: 'created',
      version: 1,
      materialId: definition.material,
      jobs: [
        { jobOrderId: 'WO-1:A', lineId: 'A', quantity: 60 },
        { jobOrderId: 'WO-1:B', lineId: 'B', quantity: 40 },
      ],
    });
    expect(ableLines(definition, lines).map(({ id }) => id)).toEqual(['A', 'B']);
    expect(creatingStations(definition, lines[1]!)).toEqual(['B1']);
  });

  it('are refused with everything that is wrong, field by field', () => {
    const share = (lineId: string, quantity: number) => ({ lineId, quantity });
    expect(codes(make({ revision: 'B' }))).toEqual(['order.definition-not-released revision']);
    expect(codes(make({ definitionId: 'NONE' }))).toEqual(['order.definition-unknown definitionId']);
    expect(codes(make({ jobs: [] }))).toEqual(['order.lines-open jobs']);
    expect(codes(make({ jobs: [] }, facts({}, { lines: [lines[2]!] })))).toEqual(['order.no-line jobs']);
    expect(make({ jobs: [] }, facts({}, { lines: [lines[0]!] }))).toMatchObject({
      order: { jobs: [{ lineId: 'A', quantity: 100 }] },
    });
    expect(codes(make({ jobs: [share('A', 10), share('A', 10), share('C', 10), share('D', 10)] }))).toEqual([
      'order.line-twice jobs[1].lineId',
      'order.line-cannot jobs[2].lineId',
      'order.line-unknown jobs[3].lineId',
      'order.shares-sum jobs',
    ]);
    const again = decideWorkOrder(made(), { type: 'create', input, source: 'erp' }, facts());
    expect(codes(again)).toEqual(['order.exists orderId']);
  });

  it('are released, held and closed by the table of a station, once per version', () => {
    const released = after(made(), { type: 'release', orderId: 'WO-1', version: 1 });
    expect(released).toMatchObject({ status: 'released', version: 2 });
    expect(
      codes(decideWorkOrder(released, { type: 'hold', orderId: 'WO-1', version: 1, reason: 'x' }, facts())),
    ).toEqual(['order.changed version']);
    const held = after(released, { type: 'hold', orderId: 'WO-1', version: 2, reason: 'material' });
    expect(held).toMatchObject({ status: 'held', holdReason: 'material', version: 3 });
    const closed = after(held, { type: 'close', orderId: 'WO-1', version: null });
    expect(closed).toMatchObject({ status: 'closed', holdReason: null });
    expect(decideWorkOrder(closed, { type: 'release', orderId: 'WO-1', version: null }, facts())).toEqual({
      ok: false,
      faults: [{ code: 'order.status', params: { order: 'WO-1', status: 'closed', wanted: 'released' }, field: null }],
    });
    expect(codes(decideWorkOrder(null, { type: 'close', orderId: 'WO-2', version: null }, facts()))).toEqual([
      'order.unknown orderId',
    ]);
    const retired = facts({}, { definition: () => ({ ...definition, status: 'retired' }) });
    expect(codes(decideWorkOrder(made(), { type: 'release', orderId: 'WO-1', version: 1 }, retired))).toEqual([
      'order.definition-not-released revision',
    ]);
  });

  it('are split anew, but a line keeps what it has begun', () => {
    const order = made();
    const split = (a: number, b: number, begun = { A: 50 }) =>
      decideWorkOrder(
        order,
        {
          type: 'change',
          orderId: 'WO-1',
          version: 1,
          change: {
            jobs: [{ lineId: 'A', quantity: a }, ...(b === 0 ? [] : [{ lineId: 'B', quantity: b }])],
          },
        },
        facts(begun),
      );
    expect(split(50, 50)).toMatchObject({
      ok: true,
      order: { version: 2, jobs: [{ quantity: 50 }, { quantity: 50 }] },
    });
    expect(codes(split(49, 51))).toEqual(['order.share-below-begun jobs']);
    expect(split(100, 0)).toMatchObject({ ok: true });
    expect(codes(split(100, 0, { A: 50, B: 1 } as never))).toEqual(['order.share-below-begun jobs']);
    expect(codes(split(10, 10))).toEqual(['order.shares-sum jobs']);
  });

  it('change their quantity and revision only as far as nothing is begun', () => {
    const order = after(
      made(),
      { type: 'change', orderId: 'WO-1', version: null, change: { jobs: [{ lineId: 'A', quantity: 100 }] } },
      facts(),
    );
    const change = (wish: object, begun = {}) =>
      decideWorkOrder(order, { type: 'change', orderId: 'WO-1', version: null, change: wish }, facts(begun));
    expect(change({ quantity: 150 })).toMatchObject({
      order: { quantity: 150, jobs: [{ lineId: 'A', quantity: 150 }] },
    });
    expect(codes(change({ quantity: 10 }, { A: 11 }))).toEqual(['order.share-below-begun jobs']);
    expect(codes(change({ revision: 'B' }, { A: 1 }))).toEqual([
      'order.begun definitionId',
      'order.definition-not-released revision',
    ]);
    expect(change({ priority: 1, dueAt: 5 }, { A: 100 })).toMatchObject({
      order: { priority: 1, dueAt: 5, quantity: 100 },
    });
    const two = decideWorkOrder(
      made(),
      { type: 'change', orderId: 'WO-1', version: null, change: { quantity: 150 } },
      facts(),
    );
    expect(codes(two)).toEqual(['order.shares-sum jobs']);
  });
});

describe('dispatch lists', () => {
  const job = (jobOrderId: string, priority = 5, dueAt: number | null = null) => ({ jobOrderId, priority, dueAt });
  const ids = (list: readonly { jobOrderId: string }[]) => list.map(({ jobOrderId }) => jobOrderId).join('');

  it('take a new job in before the first less urgent one', () => {
    const list = [job('a', 1), job('b', 5, 100), job('c', 5, null)];
    expect(ids(insertJobs(list, [job('x', 0)]))).toBe('xabc');
    expect(ids(insertJobs(list, [job('x', 5, 100)]))).toBe('abxc');
    expect(ids(insertJobs(list, [job('x', 5, 101)]))).toBe('abxc');
    expect(ids(insertJobs(list, [job('x', 9)]))).toBe('abcx');
    // People put c first: that stays, and what is new is judged against each in their order.
    expect(ids(insertJobs([list[2]!, list[0]!], [job('x', 1)]))).toBe('xca');
  });
  const anyJob = fc.record({
    jobOrderId: fc.uuid(),
    priority: fc.integer({ min: 0, max: 3 }),
    dueAt: fc.option(fc.integer({ min: 0, max: 3 })),
  });
  it('take many in as if they came one by one', () => {
    fc.assert(
      fc.property(fc.array(anyJob), fc.array(anyJob), (list, fresh) => {
        const one = fresh.reduce<(typeof list)[number][]>((all, each) => {
          const at = all.findIndex(
            ({ priority, dueAt }) =>
              priority > each.priority ||
              (priority === each.priority && (dueAt ?? Infinity) > (each.dueAt ?? Infinity)),
          );
          return at < 0 ? [...all, each] : all.toSpliced(at, 0, each);
        }, list);
        expect(insertJobs(list, fresh)).toEqual(one);
      }),
    );
  });
  it('keep ranks that grow, and give new ones to few', () => {
    let changed = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 40 })), {
          maxLength: 40,
        }),
        (inserts) => {
          let ranks: number[] = [];
          for (const [where, count] of inserts) {
            const at = Math.floor(where * ranks.length);
            const known: (number | null)[] = [
              ...ranks.slice(0, at),
              ...Array<null>(count).fill(null),
              ...ranks.slice(at),
            ];
            const next = ranked(known);
            expect(next.every((rank, i) => Number.isSafeInteger(rank) && (i === 0 || rank > next[i - 1]!))).toBe(true);
            changed += known.filter((rank, i) => rank !== null && rank !== next[i]).length;
            ranks = next;
          }
        },
      ),
    );
    expect(changed).toBeLessThan(1_000);
    // Lists of an earlier version counted from 1, without gaps.
    expect(ranked([1, 2, 3, null])).toEqual([1, 2, 3, 3 + 2 ** 20]);
    expect(ranked([null, 1, 2])).toEqual([1 - 2 ** 20, 1, 2]);
    const dense = ranked([1, 2, null, 3, 4, 5, 6]);
    expect(dense.every((rank, i) => i === 0 || rank > dense[i - 1]!)).toBe(true);
    // Always in front of the same one: 20 times there is room, then neighbours make some.
    let always = ranked([null, null]);
    let others = 0;
    for (let n = 0; n < 500; n += 1) {
      const known = [always[0]!, null, ...always.slice(1)];
      const next = ranked(known);
      others += known.filter((rank, i) => rank !== null && rank !== next[i]).length;
      always = next;
    }
    expect(others).toBeLessThan(1_000);
  });
  it('are put in order by people', () => {
    const list = ['a', 'b', 'c'].map((id) => job(id));
    expect(ids(moveJob(list, 'c', 1))).toBe('cab');
    expect(ids(moveJob(list, 'a', 2))).toBe('bac');
    expect(ids(moveJob(list, 'a', 99))).toBe('bca');
    expect(ids(moveJob(list, 'z', 1))).toBe('abc');
  });
});

describe('serial numbers', () => {
  it('are never given twice, whatever comes in between', () => {
    const step = fc.oneof(
      fc.record({ take: fc.integer({ min: 1, max: 3_000 }) }),
      fc.record({ seen: fc.integer({ min: 0, max: 50_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        let series = firstSeries('P-');
        const taken = new Set<number>();
        for (const each of steps) {
          if ('seen' in each) {
            series = seenSerial(series, `P-${String(each.seen).padStart(4, '0')}`);
            taken.add(each.seen);
            continue;
          }
          const { block, series: next } = takeBlock(series, each.take);
          series = next;
          expect(String(block.to).length).toBeLessThanOrEqual(series.width);
          for (let number = block.from; number <= block.to; number += 1) {
            expect(taken.has(number)).toBe(false);
            taken.add(number);
          }
        }
      }),
      { numRuns: 50 },
    );
  });
  it('go on from what came from elsewhere, with its width', () => {
    const series = ['PMP100-2600417', 'PMP100-2600951', 'OTHER-9', 'PMP100-X', 'PMP100-1234567890123'].reduce(
      seenSerial,
      firstSeries('PMP100-'),
    );
    expect(series).toEqual({ prefix: 'PMP100-', next: 2600952, width: 7 });
  });
  it('are given anew when fewer than half a block are left, as long as pieces are to be made', () => {
    const block = { from: 1, to: 100, usedTo: 0 };
    expect(wantsBlock([], 100, 0)).toBe(true);
    expect(wantsBlock([], 100, 100)).toBe(false);
    expect(wantsBlock([block], 100, 0)).toBe(false);
    expect(wantsBlock([{ ...block, usedTo: 50 }], 100, 40)).toBe(false);
    expect(wantsBlock([{ ...block, usedTo: 51 }], 100, 40)).toBe(true);
    // Scrap used numbers up: 5 pieces are open and 5 numbers are left.
    expect(wantsBlock([{ ...block, usedTo: 95 }], 100, 95)).toBe(false);
    expect(wantsBlock([{ ...block, usedTo: 96 }], 100, 95)).toBe(true);
    expect(left([block, { from: 200, to: 219, usedTo: 210 }])).toBe(109);
  });
});
