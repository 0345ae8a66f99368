/** Nonconformances over the real store: capture, rework back into work, rebuild, other stations, photos, the screen's views. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { call } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DispositionKind } from '#contract/config/defects.ts';
import type { NonconformanceBody } from '#contract/sync/down.ts';
import { photoLimit } from '#contract/rpc/base.ts';
import { defectConfiguration } from '#domain/nonconformances/test-defects.ts';
import { startAt } from '#domain/test-kit.ts';
import { TestStation } from '#station/core/test-kit.ts';
import { createLog } from '#station/log.ts';
import { temporaryFolder } from '#station/store/test-kit.ts';
import { readUnit } from '#station/store/projections/aggregates.ts';
import { followNonconformances } from './follow.ts';
import { Photos, pictureType } from '#station/photos/photos.ts';
import { createNonconformancesRouter } from './rpc.ts';

let station: TestStation;
let folder: ReturnType<typeof temporaryFolder>;
let photos: Photos;
beforeEach(() => {
  folder = temporaryFolder();
  station = new TestStation('ST10', defectConfiguration());
  photos = new Photos(folder.path, station.clock, createLog('silent'), (sha256) =>
    Promise.resolve(elsewhere.get(sha256) ?? null),
  );
  station.signIn('lead', 'right');
});
afterEach(async () => {
  await station.close();
  folder[Symbol.dispose]();
});

/** What the server has of other stations' photos. */
const elsewhere = new Map<string, Buffer>();
const router = () => createNonconformancesRouter(station.core, photos);
const unit = (serial: string) => readUnit(station.core.read, serial);
const confirm = (): void => void expect(station.act({ type: 'instruction', do: 'confirm' }).ok).toBe(true);
const build = (serial: string, times = 1): void => {
  for (let n = 0; n < times; n += 1) {
    expect(station.start(serial), serial).toMatchObject({ ok: true });
    confirm();
  }
};
const record = async (
  serials: string[],
  defectId = 'scratch',
  mark: { picture: string; x: number; y: number } | null = null,
) => {
  const made = await call(router().record, {
    commandId: station.id(),
    defectId,
    subject: { kind: 'units', serials },
    mark,
  });
  if (!made.ok) throw new Error(JSON.stringify(made.refusal.reasons));
  return made.value.nonconformanceId;
};
const get = async (id: string) => (await call(router().get, { nonconformanceId: id }))!;
const dispose = (id: string, kind: DispositionKind, serials: string[], operations: string[] = []) =>
  call(router().dispose, {
    commandId: station.id(),
    nonconformanceId: id,
    kind,
    serials,
    quantity: serials.length,
    operations,
    reason: 'seen',
  });

