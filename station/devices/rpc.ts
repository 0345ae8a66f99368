/** The devices feature of the contract. */
import { implement, ORPCError } from '@orpc/server';
import { z } from 'zod';
import type { DriverModule } from '#contract/driver.ts';
import { contract } from '#contract/rpc/index.ts';
import type { TagHistory } from '#contract/rpc/devices.ts';
import { watching } from '#station/streams/mailbox.ts';
import type { TagHub } from '#station/tags/hub.ts';
import type { DeviceManager } from './manager.ts';

/** What the history file answers; built by station/history. */
export interface HistoryReader {
  /** @param maxPoints most points wanted; more samples become min and max of each bucket. */
  range(tagId: string, fromAt: number, toAt: number, maxPoints: number): TagHistory | Promise<TagHistory>;
}

export interface DevicesRouterOptions {
  readonly manager: DeviceManager;
  readonly hub: TagHub;
  readonly history: HistoryReader;
  readonly drivers: ReadonlyMap<string, DriverModule>;
}

export function createDevicesRouter({ manager, hub, history, drivers }: DevicesRouterOptions) {
  const os = implement(contract.devices);
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      const revisions = watching<number>((box) => {
        box.put(manager.revision());
        return manager.onChange.listen((revision) => box.put(revision));
      }, signal);
      // The views are made when the reader takes them: a slow screen costs nothing and sees the newest.
      for await (const revision of revisions) yield { revision, devices: manager.views() };
    }),
    traffic: os.traffic.handler(async function* ({ input, signal }) {
      const lines = manager.traffic(input.deviceId, signal);
      if (!lines) throw new ORPCError('NOT_FOUND', { message: `there is no device ${input.deviceId}` });
      yield* lines;
    }),
    live: os.live.handler(async function* ({ input, signal }) {
      yield* hub.frames(input.tags, signal);
    }),
    history: os.history.handler(({ input }) => history.range(input.tagId, input.fromAt, input.toAt, input.maxPoints)),
    drivers: os.drivers.handler(() =>
      [...drivers.values()].map(({ manifest }) => ({
        id: manifest.id,
        version: manifest.version,
        settingsSchema: z.toJSONSchema(manifest.settings, { io: 'input' }),
        canWrite: manifest.canWrite,
        canCall: manifest.canCall,
      })),
    ),
  });
}
