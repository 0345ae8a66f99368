/** Stops over the real store: opened and ended by slices and the clock, asked about, edited by two people, rebuilt. */
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calendarSchema } from '#contract/config/calendar.ts';
import { machineFileSchema } from '#contract/config/machines.ts';
import { plantSchema } from '#contract/config/plant.ts';
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { MachineState } from '#contract/machine-state.ts';
import { startAt, testConfiguration } from '#domain/test-kit.ts';
import { t } from '#domain/test-plant.ts';
import { settled, TestStation } from '#station/core/test-kit.ts';
import { createLog } from '#station/log.ts';
import { Photos } from '#station/photos/photos.ts';
import { temporaryFolder } from '#station/store/test-kit.ts';
import { followMachineStops } from './follow.ts';
import { createStopsRouter } from './rpc.ts';

const minute = 60_000;
const machine = (id: string) =>
  machineFileSchema.parse({
    schema: 'linewright/machine@1',
    id,
    title: t(id.toUpperCase()),
    station: 'ST10',
    state: { from: 'hand' },
  });

let station: TestStation;
let folder: ReturnType<typeof temporaryFolder>;
let end = (): void => {};
let client: ReturnType<typeof clientOf>;
const clientOf = () =>
  createRouterClient(createStopsRouter(station.core, new Photos(folder.path, station.clock, createLog('silent'))));
function begin(more: object = {}): void {
  station = new TestStation('ST10', { ...testConfiguration(), machines: [machine('p1'), machine('p2')], ...more });
  end = followMachineStops(station.core);
  client = clientOf();
}
beforeEach(() => {
  folder = temporaryFolder();
  begin();
});
afterEach(async () => {
  end();
  await station.close();
  folder[Symbol.dispose]();
});

const context = { orderId: 'WO-1', definitionId: 'PUMP', operationId: '10' };
/** As the watcher of machines writes it. */
async function happens(fact: DomainEvent): Promise<void> {
  const { clock, store } = station;
  const meta = { actor: { kind: 'system' }, commandId: null, bootId: 'boot', config: 'config-1' } as const;
  store.append([fact], { ...meta, at: clock.now(), monoMs: clock.monotonic() }, []);
  await settled();
}
/** The machine says this now, or said it `before` minutes ago. */
async function says(state: MachineState, alarm: string | null = null, before = 0, machineId = 'p1'): Promise<void> {
  const beganAt = station.clock.now() - before * minute;
  const begun = { machineId, beganAt, state, told: null, alarm, context, clock: 'machine' } as const;
  await happens(event('slice.begun', begun));
}
/** In steps of a minute. */
async function pass(minutes: number): Promise<void> {
  for (let n = 0; n < minutes; n += 1) {
    station.clock.advance(minute);
    await settled();
  }
}
const at = (ms: number | null): number | null => (ms === null ? null : (ms - startAt) / minute);
const list = async (show: 'all' | 'unexplained' = 'all') => (await client.list({ show })).items;
const rows = async () => (await list()).map((row) => [row.machineId, at(row.from), at(row.to), row.unexplained]);
const only = async () => (await client.get({ stopId: (await list())[0]?.stopId ?? '' }))!;
const watched = async () => {
  for await (const told of await client.watch()) return told;
  throw new Error('nothing was told');
};

