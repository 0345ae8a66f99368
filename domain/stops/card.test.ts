import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { event } from '#contract/events/index.ts';
import { reasonsSchema } from '#contract/config/reasons.ts';
import type { Command } from '#domain/commands.ts';
import { asHappened } from '#domain/happened.ts';
import { startAt, testConfiguration, World } from '#domain/test-kit.ts';
import { t } from '#domain/test-plant.ts';
import { evolveStop, fitParts, partEnd, type StopCard } from './card.ts';
import { series } from './test-series.ts';

const minute = 60_000;
const reasons = reasonsSchema.parse({
  schema: 'linewright/reasons@1',
  reasons: [
    { id: 'top', title: t('Top'), category: 'delay', loss: 'breakdown' },
    { id: 'jam', title: t('Jam'), parent: 'top' },
    { id: 'tool', title: t('Tool'), parent: 'top', category: 'setup', loss: 'setup' },
    { id: 'other', title: t('Other'), parent: 'top', note: true },
    { id: 'elsewhere', title: t('Elsewhere'), parent: 'top', machines: ['p9'] },
  ],
});

let world: World;
const id = (): string => [...world.stops.cards.keys()][0] ?? '';
const card = (): StopCard => {
  const found = world.stops.find(id());
  if (found === null) throw new Error('no card');
  return found;
};
const follow = (text: string, now: number, at = 0) => {
  world.now = startAt + now * minute;
  world.stops.series.set('p1', series(text, startAt));
  return world.do({ type: 'stop.follow', machineId: 'p1', at: startAt + at * minute }, { kind: 'system' });
};
const codes = (command: Command) => {
  const done = world.do(command);
  return done.ok ? [] : done.reasons.map(({ code }) => code);
};
const partId = (n: number): string => card().parts[n]?.partId ?? '';
const on = <T extends object>(more: T) => ({ stopId: id(), revision: card().revision, ...more });
const classify = (n: number, reasonId: string, more: { note?: string; revision?: number } = {}) =>
  codes({ type: 'stop.classify', offered: null, note: '', ...on({ partId: partId(n), reasonId }), ...more });
const split = (n: number, at: number) =>
  codes({ type: 'stop.split', ...on({ partId: partId(n), at: startAt + at * minute }) });
const merge = (n: number) => codes({ type: 'stop.merge', ...on({ partId: partId(n) }) });
const move = (n: number, at: number) =>
  codes({ type: 'stop.move-edge', ...on({ partId: partId(n), at: startAt + at * minute }) });
/** `from-to reason` of each part, minutes. */
const parts = (of: StopCard = card()): readonly string[] =>
  of.parts.map((part, n) => {
    const end = partEnd(of, n);
    const to = end === null ? 'now' : (end - startAt) / minute;
    return `${(part.from - startAt) / minute}-${to} ${part.classified?.reason.id ?? '?'}`;
  });

beforeEach(() => {
  world = new World({ ...testConfiguration(), reasons });
});
/** A stop from 10 to 40 minutes, with line lead or operator at the station. */
function stopped(by: 'lead' | 'mara' = 'lead'): void {
  follow('producing 10 fault:E17@PUMP 30 producing', 50);
  world.signIn(by, by === 'lead' ? 'right' : 'none');
}