describe('the station', () => {
  it('offers the operation again as rework, and is done when it has passed; a rebuild comes to the same', async () => {
    build('P-1', 3);
    expect(unit('P-1')?.status).toBe('done');
    const id = await record(['P-1'], 'scratch', { picture: 'front', x: 21, y: 19 });
    expect(unit('P-1')?.status).toBe('held');
    expect(await get(id)).toMatchObject({
      status: 'open',
      waiting: 1,
      operationId: '30',
      mark: { placeText: { en: 'Flange' } },
      picture: { url: expect.stringMatching(/^\/definition-images\/hash-A\/images\/front\.svg$/) as string },
      units: [{ serial: 'P-1', hold: 'held', disposition: null }],
      proposed: { kind: null, operations: ['30'] },
    });
    expect(await dispose(id, 'rework', ['P-1'], ['20'])).toMatchObject({ ok: true });
    expect(await get(id)).toMatchObject({ status: 'rework', units: [{ hold: 'lifted', disposition: 'rework' }] });
    expect(station.start('P-1')).toMatchObject({ ok: true });
    expect(station.view()).toMatchObject({ operation: { id: '20' }, rework: { count: 1 } });
    confirm();
    expect(await get(id)).toMatchObject({ status: 'closed', units: [{ reworked: true }] });
    build('P-1');
    expect(unit('P-1')).toMatchObject({ status: 'done', reworks: [{ operations: ['20'], ends: ['20', '30'] }] });
    const report = station.store.rebuild({ replace: false });
    expect(report.tables.filter(({ equal }) => !equal)).toEqual([]);
  });

  it('ranks defects by how often they were found at this operation', async () => {
    build('P-1');
    build('P-2');
    const capture = (serial: string) => call(router().capture, { serial });
    expect((await capture('P-1')).defects.map(({ id, count }) => [id, count])).toEqual([
      ['scratch', 0],
      ['crack', 0],
    ]);
    await record(['P-1'], 'crack');
    expect(await capture('P-2')).toMatchObject({
      operation: { id: '10' },
      defects: [{ id: 'crack', count: 1, severity: 'critical' }, { id: 'scratch' }],
      pictures: [{ id: 'front', places: [{ id: 'flange' }, { id: 'bore' }] }],
      materials: [{ materialId: 'HSG' }],
    });
    expect((await capture('P-1')).open).toMatchObject([{ title: { en: 'Crack' } }]);
  });

  it('lists, counts and says what else may have it', async () => {
    for (const serial of ['P-1', 'P-2', 'P-3']) build(serial);
    station.clock.advance(1_000);
    const id = await record(['P-1'], 'crack');
    const router_ = router();
    const containment = (basis: 'operation' | 'order' | 'lot') =>
      call(router_.containment, { nonconformanceId: id, basis });
    expect((await containment('operation'))?.units.map(({ serial }) => serial).sort()).toEqual(['P-2', 'P-3']);
    expect((await containment('order'))?.units).toHaveLength(3);
    expect((await containment('lot'))?.units).toEqual([]);
    expect((await containment('order'))?.criterion).toEqual({ kind: 'order', orderId: unit('P-1')?.orderId });
    station.clock.advance(1_000);
    await call(router_.record, {
      commandId: station.id(),
      defectId: 'scratch',
      subject: { kind: 'quantity', materialId: 'HSG', lot: 'L1', quantity: 4 },
      mark: null,
    });
    const pareto = (by: 'defect' | 'product' | 'station') => call(router_.pareto, { by });
    expect(await pareto('defect')).toMatchObject({
      total: 5,
      bars: [
        { key: 'scratch', count: 4 },
        { key: 'crack', count: 1 },
      ],
    });
    expect((await pareto('product')).bars).toMatchObject([{ key: '', count: 4 }, { key: 'PUMP' }]);
    expect((await pareto('station')).bars).toMatchObject([{ key: 'ST10', count: 5 }]);
    const list = (show: 'open' | 'mine' | 'all') => call(router_.list, { show });
    expect((await list('all')).items).toMatchObject([{ subject: { kind: 'quantity', lot: 'L1' } }, { quantity: 1 }]);
    expect((await list('mine')).total).toBe(2);
    await dispose(id, 'scrap', ['P-1']);
    expect((await list('open')).total).toBe(1);
    const first = await call(router_.list, { show: 'all', limit: 1 });
    expect((await call(router_.list, { show: 'all', limit: 1, cursor: first.next })).items).toMatchObject([
      { nonconformanceId: id, status: 'closed' },
    ]);
  });

  it('a photo is kept by its hash, shown, and waits for the server; what is none or too large is told', async () => {
    const id = await record(['P-1']);
    const add = (bytes: Buffer) =>
      call(router().addPhoto, { commandId: station.id(), nonconformanceId: id, data: bytes.toString('base64') });
    const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(2_000, 7)]);
    expect(await add(Buffer.from('%PDF-1.7'))).toMatchObject({
      refusal: { reasons: [{ code: 'photo.not-an-image' }] },
    });
    expect(await add(Buffer.concat([jpeg, Buffer.alloc(photoLimit)]))).toMatchObject({
      refusal: { reasons: [{ code: 'photo.too-large', params: { limit: photoLimit } }] },
    });
    expect(existsSync(join(folder.path, 'photos'))).toBe(false);
    expect(await add(jpeg)).toMatchObject({ ok: true });
    const [photo] = (await get(id)).photos;
    expect(photo).toMatchObject({ contentType: 'image/jpeg', size: 2_004 });
    expect((await call(router().photo, { sha256: photo!.sha256 }))?.url).toBe(
      `data:image/jpeg;base64,${jpeg.toString('base64')}`,
    );
    expect(await call(router().photo, { sha256: 'f'.repeat(64) })).toBeNull();
    const upload = photos.toUpload();
    expect(upload?.content().equals(jpeg)).toBe(true);
    photos.uploaded(upload!);
    expect([photos.waiting(), photos.read(photo!.sha256)?.bytes.equals(jpeg)]).toEqual([0, true]);
    expect(readdirSync(join(folder.path, 'photos', 'waiting'))).toEqual([]);
  });

  it('a photo of another station is fetched once and kept; what is no picture is not', async () => {
    const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(50)]);
    const [good, bad] = ['a'.repeat(64), 'b'.repeat(64)];
    elsewhere.set(good, jpeg).set(bad, Buffer.from('no picture'));
    const show = (sha256: string) => call(router().photo, { sha256 });
    const url = `data:image/jpeg;base64,${jpeg.toString('base64')}`;
    expect(await show(good)).toEqual({ url });
    elsewhere.delete(good);
    expect(await show(good)).toEqual({ url });
    expect(photos.waiting()).toBe(0);
    expect(await show(bad)).toBeNull();
    expect(readdirSync(join(folder.path, 'photos'))).toEqual([`${good}.jpg`]);
    expect(pictureType(Buffer.from('RIFF....WEBPVP8 '))).toBe('image/webp');
  });
});

