/** What a machine waits for, as its station knows it: alone where it can, else by the server, and never by an old answer. */
import { createRouterClient } from '@orpc/server';
import { afterEach, expect, it } from 'vitest';
import { machineFileSchema } from '#contract/config/machines.ts';
import { event } from '#contract/events/index.ts';
import type { MachineState } from '#contract/machine-state.ts';
import { startAt, testConfiguration } from '#domain/test-kit.ts';
import { t } from '#domain/test-plant.ts';
import { settled, TestStation } from '#station/core/test-kit.ts';
import { createLog } from '#station/log.ts';
import { Photos } from '#station/photos/photos.ts';
import { Signal } from '#station/streams/signal.ts';
import { followMachineStops } from '#station/stops/follow.ts';
import { createStopsRouter } from '#station/stops/rpc.ts';
import { createMachinesRouter } from './rpc.ts';

const minute = 60_000;
const machine = (id: string, station: string) =>
  machineFileSchema.parse({
    schema: 'linewright/machine@1',
    id,
    title: t(id.toUpperCase()),
    station,
    state: { from: 'hand' },
  });
const context = { orderId: null, definitionId: null, operationId: null };

let station: TestStation;
let end = (): void => {};
afterEach(async () => {
  end();
  await station.close();
});
/** Machines by their stations; ST10 comes before ST20 on the line. */
function open(stationId: 'ST10' | 'ST20', ...machines: readonly (readonly [id: string, station: string])[]) {
  station = new TestStation(stationId, {
    ...testConfiguration(),
    machines: machines.map(([id, of]) => machine(id, of)),
  });
  end = followMachineStops(station.core);
  const { core, clock, folder } = station;
  const clients = {
    machines: createRouterClient(createMachinesRouter(core, { pending: () => null, counted: new Signal<void>() })),
    stops: createRouterClient(createStopsRouter(core, new Photos(folder.path, clock, createLog('silent')))),
  };
  return {
    ...clients,
    waits: async (id: string) => {
      for await (const told of await clients.machines.watch())
        return told.machines.find((one) => one.id === id)?.waitsFor ?? null;
      throw new Error('nothing was told');
    },
  };
}
async function says(machineId: string, state: MachineState, alarm: string | null = null): Promise<void> {
  const { clock, store } = station;
  const beganAt = clock.now();
  const meta = { actor: { kind: 'system' }, commandId: null, bootId: 'boot', config: 'config-1' } as const;
  const begun = { machineId, beganAt, state, told: null, alarm, context, clock: 'machine' } as const;
  store.append([event('slice.begun', begun)], { ...meta, at: beganAt, monoMs: clock.monotonic() }, []);
  await settled();
}
async function pass(minutes: number): Promise<void> {
  for (let n = 0; n < minutes; n += 1) {
    station.clock.advance(minute);
    await settled();
  }
}
const at = (minutes: number): number => startAt + minutes * minute;

it('of a line whose machines are all here the root, its stop and why it stands are told without a server', async () => {
  const { stops, waits } = open('ST10', ['a', 'ST10'], ['b', 'ST10'], ['c', 'ST10']);
  for (const id of ['a', 'b', 'c']) await says(id, 'producing');
  await pass(10);
  await says('a', 'fault', 'E3 pump');
  await pass(1);
  await says('b', 'starved');
  await says('c', 'starved');
  const root = {
    machineId: 'a',
    title: t('A'),
    stationId: 'ST10',
    state: 'fault',
    alarm: 'E3 pump',
    from: at(10),
    to: null,
    over: false,
    stop: null as object | null,
  };
  expect(await waits('c')).toEqual({ state: 'starved', from: at(11), root, unknown: null });
  expect(await waits('a')).toBeNull();
  await pass(3);
  const rows = (await stops.list({ show: 'all' })).items;
  const idOf = (id: string): string => rows.find(({ machineId }) => machineId === id)?.stopId ?? '';
  root.stop = { stopId: idOf('a'), reasons: [] };
  expect((await stops.get({ stopId: idOf('c') }))?.waitsFor).toEqual({
    state: 'starved',
    from: at(11),
    root,
    unknown: null,
  });
  expect((await stops.get({ stopId: idOf('a') }))?.waitsFor).toBeNull();
  // It works again, and parts have yet to come; later the stop still says what it waited for.
  await says('a', 'producing');
  expect(await waits('c')).toMatchObject({ root: { machineId: 'a', over: true, to: at(14) } });
  await pass(1);
  await says('b', 'producing');
  await says('c', 'producing');
  await pass(60);
  expect(await waits('c')).toBeNull();
  expect((await stops.get({ stopId: idOf('c') }))?.waitsFor).toMatchObject({
    root: { machineId: 'a', from: at(10), to: at(14) },
    unknown: null,
  });
});

it('for machines of other stations the server says it, only while it is heard, and only of this wait', async () => {
  const { stops, waits } = open('ST20', ['a', 'ST10'], ['b', 'ST20']);
  await says('b', 'producing');
  await pass(5);
  await says('b', 'starved');
  const not = (why: string, since: number) => ({
    state: 'starved',
    from: at(5),
    root: null,
    unknown: { why, at: since },
  });
  expect(await waits('b')).toEqual(not('no-server', at(5)));
  const revision = async (): Promise<number> => {
    for await (const told of await stops.watch()) return told.revision;
    throw new Error('nothing was told');
  };
  const before = await revision();
  station.server.linked();
  expect(await revision()).toBeGreaterThan(before);
  expect(await waits('b')).toEqual(not('not-told', at(5)));
  const root = {
    machineId: 'a',
    title: t('A'),
    stationId: 'ST10',
    state: 'fault',
    alarm: null,
    from: at(4),
    to: null,
    over: false,
    stop: {
      stopId: 's-1',
      reasons: [{ id: 'no-material', title: t('No material'), category: 'delay', loss: 'breakdown' }],
    },
  };
  const tell = (from: number) =>
    station.server.send([
      'line-wait',
      'L1',
      { lineId: 'L1', machines: [{ machineId: 'b', state: 'starved', from, root }] },
    ]);
  tell(at(1));
  expect(await waits('b')).toEqual(not('not-told', at(5)));
  tell(at(5));
  expect(await waits('b')).toEqual({ state: 'starved', from: at(5), root, unknown: null });
  await pass(3);
  const [row] = (await stops.list({ show: 'all' })).items;
  const card = async () => (await stops.get({ stopId: row!.stopId }))?.waitsFor;
  expect(await card()).toEqual({ state: 'starved', from: at(5), root, unknown: null });
  station.server.cut();
  expect(await waits('b')).toEqual(not('not-linked', at(8)));
  expect(await card()).toEqual(not('not-linked', at(8)));
  // Linked again, and what is here may be old: nothing is told before the server was asked.
  station.server.linked();
  station.server.state = { ...station.server.state, current: false };
  expect(await waits('b')).toEqual(not('not-told', at(8)));
  await says('b', 'producing');
  expect(await waits('b')).toBeNull();
  expect(await card()).toEqual(not('elsewhere', at(8)));
});