describe('cards follow the slices', () => {
  it('one opens when the machine has stood long enough, with what it said, and ends with it', () => {
    follow('producing 10 fault:E17@PUMP', 11);
    expect(world.stops.cards.size).toBe(0);
    follow('producing 10 fault:E17@PUMP', 12);
    expect(card()).toMatchObject({ from: startAt + 10 * minute, to: null, state: 'fault', alarm: 'E17', revision: 0 });
    expect(card().context.definitionId).toBe('PUMP');
    expect(world.log.at(-1)).toMatchObject({ type: 'stop.opened', actor: { kind: 'system' } });
    follow('producing 10 fault:E17@PUMP 30 producing', 40);
    expect(card()).toMatchObject({ to: startAt + 40 * minute, revision: 0 });
    const count = world.log.length;
    follow('producing 10 fault:E17@PUMP 30 producing', 45);
    expect(world.log).toHaveLength(count);
  });
  it('catches up with all that happened while nobody looked, each once', () => {
    const text = 'producing 10 fault 30 producing 1 waiting 1 producing 2 held 5 producing 9 starved';
    follow(text, 90);
    follow(text, 95);
    expect([...world.stops.cards.values()].map((each) => parts(each))).toEqual([
      ['10-40 ?'],
      ['44-49 ?'],
      ['58-now ?'],
    ]);
  });
  it('late values: a stop moves, and what was said of it stays where it still fits', () => {
    stopped();
    split(0, 20);
    split(1, 35);
    classify(0, 'jam');
    classify(1, 'tool');
    // It stood from 15 to 32 only.
    follow('producing 15 fault 17 producing', 50, 10);
    expect(parts()).toEqual(['15-20 jam', '20-32 tool']);
    expect(card().history.at(-1)).toMatchObject({ kind: 'restated', lost: 1, by: { kind: 'system' } });
    // Longer than ever thought: the first and the last part reach further.
    follow('producing 5 fault 45 producing', 60, 5);
    expect(parts()).toEqual(['5-20 jam', '20-50 tool']);
    // By the same name: the reason that was given is the one that is kept.
    expect(card().parts[0]?.classified).toMatchObject({ by: { kind: 'person', id: 'lead' } });
  });
  it('late values: it worked in between, so that there are two; or it did not stand at all', () => {
    stopped();
    classify(0, 'jam');
    follow('producing 10 fault 5 producing 5 fault 20 producing', 50, 15);
    expect([...world.stops.cards.values()].map((each) => parts(each))).toEqual([['20-40 jam'], ['10-15 ?']]);
    follow('producing 10 fault 5 producing', 50, 15);
    expect(card().withdrawn).toEqual({ at: world.now, into: null });
    expect(classify(0, 'jam')).toEqual(['stop.withdrawn']);
    expect(parts()).toEqual(['20-40 jam']);
  });
  it('late values: two stops are one, and both their reasons are in it', () => {
    follow('producing 10 fault 10 producing 10 held 10 producing', 50);
    world.signIn('lead', 'right');
    classify(0, 'jam');
    const [, second] = [...world.stops.cards.values()];
    world.do({
      type: 'stop.classify',
      stopId: second!.stopId,
      revision: 0,
      partId: second!.stopId,
      reasonId: 'tool',
      note: '',
      offered: null,
    });
    follow('producing 10 fault 30 producing', 50, 10);
    expect(parts()).toEqual(['10-30 jam', '30-40 tool']);
    expect(world.stops.find(second!.stopId)?.withdrawn).toEqual({ at: world.now, into: id() });
  });
  it('a stop that ended goes on after all', () => {
    stopped();
    classify(0, 'jam');
    follow('producing 10 fault', 50, 10);
    expect(parts()).toEqual(['10-now jam']);
    follow('producing 10 fault 55 producing', 70, 10);
    expect(parts()).toEqual(['10-65 jam']);
  });
});

