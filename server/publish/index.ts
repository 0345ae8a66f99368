/** Publishing by MQTT from the plant server: an edge node per line, as integration.yaml says. */
import type { Publishing } from '#contract/config/publishing.ts';
import type { PublishRow } from '#contract/plant/trouble.ts';
import { accessOf, type Environment } from '#publish/access.ts';
import type { OpenBroker } from '#publish/broker.ts';
import type { NodePublisher } from '#publish/node-publisher.ts';
import type { ReleasedConfiguration } from '../configuration.ts';
import type { Db } from '../db/db.ts';
import type { Log } from '../log.ts';
import { LineFigures } from './shift-figures.ts';
import { LineStore, nodeStates } from './store.ts';

export interface PublishParts {
  readonly db: Db;
  readonly log: Log;
  readonly now: () => number;
  readonly released: ReleasedConfiguration;
  readonly environment: Environment;
  /** Channel on which the arrival of events is told. */
  readonly eventsChannel: string;
  readonly openBroker?: OpenBroker;
  readonly againMs?: readonly [first: number, most: number];
  readonly figuresMs?: number;
}

export interface Publisher {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Of the lines that are published, whichever instance does it. */
  states(): Promise<readonly PublishRow[]>;
}

/** @param settings null: nothing is published. @throws Error where a secret is missing. */
export function createPublisher(settings: Publishing | null, parts: PublishParts): Publisher {
  if (settings === null)
    return { start: () => Promise.resolve(), stop: () => Promise.resolve(), states: () => Promise.resolve([]) };
  const { db, log, now, released, againMs, figuresMs } = parts;
  const access = accessOf(settings, parts.environment);
  const { plant } = released().configuration;
  const isPublished = ({ id }: { readonly id: string }): boolean => settings.lines?.includes(id) ?? true;
  const stationsOf = (id: string): readonly string[] =>
    released().configuration.lines.find((line) => line.id === id)?.stations ?? [];
  const group = settings.group ?? plant.id;
  const lines = released().configuration.lines.filter(isPublished);
  let nodes: readonly NodePublisher[] = [];
  let unlisten: (() => Promise<void>) | null = null;
  return {
    async start() {
      // Loaded on first use: a server that does not publish carries no MQTT client.
      const [{ openBroker }, { NodePublisher }] = await Promise.all([
        import('#publish/broker.ts'),
        import('#publish/node-publisher.ts'),
      ]);
      nodes = lines.map(({ id, site, area }) => {
        const stations = (): readonly string[] => stationsOf(id);
        return new NodePublisher({
          store: new LineStore({ db, now, nodeId: `${group}/${id}`, lineId: id, url: settings.url, stations }),
          figures: new LineFigures({ db, now, released, stations }),
          log,
          now,
          access,
          names: {
            group,
            node: id,
            sparkplug: settings.sparkplug,
            topics: settings.topics
              ? [settings.enterprise ?? plant.id, site, area, id].filter((level) => level !== undefined).join('/')
              : null,
          },
          openBroker: parts.openBroker ?? openBroker,
          ...(againMs !== undefined && { againMs }),
          ...(figuresMs !== undefined && { figuresMs }),
        });
      });
      const wake = (): void => nodes.forEach((node) => node.wake());
      unlisten = await db.listen(parts.eventsChannel, wake, wake);
      for (const node of nodes) node.start();
    },
    async stop() {
      await unlisten?.();
      await Promise.all(nodes.map((node) => node.stop()));
    },
    states: () => nodeStates(db, new Map(lines.map(({ id }) => [id, stationsOf(id)]))),
  };
}
