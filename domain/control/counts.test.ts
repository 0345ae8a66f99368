/** Charts of counts: which units count, when a point is made, what it is judged by, and what its signal holds. */
import { describe, expect, it } from 'vitest';
import { attributeChartSchema, plannedAttributeSchema } from '#contract/config/control-plan.ts';
import type { Configuration } from '#contract/config/index.ts';
import { defectsSchema } from '#contract/config/defects.ts';
import { processDefinitionSchema } from '#contract/config/definition.ts';
import { codes, World } from '#domain/test-kit.ts';
import { t } from '#domain/test-plant.ts';
import { controlConfiguration, serialOf } from './test-plan.ts';

type Counts = 'verdicts' | 'numbers' | 'nonconformances';

const countsOf = {
  verdicts: { from: 'verdicts', steps: ['colour', 'clean'] },
  numbers: { from: 'numbers', steps: ['scratches'] },
  nonconformances: { from: 'nonconformances', groups: ['surface'], defects: ['bent'] },
} as const;

/** Operation 10: a choice, a checklist and a number of scratches; then a step that cannot fail. */
function configuration(from: Counts, chart: Readonly<Record<string, unknown>>): Configuration {
  const base = controlConfiguration();
  const { hash, ...definition } = base.definitions[0]!;
  const [plan] = base.controlPlans;
  const steps = [
    {
      id: 'colour',
      type: 'choice',
      title: t('Colour'),
      options: [
        { id: 'red', title: t('Red') },
        { id: 'blue', title: t('Blue'), accepted: false },
      ],
      onFail: { retries: 2 },
    },
    {
      id: 'clean',
      type: 'checklist',
      title: t('Clean'),
      items: [{ id: 'c', title: t('Clean') }],
      onFail: { retries: 2 },
    },
    {
      id: 'scratches',
      type: 'number',
      title: t('Scratches'),
      unit: '1',
      decimals: 0,
      lower: 0,
      upper: 9,
      plausible: { lower: 0, upper: 99 },
      onFail: { retries: 2 },
    },
    { id: 'look', type: 'instruction', title: t('Look') },
  ];
  const parsed = processDefinitionSchema.parse({
    ...definition,
    operations: definition.operations.map((operation) => (operation.id === '10' ? { ...operation, steps } : operation)),
  });
  const attribute = plannedAttributeSchema.parse({
    attribute: 'finish',
    title: t('Finish'),
    operation: '10',
    class: 'standard',
    counts: countsOf[from],
    charts: [attributeChartSchema.parse({ id: 'finish', ...chart })],
    reaction: 'bore-off',
  });
  return {
    ...base,
    definitions: [{ ...parsed, hash }],
    controlPlans: [{ ...plan!, characteristics: [], attributes: [attribute] }],
    defects: defectsSchema.parse({
      schema: 'linewright/defects@1',
      groups: [
        { id: 'surface', title: t('Surface') },
        { id: 'form', title: t('Form') },
      ],
      defects: [
        { id: 'scratch', title: t('Scratch'), group: 'surface', severity: 'minor' },
        { id: 'crack', title: t('Crack'), group: 'surface', severity: 'major' },
        { id: 'bent', title: t('Bent'), group: 'form', severity: 'minor' },
        { id: 'short', title: t('Too short'), group: 'form', severity: 'minor' },
      ],
    }),
  };
}

const key = { planId: 'PUMP', characteristicId: 'finish', chartId: 'finish', stationId: 'ST10' };
let world: World;
let made = 0;
function open(from: Counts, chart: Readonly<Record<string, unknown>>): void {
  world = new World(configuration(from, chart));
  world.signIn('lead', 'right');
  made = 0;
}
const act = (action: Parameters<World['act']>[0]): void => expect(codes(world.act(action))).toEqual([]);
interface Made {
  readonly blue?: boolean;
  readonly dirty?: boolean;
  readonly scratches?: number;
}
/** A bad answer is corrected in the next attempt: the unit passes. */
function build({ blue = false, dirty = false, scratches = 0 }: Made = {}): string {
  const serial = serialOf((made += 1));
  world.now += 60_000;
  expect(codes(world.do({ type: 'execution.start', serial }))).toEqual([]);
  if (blue) {
    act({ type: 'choice', do: 'choose', option: 'blue' });
    world.retry();
  }
  act({ type: 'choice', do: 'choose', option: 'red' });
  if (dirty) {
    act({ type: 'checklist', do: 'answer', item: 'c', ok: false });
    world.retry();
  }
  act({ type: 'checklist', do: 'answer', item: 'c', ok: true });
  act({ type: 'number', do: 'enter', value: scratches });
  if (world.open()?.currentStep === 'look') act({ type: 'instruction', do: 'confirm' });
  return serial;
}
const points = () => world.log.flatMap((e) => (e.type === 'point.charted' ? [e.body] : []));
const counted = () => world.log.flatMap((e) => (e.type === 'unit.counted' ? [e.body] : []));
const signals = () => world.log.flatMap((e) => (e.type === 'signal.raised' ? [e.body] : []));
const rules = { set: 'nelson', use: [1], runs: {} };
const given = { from: 'given', average: 0.1 };

