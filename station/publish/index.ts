/** Publishing by MQTT from the station itself, where its file says so: an edge node of its own (docs/publishing.md). */
import type { PublishingTo } from '#contract/config/publishing.ts';
import type { Configuration } from '#contract/config/index.ts';
import type { PublishState } from '#contract/publish-state.ts';
import type { StationPublishing } from '#contract/rpc/sync.ts';
import { accessOf, type Environment } from '#publish/access.ts';
import type { OpenBroker } from '#publish/broker.ts';
import type { NodePublisher } from '#publish/node-publisher.ts';
import type { Clock } from '#station/clock.ts';
import type { Log } from '#station/log.ts';
import type { Store } from '#station/store/store.ts';
import { Signal } from '#station/streams/signal.ts';
import { FileStore } from './file-store.ts';

export interface PublishParts {
  /** null: the station publishes nothing. */
  readonly settings: PublishingTo | null;
  readonly configuration: Pick<Configuration, 'plant' | 'lines'>;
  readonly stationId: string;
  /** The data folder. */
  readonly folder: string;
  readonly store: Pick<Store, 'epoch' | 'position' | 'records' | 'onAppended'>;
  readonly environment: Environment;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly openBroker?: OpenBroker;
  readonly againMs?: readonly [first: number, most: number];
}

export interface StationPublisher {
  /** The view changed. */
  readonly changed: Signal<void>;
  /** null: the station publishes nothing. */
  view(): StationPublishing | null;
  start(): void;
  stop(): Promise<void>;
}

export function createStationPublisher(parts: PublishParts): StationPublisher {
  const { settings, configuration, stationId, folder, store, clock, log } = parts;
  const changed = new Signal<void>((error) => log.error({ err: error }, 'a listener of publishing failed'));
  if (settings === null) return { changed, view: () => null, start: () => undefined, stop: () => Promise.resolve() };
  const now = (): number => clock.now();
  let state: PublishState = { state: 'connecting', since: now(), problem: null, detail: '' };
  const tell = (next: Omit<PublishState, 'since'>): void => {
    const same = next.state === state.state && next.problem === state.problem && next.detail === state.detail;
    if (same) return;
    state = { ...next, since: now() };
    changed.emit();
  };
  let memory: FileStore | null = null;
  let node: NodePublisher | null = null;
  let starting: Promise<void> = Promise.resolve();
  let stopped = false;
  const unlisten = store.onAppended.listen(() => node?.wake());

  async function begin(to: PublishingTo): Promise<void> {
    const access = accessOf(to, parts.environment);
    const [{ openBroker }, { NodePublisher }] = await Promise.all([
      import('#publish/broker.ts'),
      import('#publish/node-publisher.ts'),
    ]);
    if (stopped) return;
    const { plant, lines } = configuration;
    const line = lines.find(({ stations }) => stations.includes(stationId));
    const levels = [to.enterprise ?? plant.id, line?.site, line?.area, line?.id];
    memory = new FileStore({ folder, stationId, store, now, tell });
    node = new NodePublisher({
      store: memory,
      log,
      now,
      access,
      // The line's name is the plant server's, should it publish too: two with one name throw each other out.
      names: {
        group: to.group ?? plant.id,
        node: stationId,
        sparkplug: to.sparkplug,
        topics: to.topics ? levels.filter((level) => level !== undefined).join('/') : null,
      },
      openBroker: parts.openBroker ?? openBroker,
      ...(parts.againMs !== undefined && { againMs: parts.againMs }),
    });
    node.start();
  }
  return {
    changed,
    view: () => ({ ...state, url: settings.url, behind: memory?.behind ?? 0 }),
    start() {
      // Whatever is wrong with it: the station works.
      starting = begin(settings).catch((error: unknown) => {
        const detail = error instanceof Error ? error.message : String(error);
        log.warn({ problem: detail }, 'nothing is published');
        tell({ state: 'failing', problem: 'other', detail });
      });
    },
    async stop() {
      stopped = true;
      unlisten();
      await starting;
      await node?.stop();
    },
  };
}