describe('a machine that stands', () => {
  it('gets a card when the threshold passes, not before, and the card ends when it works again', async () => {
    await says('producing');
    await pass(5);
    await says('fault', 'E17');
    await pass(1);
    expect(await rows()).toEqual([]);
    await pass(1);
    expect(await rows()).toEqual([['p1', 5, null, 1]]);
    await pass(8);
    await says('producing');
    expect(await rows()).toEqual([['p1', 5, 15, 1]]);
    expect(await only()).toMatchObject({
      alarm: 'E17',
      product: t('Pump'),
      orderId: 'WO-1',
      slices: [{ state: 'fault', alarm: 'E17' }],
    });
    expect(station.types().filter((type) => type.startsWith('stop.'))).toEqual(['stop.opened', 'stop.ended']);
  });
  it('is two micro-stops when it stands shortly twice: grouped, never asked about', async () => {
    for (let n = 0; n < 2; n += 1) {
      await says('producing');
      await pass(5);
      await says('fault', 'E9');
      await pass(1);
    }
    await says('producing');
    expect(await rows()).toEqual([]);
    expect(await client.micro()).toMatchObject([
      { machineId: 'p1', count: 2, ms: 2 * minute, alarms: [{ text: 'E9', count: 2 }] },
    ]);
  });
  it('catches up after a restart, and opens no card twice', async () => {
    await says('producing');
    await pass(1);
    end();
    await says('fault');
    await pass(10);
    await says('producing');
    await pass(3);
    await says('held');
    await pass(30);
    expect(await rows()).toEqual([]);
    await station.restart();
    end = followMachineStops(station.core);
    client = clientOf();
    await settled();
    const caught = [
      ['p1', 14, null, 1],
      ['p1', 1, 11, 1],
    ];
    expect(await rows()).toEqual(caught);
    end();
    end = followMachineStops(station.core);
    expect(await rows()).toEqual(caught);
  });
  it('follows a past that is told anew, with what was said of it, and says so', async () => {
    await says('producing');
    await pass(5);
    await says('fault');
    await pass(10);
    await says('producing');
    station.signIn('lead', 'right');
    const { stopId, revision } = await only();
    const card = { stopId, revision, partId: stopId };
    await client.classify({ commandId: station.id(), ...card, reasonId: 'E10-5300', note: '', offered: 1 });
    const slice = (minutes: number, state: MachineState) => ({
      beganAt: startAt + minutes * minute,
      state,
      told: null,
      alarm: null,
      context,
    });
    const restated = event('slices.restated', {
      machineId: 'p1',
      from: startAt + 3 * minute,
      to: startAt + 15 * minute,
      slices: [slice(3, 'fault'), slice(9, 'producing')],
      reason: 'late-values',
      note: '',
    });
    await happens(restated);
    expect(await rows()).toEqual([['p1', 3, 9, 0]]);
    expect((await only()).history.at(-1)).toMatchObject({ kind: 'restated', lost: 0, by: 'ST10' });
  });
  it('is not asked about in a break, nor outside of shifts; a shift boundary splits the card on reading', async () => {
    end();
    await station.close();
    // startAt is 09:00 of the plant's clock.
    const shifts = [
      {
        id: 'early',
        title: t('Early'),
        from: '06:00',
        to: '10:00',
        breaks: [{ from: '09:10', to: '09:20', title: t('Tea') }],
      },
      { id: 'late', title: t('Late'), from: '10:00', to: '11:00' },
    ];
    const planned = [
      { id: 'audit', title: t('Audit'), from: '2026-11-20T09:40:00+01:00', to: '2026-11-20T09:50:00+01:00' },
    ];
    begin({
      plant: plantSchema.parse({ ...testConfiguration().plant, shifts }),
      calendar: calendarSchema.parse({ schema: 'linewright/calendar@1', planned }),
    });
    await says('producing');
    await pass(11);
    await says('waiting');
    await pass(8);
    expect(await rows()).toEqual([]);
    await pass(3);
    expect(await rows()).toEqual([['p1', 20, null, 1]]);
    await pass(50);
    await says('producing');
    const { partViews, planned: spans } = await only();
    expect(partViews.flatMap(({ pieces }) => pieces.map((p) => [p.shift?.title.en, at(p.from), at(p.to)]))).toEqual([
      ['Early', 20, 60],
      ['Late', 60, 72],
    ]);
    expect(spans.map(({ kind, title, from }) => [kind, title?.en, at(from)])).toEqual([['planned', 'Audit', 40]]);
    await pass(60);
    await says('waiting');
    await pass(60);
    expect(await rows()).toHaveLength(1);
  });
});

describe('is asked about', () => {
  it('at the next natural pause, never while a unit is in work; the newest first', async () => {
    station.signIn('mara');
    await says('producing');
    await pass(1);
    await says('fault');
    await pass(2);
    const { stopId } = await only();
    expect(await watched()).toMatchObject({ unexplained: 1, ask: { stopId, now: true, machineTitle: t('P1') } });
    station.start('P-0001');
    expect((await watched()).ask).toMatchObject({ stopId, now: false });
    await says('producing', null, 0, 'p2');
    await says('held', null, 0, 'p2');
    await pass(2);
    expect(await watched()).toMatchObject({ unexplained: 2, ask: { machineTitle: t('P2'), now: false } });
  });
  it('until it is explained: unexplained ones stay at the top of the list', async () => {
    station.signIn('mara');
    for (let n = 0; n < 3; n += 1) {
      await says('producing');
      await pass(1);
      await says('fault', 'E17');
      await pass(3);
    }
    await says('producing');
    const [newest, , oldest] = await list();
    const { stopId } = newest!;
    const answer = await client.classify({
      commandId: station.id(),
      stopId,
      revision: 0,
      partId: stopId,
      reasonId: 'E10-5400',
      note: '',
      offered: 2,
    });
    expect(answer).toEqual({ ok: true, value: undefined });
    expect((await list()).map((row) => row.unexplained)).toEqual([1, 1, 0]);
    expect(await list('unexplained')).toHaveLength(2);
    // What was given once is offered first the next time, with its count.
    const { offered } = (await client.get({ stopId: oldest!.stopId }))!;
    expect(offered[0]).toMatchObject({ id: 'E10-5400', count: 1, same: 1 });
    const paged = await client.list({ show: 'all', limit: 2 });
    const rest = await client.list({ show: 'all', limit: 2, cursor: paged.next });
    expect([paged.items.length, rest.items.map((row) => row.stopId), rest.next]).toEqual([2, [stopId], null]);
  });
});