describe('verdicts', () => {
  it('a unit counts once in its run, by the first attempts', () => {
    open('verdicts', { kind: 'p', subgroup: { from: 'units', size: 4 }, limits: given, rules });
    build();
    build({ blue: true });
    build({ dirty: true });
    build({ blue: true, dirty: true });
    expect(counted().map(({ serial, count, stepId }) => [serial, count, stepId])).toEqual([
      ['P-0001', 0, 'clean'],
      ['P-0002', 1, 'colour'],
      ['P-0003', 1, 'clean'],
      ['P-0004', 1, 'colour'],
    ]);
    const [point, second] = points();
    expect(second).toBeUndefined();
    expect(point?.counted).toMatchObject({ count: 3, size: 4 });
    expect(point?.values.map(({ serial }) => serial)).toEqual(['P-0002', 'P-0003', 'P-0004']);
    const [{ value, limits } = { value: null, limits: null }] = point?.plots ?? [];
    expect(value).toBe(0.75);
    // 0.1 + 3 sqrt(0.1 0.9 / 4), and no share is below 0 (Montgomery, ch. 7).
    expect(limits?.upper).toBeCloseTo(0.1 + 3 * Math.sqrt(0.09 / 4), 12);
    expect(limits?.lower).toBe(0);
    expect(world.control.chart(key).tally).toBeNull();
  });
  it('a unit whose run stops before it was looked at does not count', () => {
    open('verdicts', { kind: 'p', subgroup: { from: 'units', size: 2 }, limits: given, rules });
    world.do({ type: 'execution.start', serial: 'P-0001' });
    act({ type: 'choice', do: 'choose', option: 'red' });
    world.do({ type: 'unit.hold', serial: 'P-0001', reason: 'fell' });
    expect(counted()).toEqual([]);
  });
  it('beyond the limit: a signal that holds the units since the last good point and locks the operation', () => {
    open('verdicts', {
      kind: 'np',
      subgroup: { from: 'units', size: 4 },
      limits: { from: 'given', average: 0.05 },
      rules,
    });
    const good = [1, 2, 3, 4].map(() => build());
    const bad = [1, 2, 3, 4].map(() => build({ dirty: true }));
    expect(points().map(({ plots }) => plots[0]?.value)).toEqual([0, 4]);
    const [signal] = signals();
    expect(signal?.rules).toMatchObject([{ plot: 'nonconforming', kind: 'beyond' }]);
    expect(signal?.suspects.toSorted()).toEqual(bad);
    expect(good.map((serial) => world.units.get(serial)?.status)).not.toContain('held');
    expect(bad.map((serial) => world.units.get(serial)?.status)).toEqual(['held', 'held', 'held', 'held']);
    expect(codes(world.do({ type: 'execution.start', serial: serialOf(20) }))).toContain('process.signal-open');
  });
  it('limits from data are frozen as the pooled share; none nonconforming begins no phase', () => {
    open('verdicts', { kind: 'p', subgroup: { from: 'units', size: 2 }, limits: { from: 'data', minimum: 8 }, rules });
    for (let n = 0; n < 18; n += 1) build();
    expect(points()).toHaveLength(9);
    expect(world.log.some(({ type }) => type === 'phase.begun')).toBe(false);
    build({ blue: true });
    build();
    const phase = world.log.flatMap((e) => (e.type === 'phase.begun' ? [e.body] : [])).at(-1);
    expect(phase).toMatchObject({ cause: 'minimum', size: 2 });
    expect(phase?.mean).toBeCloseTo(1 / 20, 12);
    expect(phase?.sigma).toBeCloseTo(Math.sqrt(0.05 * 0.95), 12);
  });
  it('by time: the first unit after the hours makes the point of those before, of whatever size', () => {
    open('verdicts', { kind: 'p', subgroup: { from: 'time', hours: 1 }, limits: given, rules });
    build();
    build({ blue: true });
    build();
    world.now += 3_600_000;
    build({ blue: true });
    world.now += 3_600_000;
    build();
    expect(points().map(({ counted: of }) => [of?.count, of?.size])).toEqual([
      [1, 3],
      [1, 1],
    ]);
    const reach = points().map(({ plots }) => plots[0]?.limits?.upper ?? 0);
    expect(reach[0]).toBeLessThan(reach[1]!);
  });
});

