/** Studies over the real store, through the calls of the screen: the gauge's button, restarts, an unplugged gauge, blindness. */
import { call } from '@orpc/server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MeasuringView } from '#contract/rpc/studies.ts';
import { newGauge } from '#domain/gauges/gauge.ts';
import { gaugedConfiguration } from '#domain/gauges/test-plan.ts';
import { evolveStudy, type StudyPart } from '#domain/studies/study.ts';
import { settled, TestStation } from '#station/core/test-kit.ts';
import { readStudy } from '#station/store/projections/studies.ts';
import { createStudiesRouter } from './rpc.ts';

let station: TestStation;
let router: ReturnType<typeof createStudiesRouter>;
let page: { view: MeasuringView | null; close(): Promise<void> };

beforeEach(() => {
  station = new TestStation(
    'ST10',
    gaugedConfiguration({ study: { maxPercent: 30, of: 'tolerance', minDistinct: 5 } }),
  );
  router = createStudiesRouter(station.core);
  station.signIn('tech', 'right');
});
afterEach(async () => {
  await page?.close();
  await station.close();
});

async function begin(): Promise<string> {
  const outcome = await call(router.begin, {
    commandId: station.id(),
    plan: {
      kind: 'grr',
      gaugeId: 'G-1',
      subject: { kind: 'characteristic', definitionId: 'PUMP', revision: 'A', characteristicId: 'bore' },
      parts: ['A', 'B', 'C'].map((label) => ({ label, reference: null })),
      appraisers: ['mara', 'tech'],
      trials: 2,
      method: 'anova',
    },
  });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal.reasons));
  return outcome.value;
}
async function open(studyId: string): Promise<void> {
  const stop = new AbortController();
  const views = await call(router.measure, { studyId }, { signal: stop.signal });
  page = {
    view: null,
    async close() {
      stop.abort();
      await reading.catch(() => {});
    },
  };
  const reading = (async () => {
    for await (const view of views) page.view = view;
  })();
  await settled();
}
const size = (part: string, who: string, trial: number): number =>
  9.9 + 'ABC'.indexOf(part) / 12 + (who === 'mara' ? 0.002 : 0) + trial / 1_000;
async function measure(who: string): Promise<void> {
  if (page.view?.appraiser?.personId !== who) station.signIn(who);
  await settled();
  const next = page.view?.next;
  if (!next) throw new Error(`nothing to measure: ${JSON.stringify(page.view)}`);
  station.shop.push('gauge.value', size(next.part, who, next.trial), { unit: 'mm' });
  await settled();
}
const values = () => station.events().filter(({ type }) => type === 'study.value-recorded');

