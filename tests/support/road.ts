/** A database, servers, a bad network before them, and real stations behind it: what the fault suites of the road share. */
import { expect } from 'vitest';
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
  /** Ends stations (all of them drained) and servers, and compares both ends; expects no fault. `more`: as of `compareEnds`. */
  equal(more?: number): Promise<Ends>;
  remove(): Promise<void>;
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
  const network = await startBadNetwork({
    target: () => servers[(turn += 1) % servers.length]?.port ?? 0,
    seed,
    weather: options.weather ?? fine,
  });
  for (const member of members) member.belongTo(network.url);
  return {
    database,
    servers,
    network,
    members,
    seed,
    async equal(more = 0) {
      await network.settled();
      // Ended in order, each would write one more fact that nobody waits for.
      await Promise.all(members.map((member) => member.kill()));
      await Promise.all(servers.map((server) => server.stop()));
      const ends = compareEnds(
        members.map(({ data }) => data),
        await serverFacts(database),
        more,
      );
      expect(ends.faults, `seed ${seed}`).toEqual([]);
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
