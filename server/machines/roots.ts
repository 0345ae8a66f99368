/** Which machine of its line each waiting machine waits for, as the server knows their states (domain/stops/root.ts). */
import type { MachineFile } from '#contract/config/machines.ts';
import type { PlantMachine } from '#contract/plant/machines.ts';
import { silentMs } from '#contract/sync/protocol.ts';
import { rootsOf } from '#domain/stops/root.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import { heardAt, readSlices } from './read-time.ts';

/** A machine that stood longer ago is not what others wait for. */
const backMs = 24 * 3_600_000;

type Known = Pick<PlantMachine, 'id' | 'lineId' | 'slice' | 'heardAt' | 'linked'>;

/**
 * @param seen the machines that this person sees; the states of others of their lines are read too, for the cause may be there
 * @returns by id, of those that are blocked or starved now; not of one whose station is not heard
 */
export async function readRoots(
  db: Queries,
  force: InForce,
  seen: readonly Known[],
  now: number,
): Promise<ReadonlyMap<string, NonNullable<PlantMachine['waitsFor']>>> {
  const waits = ({ slice, linked }: Known): boolean =>
    linked && (slice?.state === 'blocked' || slice?.state === 'starved');
  const lines = new Set(seen.filter(waits).map(({ lineId }) => lineId));
  const found = new Map<string, NonNullable<PlantMachine['waitsFor']>>();
  for (const line of lines) {
    if (line === null) continue;
    const machines = inOrderOfFlow(force, line);
    const heard = await heardAt(db, [...new Set(machines.map(({ station }) => station))]);
    const series = await Promise.all(
      machines.map(async ({ id, station }) => {
        const until = heard.get(station) ?? 0;
        const slices = await readSlices(db, id, now - backMs, now + 1);
        // Of a station that is not heard nobody knows what its machines do since.
        return {
          machineId: id,
          slices: slices.map((slice) =>
            slice.endAt === null && now - until > silentMs ? { ...slice, endAt: until } : slice,
          ),
        };
      }),
    );
    for (const { machineId, state, root } of rootsOf(series, now)) {
      const machine = root === null ? null : force.catalogue.machine(root.machineId);
      found.set(machineId, {
        state,
        root: root === null || machine === null ? null : { ...root, title: machine.title, stationId: machine.station },
      });
    }
  }
  return found;
}

/** By the line's stations; those of one station as their files are ordered. */
function inOrderOfFlow({ catalogue, lineOf }: InForce, lineId: string): readonly MachineFile[] {
  const placed = catalogue.machines.flatMap((machine) => {
    const line = lineOf(machine.station);
    return line?.id === lineId ? [{ machine, place: line.stations.indexOf(machine.station) }] : [];
  });
  return placed.toSorted((a, b) => a.place - b.place).map(({ machine }) => machine);
}
