/** A database, servers, a bad network before them, and real stations behind it: what the fault suites of the road share. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { syncPaths } from '#contract/sync/protocol.ts';
import { run } from '#station/cli/run.ts';
import { installedDrivers } from '#station/drivers/index.ts';
import { fine, type BadNetwork, startBadNetwork, type Weather } from './bad-network.ts';
import { compareEnds, serverFacts, type Ends } from './both-ends.ts';
import { seedOfRun } from './chance.ts';
import { newMember, type Member, type MemberOptions } from './member.ts';
import { admit, newDatabase, startServer, type Database, type DatabaseKind, type PlantServer } from './plant.ts';

export interface RoadOptions {
  readonly kind: DatabaseKind;
  readonly stations: readonly (string | MemberOptions)[];
  readonly weather?: Weather;
  readonly servers?: number;
  /** Where the database's folder is made. */
  readonly parent?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Road {
  readonly database: Database;
  readonly servers: readonly PlantServer[];
  readonly network: BadNetwork;
  readonly members: readonly Member[];
  readonly seed: number;
  /**
   * Waits until these stations (default: all) have greeted the server since this was called and have nothing unsent: what a
   * station believes of a server that it has not asked since is no answer to anything.
   */
  drained(members?: readonly Member[], limitMs?: number): Promise<void>;
  /**
   * Ends stations (all of them drained) and servers, and compares both ends twice, by `linewright audit` and by the tests'
   * own eyes; expects no fault. Stations that never ran are left out. `more`: as of `compareEnds`.
   */
  equal(more?: number): Promise<Ends>;
  /** The next batch of a station is under way. Rejects when none is for three minutes. */
  batchComes(): Promise<void>;
  /** So many ms later, or when a batch has been answered: never further than into the batch that is under way. */
  intoBatch(ms: number): Promise<void>;
  /** After `equal`: the servers run again, and these stations (default: all). */
  again(members?: readonly Member[]): Promise<void>;
  remove(): Promise<void>;
}

interface Audit {
  readonly code: number;
  readonly equal: boolean;
  readonly events: number;
  readonly unsent: number;
}

/** `linewright audit` over the data folder of a station, at running servers. */
async function audited({ data, config, stationId }: Member): Promise<Audit> {
  let out = '';
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (out += text) };
  const words = ['audit', '--json', '--data', data, '--config', config, '--station', stationId];
  const code = await run(words, io, installedDrivers);
  if (!out.startsWith('{')) throw new Error(`audit of ${stationId}: exit code ${code}: ${out}`);
  return { ...(JSON.parse(out) as Omit<Audit, 'code'>), code };
}

/** Servers run; stations are enrolled and not started. */
export async function buildRoad(options: RoadOptions): Promise<Road> {
  const seed = seedOfRun();
  const database = await newDatabase(options.kind, options);
  const members: Member[] = [];
  for (const station of options.stations)
    members.push(await newMember(typeof station === 'string' ? { stationId: station } : station));
  await admit(database, members);
  const servers: PlantServer[] = [];
  for (let n = 0; n < (options.servers ?? 1); n += 1) servers.push(await startServer(database));
  let turn = 0;
  /** When the last answered greeting was asked, by key. */
  const greetedAt = new Map<string, number>();
  const waiting: (() => void)[] = [];
  const answered: (() => void)[] = [];
  const network = await startBadNetwork({
    target: () => servers[(turn += 1) % servers.length]?.port ?? 0,
    seed,
    weather: options.weather ?? fine,
    onAsk(path) {
      if (path === syncPaths.events) for (const heard of waiting.splice(0)) heard();
    },
    onAnswer({ path, keyId, status, askedAt }) {
      if (path === syncPaths.hello && status === 200) greetedAt.set(keyId, askedAt);
      if (path === syncPaths.events) for (const heard of answered.splice(0)) heard();
    },
  });
  for (const member of members) member.belongTo(network.url);
  return {
    database,
    servers,
    network,
    members,
    seed,
    async drained(some = members, limitMs = 180_000) {
      const from = performance.now();
      await Promise.all(
        some.map(async (member) => {
          while ((greetedAt.get(member.keyId) ?? 0) <= from) {
            if (performance.now() - from > limitMs)
              throw new Error(
                `${member.stationId} has not greeted within ${limitMs} ms: ${JSON.stringify((await member.sync()).link)}`,
              );
            await pause(20);
          }
          await member.drained(Math.max(1, limitMs - (performance.now() - from)));
        }),
      );
    },
    batchComes: () =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('no station sent anything for three minutes')), 180_000);
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
    intoBatch: (ms) => Promise.race([pause(ms), new Promise<void>((resolve) => answered.push(resolve))]),
    async again(some = members) {
      await Promise.all(servers.map((server) => server.start()));
      await Promise.all(some.map((member) => member.start()));
    },
    async equal(more = 0) {
      await network.settled();
      // Ended in order, each would write one more fact that nobody waits for.
      await Promise.all(members.map((member) => member.kill()));
      const ran = members.filter(({ data }) => existsSync(join(data, 'station.db')));
      const audits: Audit[] = [];
      for (const member of ran) audits.push(await audited(member));
      await Promise.all(servers.map((server) => server.stop()));
      const ends = compareEnds(
        ran.map(({ data }) => data),
        await serverFacts(database),
        more,
      );
      expect(ends.faults, `seed ${seed}`).toEqual([]);
      // The product's own checker comes to the same.
      expect(audits, `seed ${seed}`).toMatchObject(ran.map(() => ({ code: 0, equal: true, unsent: 0 })));
      expect(audits.reduce((sum, { events }) => sum + events, 0)).toBe(ends.here);
      expect(ends.here).toBeGreaterThan(0);
      return ends;
    },
    async remove() {
      await Promise.all(members.map((member) => member.remove()));
      await Promise.all(servers.map((server) => server.kill()));
      await network.stop();
      await database.remove();
    },
  };
}
