import { describe, expect, it } from 'vitest';
import { reasonsSchema, type Reasons } from '#contract/config/reasons.ts';
import { machineStates } from '#contract/machine-state.ts';
import { checkConfiguration } from '#domain/config/check.ts';
import { t } from '#domain/test-plant.ts';
import { e10Reasons } from './e10.ts';
import { rankReasons, type ExplainedStop } from './rank.ts';
import { offeredFor, reasonTree } from './reasons.ts';
import { stands } from './standing.ts';

const reasons = (...all: readonly ({ readonly id: string } & Readonly<Record<string, unknown>>)[]): Reasons =>
  reasonsSchema.parse({ schema: 'linewright/reasons@1', reasons: all.map((each) => ({ title: t(each.id), ...each })) });

describe('the tree', () => {
  it('is that of SEMI E10 where the plant has none: six classes, every leaf with its category, nothing wrong with it', () => {
    const tree = reasonTree(null);
    expect(tree.all.filter(({ parent }) => parent === null)).toHaveLength(6);
    expect(tree.find('E10-5300')).toMatchObject({ leaf: true, category: 'delay', loss: 'breakdown' });
    expect(tree.find('E10-4500')).toMatchObject({ category: 'setup', loss: 'setup' });
    expect(tree.find('E10-2201')).toMatchObject({ parent: 'E10-2200', external: 'downstream', icon: 'material' });
    expect(problems(e10Reasons)).toEqual([]);
    for (const state of machineStates.filter(stands))
      expect(offeredFor(tree, 'any', state).length, state).toBeGreaterThan(0);
  });
  it('what a branch says holds below until somebody says otherwise, also that it is no loss', () => {
    const tree = reasonTree(
      reasons(
        { id: 'leaf', parent: 'branch' },
        { id: 'branch', parent: 'top', loss: null },
        { id: 'top', category: 'down', loss: 'breakdown', machines: ['p1'], states: ['fault'], icon: 'repair' },
        { id: 'other', category: 'delay' },
      ),
    );
    expect(tree.all.map(({ id }) => id)).toEqual(['top', 'branch', 'leaf', 'other']);
    const said = { category: 'down', loss: null, machines: ['p1'], states: ['fault'], icon: 'repair', leaf: true };
    expect(tree.find('leaf')).toMatchObject(said);
    expect(offeredFor(tree, 'p1', 'fault').map(({ id }) => id)).toEqual(['leaf', 'other']);
    expect(offeredFor(tree, 'p1', 'held').map(({ id }) => id)).toEqual(['other']);
    expect(offeredFor(tree, 'p2', 'fault').map(({ id }) => id)).toEqual(['other']);
  });
});

function problems(value: Reasons, machines: readonly string[] = ['p1']): readonly string[] {
  const none = { plant: null, people: null, materials: null, lines: [], stations: [], devices: [], recipes: [] };
  const machine = { schema: 'linewright/machine@1', title: t('P'), station: 'ST10', state: { from: 'hand' } } as const;
  const more = { rates: [], stops: { microUnderMs: 1 } };
  return checkConfiguration({
    ...none,
    definitions: [],
    controlPlans: [],
    orders: [],
    reasons: { file: 'reasons.yaml', value },
    machines: machines.map((id) => ({ file: `machines/${id}.yaml`, value: { ...machine, ...more, id } })),
    alsoDeclared: new Set(['ST10']),
  })
    .filter(({ file }) => file === 'reasons.yaml')
    .map(({ path, problem }) => `${path.join('.')}: ${problem}`);
}