describe('what people say', () => {
  it('an operator explains a stop, corrects it, and overrules nobody', () => {
    stopped('mara');
    expect(classify(0, 'jam')).toEqual([]);
    expect(classify(0, 'tool')).toEqual([]);
    expect(world.log.at(-1)?.body).toMatchObject({
      reason: { id: 'tool', title: t('Tool'), category: 'setup', loss: 'setup' },
    });
    expect(split(0, 20)).toEqual(['operator.lacks-permission']);
    world.signIn('new');
    expect(classify(0, 'jam')).toEqual(['operator.lacks-permission']);
    world.signIn('lead', 'right');
    expect(classify(0, 'jam')).toEqual([]);
    expect(card().history.filter(({ kind }) => kind === 'classified')).toMatchObject([
      { reason: { id: 'jam' }, before: null },
      { reason: { id: 'tool' }, before: { id: 'jam' } },
      { reason: { id: 'jam' }, before: { id: 'tool' }, by: { id: 'lead' } },
    ]);
    world.do({ type: 'operator.sign-out' });
    expect(classify(0, 'jam')).toEqual(['operator.nobody']);
  });
  it.each([
    ['nothing', 'stop.reason-unknown'],
    ['top', 'stop.reason-branch'],
    ['elsewhere', 'stop.reason-other-machine'],
    ['other', 'stop.words-missing'],
  ])('reason %s is refused: %s', (reasonId, code) => {
    stopped();
    expect(classify(0, reasonId, { note: '  ' })).toEqual([code]);
    expect(card().parts[0]?.classified).toBeNull();
  });
  it('tells every reason at once, and of unknown stops and parts', () => {
    expect(codes({ type: 'stop.split', stopId: 'none', revision: 0, partId: 'x', at: 1 })).toEqual([
      'operator.nobody',
      'stop.unknown',
    ]);
    stopped();
    const wrong = { ...on({ partId: 'x' }), reasonId: 'top', note: '', offered: null };
    expect(codes({ type: 'stop.classify', ...wrong })).toEqual(['stop.part-unknown', 'stop.reason-branch']);
    for (const type of ['stop.split', 'stop.move-edge'] as const)
      expect(codes({ type, ...on({ partId: 'x', at: startAt }) })).toEqual(['stop.part-unknown']);
    expect(codes({ type: 'stop.merge', ...on({ partId: 'x' }) })).toEqual(['stop.part-unknown']);
  });
  it('splits, moves the edge and merges, within the stop only', () => {
    stopped();
    classify(0, 'jam');
    expect([split(0, 10), split(0, 40), split(0, 5)]).toEqual([
      ['stop.edge-outside'],
      ['stop.edge-outside'],
      ['stop.edge-outside'],
    ]);
    expect(split(0, 20)).toEqual([]);
    expect(parts()).toEqual(['10-20 jam', '20-40 jam']);
    expect(classify(1, 'tool')).toEqual([]);
    expect([move(1, 10), move(1, 40)]).toEqual([['stop.edge-outside'], ['stop.edge-outside']]);
    expect(move(0, 12)).toEqual(['stop.parts-not-neighbours']);
    expect(move(1, 30)).toEqual([]);
    expect(parts()).toEqual(['10-30 jam', '30-40 tool']);
    expect(merge(1)).toEqual(['stop.parts-not-neighbours']);
    expect(merge(0)).toEqual([]);
    expect(parts()).toEqual(['10-40 jam']);
    expect(card().history.map(({ kind }) => kind)).toEqual([
      'opened',
      'ended',
      'classified',
      'split',
      'classified',
      'edge-moved',
      'merged',
    ]);
  });
  it('of a stop that goes on, no part begins in the future', () => {
    follow('producing 10 fault', 20);
    world.signIn('lead', 'right');
    expect(split(0, 20)).toEqual(['stop.edge-outside']);
    expect(split(0, 15)).toEqual([]);
    expect(parts()).toEqual(['10-15 ?', '15-now ?']);
  });
  it('notes and photos conflict with nothing; nothing added is refused', () => {
    stopped('mara');
    const photo = { sha256: 'ab'.repeat(32), contentType: 'image/jpeg', size: 10 } as const;
    expect(codes({ type: 'stop.note', stopId: id(), note: ' ', photo: null })).toEqual(['stop.nothing-added']);
    for (let n = 0; n < 6; n += 1) expect(codes({ type: 'stop.note', stopId: id(), note: '', photo })).toEqual([]);
    expect(codes({ type: 'stop.note', stopId: id(), note: 'x', photo })).toEqual(['photo.too-many']);
    expect(codes({ type: 'stop.note', stopId: id(), note: 'x', photo: null })).toEqual([]);
    expect(card().revision).toBe(0);
  });
  it('a preparation is begun and ended once', () => {
    stopped('mara');
    const begin = { type: 'preparation.begin', machineId: 'p1', definitionId: 'PUMP', note: '' } as const;
    expect(codes({ type: 'preparation.end', machineId: 'p1' })).toEqual(['preparation.none-open']);
    expect(codes(begin)).toEqual([]);
    expect(codes(begin)).toEqual(['preparation.open-already']);
    expect(codes({ type: 'preparation.end', machineId: 'p1' })).toEqual([]);
    expect(codes({ ...begin, machineId: 'p7' })).toEqual(['stop.machine-unknown']);
  });
});

describe('who saw an older card', () => {
  it('is told what changed, by whom, every change; nothing is overwritten', () => {
    stopped();
    const seenAt = card().revision;
    classify(0, 'jam');
    split(0, 20);
    move(1, 25);
    merge(0);
    world.signIn('mara');
    const refused = world.do({
      type: 'stop.classify',
      stopId: id(),
      revision: seenAt,
      partId: id(),
      reasonId: 'tool',
      note: '',
      offered: 1,
    });
    expect(refused.ok).toBe(false);
    expect(!refused.ok && refused.reasons).toMatchObject([
      { code: 'operator.lacks-permission' },
      {
        code: 'stop.classified-meanwhile',
        params: { by: 'LEAD', reasonText: t('Jam'), fromAt: startAt + 10 * minute },
      },
      { code: 'stop.split-meanwhile', params: { edgeAt: startAt + 20 * minute } },
      { code: 'stop.edge-moved-meanwhile', params: { wasAt: startAt + 20 * minute, edgeAt: startAt + 25 * minute } },
      { code: 'stop.merged-meanwhile', params: { edgeAt: startAt + 25 * minute } },
    ]);
    expect(parts()).toEqual(['10-40 jam']);
  });
  it('is not stopped by the machine working again, nor by a note', () => {
    follow('producing 10 fault', 20);
    world.signIn('mara');
    const { revision } = card();
    follow('producing 10 fault 15 producing', 30);
    world.do({ type: 'stop.note', stopId: id(), note: 'x', photo: null });
    expect(classify(0, 'jam', { revision })).toEqual([]);
  });
  it('is stopped by a past that was told anew', () => {
    stopped();
    const { revision } = card();
    follow('producing 12 fault 20 producing', 50, 10);
    expect(classify(0, 'jam', { revision })).toEqual(['stop.restated-meanwhile']);
  });
});