it('a whole study through the button of the gauge, over a restart, to its verdict; the log folds to the same', async () => {
  const id = await begin();
  await open(id);
  expect(page.view).toMatchObject({ entry: 'push', turn: { personId: 'mara' }, appraiser: { personId: 'tech' } });
  for (let n = 0; n < 3; n += 1) await measure('mara');
  expect(page.view?.turn?.personId).toBe('tech');
  expect(JSON.stringify(page.view)).not.toMatch(/9\.9\d|10\.0\d/);
  await page.close();
  await station.restart();
  router = createStudiesRouter(station.core);
  station.signIn('mara');
  await open(id);
  expect(page.view?.progress.map(({ done }) => done)).toEqual([3, 0]);
  for (let n = 0; n < 3; n += 1) await measure('tech');
  for (let n = 0; n < 3; n += 1) await measure('tech');
  for (let n = 0; n < 3; n += 1) await measure('mara');
  expect(page.view).toMatchObject({ turn: null, study: { status: 'measured', done: 12 } });
  // Blind to the end: also for one who set it up.
  station.signIn('tech', 'right');
  expect(await call(router.study, { studyId: id })).toMatchObject({
    values: null,
    hidden: { code: 'study.blind' },
    result: null,
  });
  expect(await call(router.finish, { commandId: station.id(), studyId: id })).toMatchObject({ ok: true });
  await settled();
  expect(page.view).toBeNull();
  const view = await call(router.study, { studyId: id });
  expect(view).toMatchObject({ hidden: null, study: { status: 'passed' } });
  expect(view?.values).toHaveLength(12);
  expect(view?.study.distinct).toBeGreaterThan(5);
  const folded = station.events().reduce<StudyPart | null>((part, e) => evolveStudy(part, e), null);
  expect(readStudy(station.core.read, id)).toEqual(folded);
  const takenAt = [...new Set(values().map(({ at }) => at))];
  expect(takenAt).not.toEqual([]);
  const standing = { studyId: id, characteristicId: 'bore', takenAt };
  expect(station.core.facts().gauges.state('G-1').studies).toMatchObject([standing]);
  // The server tells the same study again, of a time when it did not know more than its end: nothing is forgotten.
  const { studies } = station.core.facts().gauges.state('G-1');
  const lesser = studies.map((each) => ({ ...each, takenAt: [] }));
  station.server.send(['gauge', 'G-1', { ...newGauge('G-1'), studies: lesser }]);
  expect(station.core.facts().gauges.state('G-1').studies).toMatchObject([standing]);
  expect(station.store.rebuild()).toMatchObject({ equal: true });
});

it('an unplugged gauge is told and nothing is lost; another person and another unit are refused and said', async () => {
  const id = await begin();
  await open(id);
  await measure('mara');
  station.shop.link('gauge', 'disconnected');
  await settled();
  expect(page.view?.gaugeFaults.map(({ code }) => code)).toEqual(['device.not-connected']);
  station.shop.link('gauge', 'connected');
  await settled();
  expect(page.view?.gaugeFaults).toEqual([]);
  station.shop.push('gauge.value', 0.39, { unit: '[in_i]' });
  await settled();
  expect(page.view?.refusedPush?.refusal.reasons.map(({ code }) => code)).toEqual(['value.wrong-unit']);
  station.signIn('late');
  await settled();
  expect(page.view).toMatchObject({ appraiser: null, next: null, refused: [{ code: 'study.not-appraiser' }] });
  station.shop.push('gauge.value', 10, { unit: 'mm' });
  await settled();
  expect(values()).toHaveLength(1);
  expect(page.view?.refusedPush?.refusal.reasons.map(({ code }) => code)).toEqual(['study.not-appraiser']);
  await measure('mara');
  expect(page.view?.refusedPush).toBeNull();
});

it('the part before is measured again with a reason; asked for by one, it is not done to the other', async () => {
  const id = await begin();
  await open(id);
  await measure('mara');
  const part = page.view?.last;
  expect(await call(router.again, { studyId: id, reason: 'Slipped' })).toMatchObject({ ok: true });
  await settled();
  expect(page.view?.again).toEqual({ part, reason: 'Slipped' });
  station.signIn('tech', 'right');
  await settled();
  expect(page.view?.again).toBeNull();
  station.signIn('mara');
  await settled();
  station.shop.push('gauge.value', 10, { unit: 'mm' });
  await settled();
  expect(page.view).toMatchObject({ again: null, progress: [{ done: 1 }, { done: 0 }] });
  expect(values().map(({ body }) => (body as { reason: string | null }).reason)).toEqual([null, 'Slipped']);
  expect(await call(router.again, { studyId: 'none', reason: 'x' })).toMatchObject({ ok: false });
});

it('while no page is open, and after the study, pushes belong to the work as before', async () => {
  const id = await begin();
  const refused: string[] = [];
  station.core.pushed.listen(({ refusal }) => refused.push(refusal?.reasons[0]?.code ?? 'taken'));
  station.shop.push('gauge.value', 10, { unit: 'mm' });
  await open(id);
  expect(await call(router.abandon, { commandId: station.id(), studyId: id, reason: 'Parts needed' })).toMatchObject({
    ok: true,
  });
  station.shop.push('gauge.value', 10, { unit: 'mm' });
  expect(refused).toEqual(['execution.none-open', 'execution.none-open']);
  expect(values()).toEqual([]);
  expect(await call(router.list, {})).toMatchObject({ total: 1, items: [{ studyId: id, status: 'abandoned' }] });
});

