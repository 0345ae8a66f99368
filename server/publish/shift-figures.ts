/** Figures of machines' shifts for publishing: those under way, those that ended, and those that were told anew since. */
import type { MachineFile } from '#contract/config/machines.ts';
import { emptySums } from '#domain/oee/sums.ts';
import { windowOf } from '#domain/oee/windows.ts';
import type { EndedShift, MachineShift, ShiftFigures } from '#publish/shift-figures.ts';
import type { InForce, ReleasedConfiguration } from '../configuration.ts';
import type { Db } from '../db/db.ts';
import { partsOfFacts } from '../energy/hours.ts';
import { sumColumns, sumsOfRow } from '../oee/columns.ts';
import { readShiftNow } from '../oee/trend.ts';

/** Shifts are told anew, and stay at the broker, for so long after they began. */
const keptMs = 35 * 86_400_000;
/** The row of a machine that says that it is looked at. */
const marker = '';
const summed = sumColumns.map(({ name }) => `sum(${name})::bigint AS ${name}`).join(', ');

interface Parts {
  readonly db: Db;
  readonly now: () => number;
  readonly released: ReleasedConfiguration;
  /** Of the line now. */
  readonly stations: () => readonly string[];
}
interface Row {
  readonly machineId: string;
  readonly key: string;
  readonly from: number;
  readonly revision: number;
  readonly sums: string;
}
interface Standing {
  readonly machine_id: string;
  readonly until_at: number;
  /** Of the row: every piece of work of the sums writes it anew. */
  readonly version: string;
}

export class LineFigures implements ShiftFigures {
  readonly #parts: Parts;
  /** What was looked at last, by machine. */
  #seen = new Map<string, string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async read(isAlive: (stationId: string) => boolean): ReturnType<ShiftFigures['read']> {
    const { db, now, released, stations } = this.#parts;
    const [force, at, ofLine] = [released(), now(), new Set(stations())];
    const machines = force.catalogue.machines.filter(({ station }) => ofLine.has(station) && isAlive(station));
    const ended: EndedShift[] = [];
    const rows: Row[] = [];
    const gone: Pick<EndedShift, 'stationId' | 'machineId' | 'key'>[] = [];
    const seen = new Map(this.#seen);
    // While something is being summed up anew the figures would change once more.
    const standing = await db.query<Standing>(
      `SELECT machine_id, until_at, xmin::text AS version FROM machine_summed s WHERE machine_id = ANY($1) AND time_zone = $2
         AND NOT EXISTS (SELECT FROM machine_unsummed u WHERE u.machine_id = s.machine_id AND u.from_at < s.until_at)`,
      [machines.map(({ id }) => id), force.catalogue.calendar.timeZone],
    );
    for (const { machine_id, until_at, version } of standing) {
      const machine = machines.find(({ id }) => id === machine_id);
      if (machine === undefined || seen.get(machine_id) === version) continue;
      const told = await this.#ended(force, machine, until_at, at);
      ended.push(...told.ended);
      rows.push(...told.rows);
      gone.push(...told.gone);
      seen.set(machine_id, version);
    }
    return {
      ended,
      underWay: await this.#underWay(force, machines, at),
      gone,
      keep: async () => {
        if (rows.length > 0)
          await db.execute(
            `INSERT INTO publish_shift (machine_id, shift_key, from_at, revision, sums)
             SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::integer[], $5::text[])
             ON CONFLICT (machine_id, shift_key) DO UPDATE SET revision = excluded.revision, sums = excluded.sums`,
            [
              rows.map(({ machineId }) => machineId),
              rows.map(({ key }) => key),
              rows.map(({ from }) => from),
              rows.map(({ revision }) => revision),
              rows.map(({ sums }) => sums),
            ],
          );
        if (gone.length > 0)
          await db.execute('DELETE FROM publish_shift WHERE from_at < $1 AND shift_key <> $2', [at - keptMs, marker]);
        this.#seen = seen;
      },
    };
  }