describe('through the plant server', () => {
  const told = (body: Partial<NonconformanceBody>): NonconformanceBody => ({
    nonconformanceId: 'NC-9',
    recorded: {
      defectId: 'crack',
      severity: 'critical',
      definition: { id: 'PUMP', revision: 'A' },
      orderId: 'WO-1',
      subject: { kind: 'units', serials: ['P-2'] },
      operationId: '10',
      executionId: null,
      stepId: null,
      mark: null,
      note: '',
      at: startAt,
      by: { kind: 'person', id: 'mara' },
      stationId: 'ST20',
    },
    amended: [],
    disposed: [],
    reworked: [],
    closed: null,
    ...body,
  });
  it('one of another station is seen here, with its unit', async () => {
    station.server.send(['nonconformance', 'NC-9', told({})]);
    expect(await get('NC-9')).toMatchObject({ status: 'open', stationId: 'ST20', units: [{ serial: 'P-2' }] });
    expect((await call(router().list, { serial: 'P-2' })).total).toBe(1);
    expect(await dispose('NC-9', 'scrap', ['P-2'])).toMatchObject({ ok: true });
    expect(unit('P-2')?.status).toBe('scrapped');
  });
  it('of two dispositions at once the stricter counts, and the station that recorded it closes it', async () => {
    const id = await record(['P-1'], 'crack');
    const stop = followNonconformances(station.core);
    const mine = (await get(id)).dispositions;
    expect(mine).toEqual([]);
    const own = station.events().find((e) => e.type === 'nonconformance.recorded')!;
    const disposed = {
      dispositionId: 'D-9',
      kind: 'scrap' as const,
      serials: ['P-1'],
      quantity: 1,
      operations: [],
      reason: 'cracked through',
      concession: null,
      at: startAt + 5,
      by: { kind: 'person' as const, id: 'nora' },
      stationId: '@plant',
    };
    const { nonconformanceId: _id, ...body } = own.body as never as { nonconformanceId: string };
    station.server.send([
      'nonconformance',
      id,
      {
        ...told({ disposed: [disposed] }),
        nonconformanceId: id,
        recorded: { ...(body as NonconformanceBody['recorded']), at: own.at, by: own.actor, stationId: 'ST10' },
      },
    ]);
    expect(station.events().at(-1)).toMatchObject({ type: 'nonconformance.closed', actor: { kind: 'system' } });
    expect(await get(id)).toMatchObject({ status: 'closed', dispositions: [{ kind: 'scrap', counts: 1 }] });
    stop();
  });
});