it('the open page of a study goes before a sample that waits at the bench', async () => {
  let sampled = 0;
  station.core.execution.claimPushes(() => {
    sampled += 1;
    return true;
  });
  router = createStudiesRouter(station.core);
  const id = await begin();
  await open(id);
  await measure('mara');
  expect([values().length, sampled]).toEqual([1, 0]);
  await page.close();
  await settled();
  station.shop.push('gauge.value', 10, { unit: 'mm' });
  expect([values().length, sampled]).toEqual([1, 1]);
});

it('what can be studied: gauges of this station, characteristics with what the plan asks, people', async () => {
  const choices = await call(router.choices, undefined);
  expect(choices.gauges.map(({ id, device }) => [id, device?.id ?? null])).toEqual([
    ['G-1', 'gauge'],
    ['G-2', 'dial'],
    ['G-3', null],
    ['G-4', null],
  ]);
  expect(choices.characteristics.map(({ characteristicId, criteria }) => [characteristicId, criteria])).toEqual([
    ['bore', { kind: 'grr', maxPercent: 30, of: 'tolerance', minDistinct: 5, plan: { id: 'PUMP', revision: '1' } }],
    ['force', { kind: 'grr', maxPercent: 30, of: 'tolerance', minDistinct: 5, plan: null }],
  ]);
  expect(choices.checks.map(({ itemId }) => itemId)).toEqual(['clean', 'dry']);
  expect(choices.people.map(({ personId }) => personId)).not.toContain('gone');
});

it('says on the page which trials are measured again after the gauge was found bad, and why; a restart changes nothing', async () => {
  const studyId = await begin();
  await open(studyId);
  await measure('tech');
  await measure('tech');
  station.clock.advance(60_000);
  const at = station.clock.now();
  const mark = (good: boolean, when: number) => ({
    id: `K-${when}`,
    kind: 'check' as const,
    good,
    from: when,
    to: when,
    stationId: 'QB10',
  });
  const marks = [mark(false, at)];
  station.server.send(['gauge', 'G-1', { ...newGauge('G-1'), marks }]);
  await settled();
  const why = { code: 'gauge.recalled', params: { gauge: 'G-1', sinceAt: null, foundAt: at } };
  const parts = values().map(({ body }) => (body as { readonly part: string }).part);
  const expected = { why, count: 2, of: [{ person: { personId: 'tech' }, trials: [{ trial: 1, parts }] }] };
  expect(page.view).toMatchObject({ suspect: expected, next: { part: parts[0], suspect: why, done: 0 } });
  expect(page.view?.gaugeFaults.map(({ code }) => code)).toEqual(['gauge.not-found-good']);
  expect(page.view?.study).toMatchObject({ done: 0, status: 'measuring' });
  await page.close();
  await station.restart();
  router = createStudiesRouter(station.core);
  station.signIn('tech', 'right');
  await open(studyId);
  expect(page.view).toMatchObject({ suspect: expected });
  station.clock.advance(1_000);
  station.server.send(['gauge', 'G-1', { ...newGauge('G-1'), marks: [...marks, mark(true, station.clock.now())] }]);
  station.clock.advance(1_000);
  await settled();
  await measure('tech');
  expect(page.view?.suspect).toMatchObject({ count: 1, of: [{ trials: [{ trial: 1, parts: [parts[1]] }] }] });
  expect(values().at(-1)?.body).toMatchObject({ part: parts[0], trial: 1, reason: expect.stringContaining('G-1') });
  expect(station.store.rebuild()).toMatchObject({ equal: true });
});