  async #ended(force: InForce, machine: MachineFile, until: number, now: number) {
    const { db } = this.#parts;
    const { id: machineId, station: stationId } = machine;
    const [sums, before] = [
      await db.query<Readonly<Record<string, unknown>> & { readonly shift_key: string }>(
        `SELECT shift_key, ${summed} FROM machine_hour WHERE machine_id = $1 AND hour_at >= $2 AND shift_key <> ''
         GROUP BY shift_key ORDER BY min(hour_at)`,
        [machineId, now - keptMs],
      ),
      await db.query<{ shift_key: string; from_at: number; revision: number; sums: string }>(
        'SELECT shift_key, from_at, revision, sums FROM publish_shift WHERE machine_id = $1',
        [machineId],
      ),
    ];
    const known = new Map(before.map((row) => [row.shift_key, row]));
    const isFirst = !known.has(marker);
    const ended: EndedShift[] = [];
    const rows: Row[] = isFirst ? [{ machineId, key: marker, from: 0, revision: 0, sums: '' }] : [];
    for (const row of sums) {
      const key = row.shift_key;
      const window = windowOf({ kind: 'shift', key }, now, force.catalogue.calendar);
      // One that began before the hours that were read is not whole here.
      if (window === null || window.to > until || window.from < now - keptMs + 3_600_000) continue;
      const told = known.get(key);
      const its = sumsOfRow(row);
      const text = JSON.stringify(its);
      if (told?.sums === text) continue;
      const revision = isFirst ? 0 : (told?.revision ?? 0) + 1;
      rows.push({ machineId, key, from: window.from, revision, sums: text });
      if (isFirst) continue;
      const shift = { stationId, machineId, key, from: window.from, to: window.to, sums: its };
      ended.push({ ...shift, revision, energy: await this.#energy(machine, force, window.from, window.to) });
    }
    const gone = before
      .filter(({ shift_key, from_at }) => shift_key !== marker && from_at < now - keptMs)
      .map(({ shift_key }) => ({ stationId, machineId, key: shift_key }));
    return { ended, rows, gone };
  }

  async #underWay(force: InForce, machines: readonly MachineFile[], now: number): Promise<readonly MachineShift[]> {
    const window = windowOf({ kind: 'shift', key: null }, now, force.catalogue.calendar);
    if (window === null) return [];
    // Of a machine that nobody ever watched there is nothing to tell.
    const rows = await this.#parts.db.query<{ id: string }>(
      'SELECT id FROM unnest($1::text[]) AS m (id) WHERE EXISTS (SELECT FROM machine_slice WHERE machine_id = m.id)',
      [machines.map(({ id }) => id)],
    );
    const watched = machines.filter((machine) => rows.some(({ id }) => id === machine.id));
    const shifts = await readShiftNow(this.#parts.db, force, watched, now);
    const found = new Map(shifts.map((shift) => [shift.machineId, shift]));
    const all: MachineShift[] = [];
    for (const machine of watched)
      all.push({
        stationId: machine.station,
        machineId: machine.id,
        key: found.get(machine.id)?.shift?.key ?? null,
        from: window.from,
        to: now,
        sums: found.get(machine.id)?.sums ?? emptySums(),
        energy: await this.#energy(machine, force, window.from, now),
      });
    return all;
  }

  async #energy(machine: MachineFile, force: InForce, from: number, to: number): Promise<MachineShift['energy']> {
    const { meter } = machine;
    if (meter === undefined) return null;
    const [told] = await partsOfFacts(this.#parts.db, machine, force.catalogue, meter, [{ from, to }]);
    const steps = (told?.part.openSteps ?? 0) + (told?.part.byState ?? []).reduce((sum, one) => sum + one.steps, 0);
    // Rounded as a double is for sure.
    return { used: Number((steps * meter.step).toPrecision(15)), unit: meter.unit };
  }
}