describe('any order of edits', () => {
  type Edit = {
    readonly do: 'classify' | 'split' | 'merge' | 'move' | 'restate';
    readonly n: number;
    readonly at: number;
    readonly stale: boolean;
  };
  const edit: fc.Arbitrary<Edit> = fc.record({
    do: fc.constantFrom('classify', 'classify', 'split', 'split', 'merge', 'move', 'restate'),
    n: fc.nat(4),
    at: fc.integer({ min: 5, max: 45 }),
    stale: fc.boolean(),
  });
  it('parts tile the stop exactly, whoever saw an older card changes nothing, and the history gives the same card again', () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 40 }), (edits) => {
        world = new World({ ...testConfiguration(), reasons });
        stopped();
        for (const each of edits) {
          const before = card();
          const count = world.log.length;
          const n = each.n % (before.parts.length + 1);
          const revision = each.stale && before.revision > 0 ? before.revision - 1 : before.revision;
          const base = { stopId: id(), revision, partId: before.parts[n]?.partId ?? 'none' };
          const at = startAt + each.at * minute;
          if (each.do === 'classify')
            world.do({
              type: 'stop.classify',
              ...base,
              reasonId: each.at % 2 ? 'jam' : 'tool',
              note: '',
              offered: null,
            });
          if (each.do === 'split') world.do({ type: 'stop.split', ...base, at });
          if (each.do === 'merge') world.do({ type: 'stop.merge', ...base });
          if (each.do === 'move') world.do({ type: 'stop.move-edge', ...base, at });
          if (each.do === 'restate')
            follow(`producing ${Math.min(each.at, 24)} fault ${26 - Math.min(each.at, 24) + each.n} producing`, 50, 0);
          const after = card();
          expect(after.parts[0]?.from).toBe(after.from);
          after.parts.forEach((part, k) => expect(partEnd(after, k)).toBeGreaterThan(part.from));
          expect(new Set(after.parts.map((part) => part.partId)).size).toBe(after.parts.length);
          const total = after.parts.reduce((sum, part, k) => sum + ((partEnd(after, k) ?? 0) - part.from), 0);
          expect(total).toBe((after.to ?? 0) - after.from);
          if (each.do !== 'restate' && revision !== before.revision) expect(world.log).toHaveLength(count);
          // Nothing that was said is gone from the history.
          expect(after.history.slice(0, before.history.length)).toEqual(before.history);
        }
        const facts = world.log.filter(({ type }) => type.startsWith('stop.'));
        const again = facts.reduce<StopCard | null>((made, fact) => evolveStop(made, fact), null);
        expect(again).toEqual(card());
        expect(card().history).toHaveLength(facts.length);
      }),
      { numRuns: 120 },
    );
  });
});

it('a fact of a part that is not there changes nothing', () => {
  stopped();
  const stamp = { at: 1, actor: { kind: 'system' }, stationId: 'ST10' } as const;
  const base = { stopId: id(), machineId: 'p1', revision: 0 };
  const reason = { id: 'jam', title: t('Jam'), category: 'delay', loss: null } as const;
  for (const fact of [
    event('stop.classified', { ...base, partId: 'x', reason, note: '', offered: null }),
    event('stop.split', { ...base, partId: 'x', at: 1, newPartId: 'y' }),
    event('stop.merged', { ...base, partId: id(), gonePartId: 'x' }),
    event('stop.edge-moved', { ...base, partId: id(), at: 1 }),
  ])
    expect(evolveStop(card(), asHappened(fact, stamp))).toBe(card());
  const ended = event('stop.ended', { stopId: 'z', machineId: 'p1', to: 1 });
  expect(evolveStop(null, asHappened(ended, stamp))).toBeNull();
});

it('parts that lie in a stop that goes on fit whatever its end was', () => {
  const made = [10, 20, 30].map((from) => ({ partId: `p${from}`, from, classified: null }));
  const fit = (from: number, to: number | null, was: number | null) => {
    const { parts: kept, lost } = fitParts(made, { to: was }, { from, to });
    return [kept.map((part) => `${part.partId}@${part.from}`).join(' '), lost.join(' ')];
  };
  expect(fit(5, null, 40)).toEqual(['p10@5 p20@20 p30@30', '']);
  expect(fit(25, 28, 40)).toEqual(['p20@25', 'p10 p30']);
  expect(fit(45, 60, 40)).toEqual(['p30@45', 'p10 p20']);
  expect(fit(35, null, null)).toEqual(['p30@35', 'p10 p20']);
});