describe('linewright check', () => {
  it.each([
    [
      'twice',
      [
        { id: 'a', category: 'down' },
        { id: 'a', category: 'down' },
      ],
      'reasons.1.id: reason "a" is used twice',
    ],
    ['no parent', [{ id: 'a', category: 'down', parent: 'b' }], 'reasons.0.parent: unknown reason "b"'],
    [
      'its own parent',
      [
        { id: 'a', category: 'down', parent: 'a' },
        { id: 'b', category: 'down' },
      ],
      'reasons.0.parent: reason "a" is below itself, so it could never be reached',
    ],
    [
      'no category',
      [{ id: 'top' }, { id: 'a', parent: 'top' }],
      'reasons.1: neither reason "a" nor a branch above it says its category, so its time could not be counted',
    ],
    [
      'no machine',
      [
        { id: 'a', category: 'down', machines: ['p9'] },
        { id: 'b', category: 'down' },
      ],
      'reasons.0.machines.0: unknown machine "p9"',
    ],
    [
      'note at a branch',
      [
        { id: 'top', category: 'down', note: true },
        { id: 'a', parent: 'top' },
      ],
      'reasons.0.note: reason "top" has others below it and is never given itself, so its note is never asked for',
    ],
    [
      'nothing for a machine',
      [
        { id: 'top', category: 'down', machines: ['p1'] },
        { id: 'a', parent: 'top' },
      ],
      'reasons: no reason is for machine "p2", so none of its stops could be explained',
    ],
  ])('%s', (_name, all, problem) => {
    expect(problems(reasons(...all), ['p1', 'p2'])).toEqual([problem]);
  });
  it('tells of every reason in a circle, and of what is below it', () => {
    const said = problems(
      reasons(
        { id: 'a', category: 'down', parent: 'b' },
        { id: 'b', parent: 'a' },
        { id: 'c', parent: 'b' },
        { id: 'd', category: 'down' },
      ),
    );
    expect(said.map((each) => each.split(':')[0])).toEqual([
      'reasons.0.parent',
      'reasons.1.parent',
      'reasons.2.parent',
    ]);
  });
});

describe('the five big reasons', () => {
  const tree = reasonTree(reasons(...['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ id, category: 'delay' }))));
  const past = (reasonId: string, more: Partial<ExplainedStop> = {}): ExplainedStop => ({
    reasonId,
    state: 'waiting',
    alarm: null,
    definitionId: null,
    hour: 3,
    ...more,
  });
  const now = { state: 'fault', alarm: 'E17', definitionId: 'PMP', hour: 23 } as const;
  const ids = (history: readonly ExplainedStop[]) =>
    rankReasons(tree.all, history, now).map(({ reason, count, same }) => `${reason.id} ${count} ${same}`);

  it('are those of the tree where nothing is known, unplanned ones first', () => {
    expect(ids([])).toEqual(['a 0 0', 'b 0 0', 'c 0 0', 'd 0 0', 'e 0 0']);
    const mixed = reasonTree(reasons({ id: 'plan', category: 'planned' }, { id: 'late', category: 'delay' }));
    expect(rankReasons(mixed.all, [], now).map(({ reason }) => reason.id)).toEqual(['late', 'plan']);
  });
  it('one stop with the same alarm outweighs four others; state, product and hour count too', () => {
    // f: 1 + 4 = 5; e: 4 x 1; d: 1 + 2; c: 1 + 1 (product); b: 1 + 1 (hour 0 is beside 23)
    const history = [
      ...['e', 'e', 'e', 'e'].map((id) => past(id)),
      past('b', { hour: 0 }),
      past('c', { definitionId: 'PMP' }),
      past('d', { state: 'fault' }),
      past('f', { alarm: 'E17' }),
    ];
    expect(ids(history)).toEqual(['f 1 1', 'e 4 0', 'd 1 0', 'b 1 0', 'c 1 0']);
    expect(ids(history.toReversed())).toEqual(ids(history));
  });
  it('without an alarm the same state is counted, and nothing is not the same as nothing', () => {
    const ranked = rankReasons(tree.all, [past('a'), past('b', { state: 'fault' })], {
      ...now,
      alarm: null,
      definitionId: null,
    });
    expect(ranked.slice(0, 2).map(({ reason, same }) => [reason.id, same])).toEqual([
      ['b', 1],
      ['a', 0],
    ]);
  });
  it('of reasons that are no longer in the tree nothing is offered', () => {
    expect(ids([past('gone')])).not.toContain('gone 1 0');
  });
});
