/** Publishing by MQTT: an edge node per line, as integration.yaml says. */
import type { Publishing } from '#contract/config/publishing.ts';
import type { ReleasedConfiguration } from '../configuration.ts';
import type { Db } from '../db/db.ts';
import type { Log } from '../log.ts';
import type { BrokerOptions, OpenBroker } from './broker.ts';
import type { NodeParts, NodePublisher } from './node-publisher.ts';

export interface PublishParts {
  readonly db: Db;
  readonly log: Log;
  readonly now: () => number;
  readonly released: ReleasedConfiguration;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Channel on which the arrival of events is told. */
  readonly eventsChannel: string;
  readonly openBroker?: OpenBroker;
  readonly againMs?: readonly [first: number, most: number];
}

export interface Publisher {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** @param settings null: nothing is published. @throws Error where a secret is missing. */
export function createPublisher(settings: Publishing | null, parts: PublishParts): Publisher {
  if (settings === null) return { start: () => Promise.resolve(), stop: () => Promise.resolve() };
  const { db, log, now, released, againMs } = parts;
  const access = accessOf(settings, parts.environment);
  const { plant, lines } = released().configuration;
  const wanted = lines
    .filter(({ id }) => settings.lines?.includes(id) ?? true)
    .map(({ id, site, area }): Omit<NodeParts, 'openBroker'> => ({
      db,
      log,
      now,
      access,
      stations: () => released().configuration.lines.find((line) => line.id === id)?.stations ?? [],
      names: {
        group: settings.group ?? plant.id,
        node: id,
        sparkplug: settings.sparkplug,
        topics: settings.topics
          ? [settings.enterprise ?? plant.id, site, area, id].filter((level) => level !== undefined).join('/')
          : null,
      },
      ...(againMs !== undefined && { againMs }),
    }));
  let nodes: readonly NodePublisher[] = [];
  let unlisten: (() => Promise<void>) | null = null;
  return {
    async start() {
      // Loaded on first use: a server that does not publish carries no MQTT client.
      const [{ openBroker }, { NodePublisher }] = await Promise.all([
        import('./broker.ts'),
        import('./node-publisher.ts'),
      ]);
      nodes = wanted.map((one) => new NodePublisher({ ...one, openBroker: parts.openBroker ?? openBroker }));
      const wake = (): void => nodes.forEach((node) => node.wake());
      unlisten = await db.listen(parts.eventsChannel, wake, wake);
      for (const node of nodes) node.start();
    },
    async stop() {
      await unlisten?.();
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

/** What of the settings the connection needs; the password is in the environment. @throws Error that names the variable. */
function accessOf(
  settings: Publishing,
  environment: Readonly<Record<string, string | undefined>>,
): Pick<BrokerOptions, 'url' | 'userName' | 'password'> {
  const { url, userName = null, passwordVariable } = settings;
  const password = passwordVariable === undefined ? null : environment[passwordVariable];
  if (password === undefined || password === '') {
    throw new Error(
      `publish.passwordVariable names ${passwordVariable}, which is not set for the server: set it and start again`,
    );
  }
  return { url, userName, password };
}
