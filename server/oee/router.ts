/** The calls of the plant view about OEE. */
import { implement } from '@orpc/server';
import type { MachineFile } from '#contract/config/machines.ts';
import { oee } from '#contract/plant/oee.ts';
import type { ShiftOee } from '#contract/plant/oee.ts';
import { oeeViewOf } from '#domain/oee/view.ts';
import { unitsViewOf } from '#domain/oee/units.ts';
import { shiftRows, windowOf } from '#domain/oee/windows.ts';
import type { InForce } from '../configuration.ts';
import type { PlantParts } from '../plant-routers.ts';
import type { PlantContext } from '../rpc/context.ts';
import { sightOf, type Sight } from '../rpc/sight.ts';
import { knownOf, readWindow } from './read-window.ts';
import { readShiftNow, readTrend } from './trend.ts';
import { readUnits } from './units.ts';

/** The shift under way is computed once for all viewers in this time, ms, unless something changed. */
const sameMs = 1_000;

export function createOeeRouter({ db, clock, configuration, feed }: PlantParts) {
  const os = implement(oee).$context<PlantContext>();
  const isSeen = (machine: MachineFile, { stations }: Sight): boolean =>
    stations === null || stations.includes(machine.station);
  const seen = ({ grants }: PlantContext['caller'], machineId: string) => {
    const force = configuration();
    const machine = force.catalogue.machine(machineId);
    return { force, machine: machine !== null && isSeen(machine, sightOf(grants, force)) ? machine : null };
  };
  let shared: {
    readonly at: number;
    readonly revision: number;
    readonly force: InForce;
    readonly rows: Promise<readonly ShiftOee[]>;
  } | null = null;
  const shiftNow = (force: InForce): Promise<readonly ShiftOee[]> => {
    const now = clock.now();
    const revision = feed.revision();
    // Who asks because something changed must not be given an answer from before it: nobody would ask again.
    const isSame = shared?.force === force && shared.revision === revision && Math.abs(now - shared.at) <= sameMs;
    if (shared === null || !isSame) {
      const rows = readShiftNow(db, force, force.catalogue.machines, now);
      const made = { at: now, revision, force, rows };
      shared = made;
      // A failure is told to who asked, and asked for again by the next.
      rows.catch(() => {
        if (shared === made) shared = null;
      });
    }
    return shared.rows;
  };
  return os.router({
    watch: os.watch.handler(({ signal }) => feed.revisions(signal)),
    view: os.view.handler(async ({ context: { caller }, input }) => {
      const { force, machine } = seen(caller, input.machineId);
      const now = clock.now();
      const window = windowOf(input.window, now, force.catalogue.calendar);
      if (machine === null || window === null) return null;
      const to = Math.min(window.to, now);
      const known = (await knownOf(db, [machine.station], now)).get(machine.station)?.until ?? 0;
      const facts = await readWindow(db, force.catalogue, { machine, from: window.from, to, known });
      return oeeViewOf(machine, window, facts, { catalogue: force.catalogue, now });
    }),
    units: os.units.handler(async ({ context: { caller }, input }) => {
      const { force, machine } = seen(caller, input.machineId);
      const now = clock.now();
      const window = windowOf(input.window, now, force.catalogue.calendar);
      if (machine === null || window === null) return null;
      return unitsViewOf(
        await readUnits(db, force.catalogue, { machine, from: window.from, to: Math.min(window.to, now) }),
      );
    }),
    shifts: os.shifts.handler(() => shiftRows(clock.now(), configuration().catalogue.calendar)),
    trend: os.trend.handler(async ({ context: { caller }, input }) => {
      const { force, machine } = seen(caller, input.machineId);
      return machine === null ? null : readTrend(db, force, machine, input, clock.now());
    }),
    now: os.now.handler(async ({ context: { caller } }) => {
      const force = configuration();
      const sight = sightOf(caller.grants, force);
      const own = new Set(force.catalogue.machines.filter((machine) => isSeen(machine, sight)).map(({ id }) => id));
      return (await shiftNow(force)).filter(({ machineId }) => own.has(machineId));
    }),
  });
}