describe('numbers', () => {
  it('c sums the defects of equally many units, u gives them per unit', () => {
    open('numbers', { kind: 'c', subgroup: { from: 'units', size: 2 }, limits: { from: 'given', average: 2 }, rules });
    build({ scratches: 3 });
    build({ scratches: 4 });
    expect(points()[0]).toMatchObject({ counted: { count: 7, size: 2 }, plots: [{ plot: 'defects', value: 7 }] });
    // 2 per unit on two units: 4 -+ 3 sqrt 4, cut off at 0.
    expect(points()[0]?.plots[0]?.limits).toMatchObject({ center: 4, upper: 10, lower: 0 });
    open('numbers', { kind: 'u', subgroup: { from: 'units', size: 2 }, limits: { from: 'given', average: 2 }, rules });
    build({ scratches: 3 });
    build({ scratches: 4 });
    expect(points()[0]?.plots[0]).toMatchObject({ plot: 'defects-per-unit', value: 3.5 });
    expect(points()[0]?.plots[0]?.limits?.upper).toBeCloseTo(2 + 3 * Math.sqrt(2 / 2), 12);
  });
  it('a number out of its limits counts too when the run ends there, and a corrected one takes its place', () => {
    open('numbers', { kind: 'u', subgroup: { from: 'units', size: 2 }, limits: { from: 'given', average: 2 }, rules });
    const start = (): void => {
      made += 1;
      world.do({ type: 'execution.start', serial: serialOf(made) });
      act({ type: 'choice', do: 'choose', option: 'red' });
      act({ type: 'checklist', do: 'answer', item: 'c', ok: true });
      act({ type: 'number', do: 'enter', value: 12 });
    };
    start();
    world.do({ type: 'unit.hold', serial: serialOf(made), reason: 'scratched' });
    expect(counted().map(({ count }) => count)).toEqual([12]);
    start();
    world.retry();
    act({ type: 'number', do: 'enter', value: 1 });
    expect(counted().map(({ count, attempt }) => [count, attempt])).toEqual([
      [12, 1],
      [1, 2],
    ]);
    expect(points()[0]?.counted).toMatchObject({ count: 13, size: 2 });
  });
});