describe('two people', () => {
  it('who explain the same stop at once: the second is told who said what, and the first stays', async () => {
    await says('producing');
    await pass(1);
    await says('fault');
    await pass(5);
    station.signIn('mara');
    // Two screens of one station, each with the card as it was.
    const other = clientOf();
    const { stopId, revision } = await only();
    const say = { stopId, revision, partId: stopId, note: '', offered: null };
    const answers = await Promise.all([
      client.classify({ ...say, commandId: 'screen-one', reasonId: 'E10-5300' }),
      other.classify({ ...say, commandId: 'screen-two', reasonId: 'E10-5600' }),
    ]);
    expect(answers[0]?.ok).toBe(true);
    expect(answers[1]).toMatchObject({
      ok: false,
      refusal: {
        reasons: [
          { code: 'stop.classified-meanwhile', params: { by: 'MARA', reasonText: { en: 'Repair', de: 'Reparatur' } } },
        ],
      },
    });
    const view = await only();
    expect(view.partViews.map(({ reason, by }) => [reason?.id, by])).toEqual([['E10-5300', 'MARA']]);
    // Sent again as it was, it is answered as before.
    expect(await client.classify({ ...say, commandId: 'screen-one', reasonId: 'E10-5300' })).toEqual(answers[0]);
  });
  it('operator and lead: who may do what is told with the card', async () => {
    await says('producing');
    await pass(1);
    await says('fault');
    await pass(5);
    station.signIn('mara');
    const { stopId } = await only();
    const say = { stopId, partId: stopId, note: '', offered: null };
    await client.classify({ ...say, revision: 0, commandId: station.id(), reasonId: 'E10-5300' });
    expect(await only()).toMatchObject({ may: { classify: true, edit: false }, partViews: [{ may: true }] });
    station.signIn('new');
    expect(await only()).toMatchObject({ may: { classify: true, edit: false }, partViews: [{ may: false }] });
    station.signIn('lead');
    expect(await only()).toMatchObject({ may: { classify: true, edit: true }, partViews: [{ may: true }] });
    const cut = await client.split({
      commandId: station.id(),
      stopId,
      revision: 1,
      partId: stopId,
      at: startAt + 3 * minute,
    });
    expect(cut.ok).toBe(true);
    const [, second] = (await only()).partViews;
    await client.moveEdge({
      commandId: station.id(),
      stopId,
      revision: 2,
      partId: second!.partId,
      at: startAt + 4 * minute,
    });
    expect((await only()).partViews.map(({ from, to, reason }) => [at(from), at(to), reason?.id])).toEqual([
      [1, 4, 'E10-5300'],
      [4, null, 'E10-5300'],
    ]);
    await client.merge({ commandId: station.id(), stopId, revision: 3, partId: stopId });
    expect((await only()).parts).toBe(1);
  });
});

it('a photo goes the same road as those of nonconformances', async () => {
  await says('fault');
  await pass(3);
  station.signIn('mara');
  const { stopId } = await only();
  const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2]).toString('base64');
  expect(await client.addPhoto({ commandId: station.id(), stopId, data: jpeg })).toMatchObject({ ok: true });
  const wrong = await client.addPhoto({ commandId: station.id(), stopId, data: Buffer.from('no').toString('base64') });
  expect(wrong).toMatchObject({ refusal: { reasons: [{ code: 'photo.not-an-image' }] } });
  await client.note({ commandId: station.id(), stopId, note: 'Hinge was bent' });
  const noted = (await only()).history.flatMap((entry) => (entry.kind === 'noted' ? [entry] : []));
  expect(noted.map(({ note }) => note)).toEqual(['', 'Hinge was bent']);
  expect(await client.photo({ sha256: noted[0]!.photo!.sha256 })).toEqual({ url: `data:image/jpeg;base64,${jpeg}` });
});

it('a changeover is timed, with what was prepared while the machine ran', async () => {
  station.signIn('mara');
  await says('producing');
  await pass(5);
  expect(
    (await client.beginPreparation({ commandId: station.id(), machineId: 'p1', definitionId: null, note: '' })).ok,
  ).toBe(true);
  expect(await client.machines()).toMatchObject([{ machineId: 'p1', preparing: { by: 'MARA' } }, { preparing: null }]);
  await pass(7);
  await client.endPreparation({ commandId: station.id(), machineId: 'p1' });
  await says('setup');
  await pass(9);
  await says('producing');
  expect(await client.changeovers()).toMatchObject([
    { machineId: 'p1', internalMs: 9 * minute, externalMs: 7 * minute, fromProduct: t('Pump'), toProduct: t('Pump') },
  ]);
  expect(await rows()).toEqual([]);
});

it('a read model made again from the log says the same', async () => {
  await says('producing');
  await pass(1);
  await says('fault', 'E17');
  await pass(5);
  station.signIn('lead', 'right');
  const { stopId } = await only();
  await client.split({ commandId: station.id(), stopId, revision: 0, partId: stopId, at: startAt + 3 * minute });
  await client.classify({
    commandId: station.id(),
    stopId,
    revision: 1,
    partId: stopId,
    reasonId: 'E10-5300',
    note: 'x',
    offered: null,
  });
  const before = await only();
  station.store.rebuild();
  expect(await only()).toEqual(before);
});