describe('nonconformances', () => {
  const u = { kind: 'u', subgroup: { from: 'units', size: 3 }, limits: { from: 'given', average: 0.5 }, rules };
  const find = (defectId: string, ...serials: string[]) => {
    const decision = world.do({
      type: 'nonconformance.record',
      defectId,
      subject: { kind: 'units', serials },
      mark: null,
      note: '',
    });
    expect(codes(decision)).toEqual([]);
    return decision.ok ? (decision.value?.['nonconformanceId'] ?? '') : '';
  };
  /** Found while the unit is in its run. */
  const buildWith = (...defects: string[]): string => {
    const serial = serialOf((made += 1));
    world.now += 60_000;
    expect(codes(world.do({ type: 'execution.start', serial }))).toEqual([]);
    for (const defect of defects) find(defect, serial);
    if (world.open()?.status !== 'running') return serial;
    act({ type: 'choice', do: 'choose', option: 'red' });
    act({ type: 'checklist', do: 'answer', item: 'c', ok: true });
    act({ type: 'number', do: 'enter', value: 0 });
    act({ type: 'instruction', do: 'confirm' });
    return serial;
  };
  const told = () => counted().map(({ serial, count, late }) => [serial, count, late ? 'late' : 'run']);

  it('count at the end of the run what was recorded in it, of the groups and defects of the plan, 0 where none was', () => {
    open('nonconformances', u);
    buildWith();
    buildWith('scratch', 'bent', 'short');
    buildWith('short');
    expect(told()).toEqual([
      ['P-0001', 0, 'run'],
      ['P-0002', 2, 'run'],
      ['P-0003', 0, 'run'],
    ]);
    expect(points()[0]).toMatchObject({
      counted: { count: 2, size: 3 },
      plots: [{ plot: 'defects-per-unit', value: 2 / 3 }],
    });
  });

  it('count a unit whose run ends by the defect, once', () => {
    open('nonconformances', u);
    buildWith('crack');
    expect(told()).toEqual([['P-0001', 1, 'run']]);
    // Ended by a hold of other reasons: nothing was found, it was not inspected to the end.
    world.do({ type: 'execution.start', serial: serialOf(2) });
    world.do({ type: 'unit.hold', serial: serialOf(2), reason: 'fell' });
    expect(told()).toHaveLength(1);
  });

  it('found after the run: counts in the point that is on its way, without the unit a second time', () => {
    open('nonconformances', u);
    buildWith();
    buildWith();
    find('scratch', 'P-0001');
    find('short', 'P-0001');
    buildWith();
    expect(told()).toEqual([
      ['P-0001', 0, 'run'],
      ['P-0002', 0, 'run'],
      ['P-0001', 1, 'late'],
      ['P-0003', 0, 'run'],
    ]);
    expect(points()[0]?.counted).toMatchObject({ count: 1, size: 3 });
    expect(points()[0]?.values).toMatchObject([
      { serial: 'P-0001', value: 1, executionId: null },
      { serial: 'P-0003' },
    ]);
    // The point is judged and stays; what is found now opens the next one, whose time and size are those of its units.
    find('scratch', 'P-0002');
    expect(world.control.chart(key).tally).toMatchObject({ count: 1, size: 0 });
    const begun = world.now;
    for (let n = 0; n < 3; n += 1) buildWith();
    expect(points()).toHaveLength(2);
    expect(points()[0]?.counted).toMatchObject({ count: 1, size: 3 });
    expect(points()[1]?.counted).toMatchObject({ count: 1, size: 3, begunAt: begun + 60_000 });
  });

  it('a second defect of a unit whose run was ended by the first is found at that operation and is not lost', () => {
    open('nonconformances', u);
    const serial = buildWith('crack');
    find('scratch', serial);
    expect(told()).toEqual([
      ['P-0001', 1, 'run'],
      ['P-0001', 1, 'late'],
    ]);
  });

  it('several units at once: the one in its run counts at its end, the others late; added later: late', () => {
    open('nonconformances', u);
    buildWith();
    buildWith();
    world.now += 60_000;
    world.do({ type: 'execution.start', serial: 'P-0003' });
    const id = find('scratch', 'P-0001', 'P-0003');
    act({ type: 'choice', do: 'choose', option: 'red' });
    act({ type: 'checklist', do: 'answer', item: 'c', ok: true });
    act({ type: 'number', do: 'enter', value: 0 });
    act({ type: 'instruction', do: 'confirm' });
    expect(told().slice(2)).toEqual([
      ['P-0001', 1, 'late'],
      ['P-0003', 1, 'run'],
    ]);
    expect(points()[0]?.counted).toMatchObject({ count: 2, size: 3 });
    world.do({
      type: 'nonconformance.amend',
      nonconformanceId: id,
      note: '',
      photo: null,
      quantity: null,
      serials: ['P-0002'],
    });
    expect(told().slice(4)).toEqual([['P-0002', 1, 'late']]);
  });

  it('by order: a late defect of an older order neither ends nor names the point', () => {
    open('nonconformances', { ...u, subgroup: { from: 'order' } });
    buildWith();
    find('scratch', 'P-0001');
    buildWith('scratch');
    expect(points()).toEqual([]);
    expect(world.control.chart(key).tally).toMatchObject({ count: 2, size: 2, orderId: 'WO-1' });
  });
});

it('a person begins the next phase from points of counts', () => {
  open('verdicts', { kind: 'p', subgroup: { from: 'units', size: 2 }, limits: given, rules });
  const begin = (): readonly string[] =>
    codes(world.do({ type: 'phase.begin', chart: key, since: null, reason: 'new line' }));
  for (let n = 0; n < 38; n += 1) build({ blue: n % 10 === 0 });
  expect(begin()).toEqual(['chart.too-few-points']);
  build();
  build();
  expect(begin()).toEqual([]);
  const phase = world.log.flatMap((e) => (e.type === 'phase.begun' ? [e.body] : [])).at(-1);
  expect(phase).toMatchObject({ cause: 'person', mean: 0.1, size: 2 });
});
