/** The demo's shift at a multiple of its speed: a copy of the plant whose times are as much shorter, and what the press does. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { weekdays, type Shift } from '#contract/config/plant.ts';
import type { ScriptStep } from '#simulator/press/script.ts';
import { earlyShift, shiftMs } from '#simulator/press/shift.ts';

export const machineId = 'press-p1';
const hourMs = 3_600_000;
/** Of machine time from the shift's beginning: what is planned in it (simulator/press/shift.ts). */
const planned = [
  { id: 'break', title: { en: 'Breakfast', de: 'Frühstück' }, kind: 'planned', from: 3 * hourMs, to: 3.25 * hourMs },
  {
    id: 'maintenance',
    title: { en: 'Maintenance', de: 'Wartung' },
    kind: 'maintenance',
    from: 7.5 * hourMs,
    to: shiftMs,
  },
] as const;

/** HH:MM by the plant's clocks. */
const clockOf = (at: number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);

interface Machine {
  readonly state: { readonly idleAfterMs: number };
  readonly counts: { readonly mostPerHour: number };
  readonly rates: readonly { readonly cycleMs: number }[];
  readonly costPerHour: { readonly amount: number };
}

/**
 * Copies a plant with the demo's press; in the copy its shifts begin at an instant, one after the other, and all that is
 * measured in the press's time is `speed` times shorter, so that the shift's ratios, pieces and costs are those of the real one. The plant's clock, and
 * with it hours and energy, stays as it is.
 * @param beganAt UTC ms of a whole minute
 */
export function writeShiftPlant(source: string, folder: string, speed: number, beganAt: number): void {
  if (source !== folder) cpSync(source, folder, { recursive: true });
  const edit = <Of>(name: string, change: (of: Of) => object): void => {
    const file = join(folder, name);
    writeFileSync(file, stringify(change(parse(readFileSync(file, 'utf8')) as Of)));
  };
  const lastsMs = shiftMs / speed;
  edit<{ readonly timeZone: string; readonly shifts: readonly Shift[] }>('plant.yaml', (plant) => ({
    ...plant,
    holidays: [],
    // One after the other; the first is the one that is played.
    shifts: plant.shifts.map((shift, n) => ({
      ...shift,
      from: clockOf(beganAt + n * lastsMs, plant.timeZone),
      to: clockOf(beganAt + (n + 1) * lastsMs, plant.timeZone),
      days: [...weekdays],
      breaks: [],
    })),
  }));
  edit('calendar.yaml', () => ({
    schema: 'linewright/calendar@1',
    planned: planned.map((stop) => ({
      ...stop,
      machine: machineId,
      from: new Date(beganAt + stop.from / speed).toISOString(),
      to: new Date(beganAt + stop.to / speed).toISOString(),
    })),
  }));
  edit<Machine>(`machines/${machineId}.yaml`, (machine) => ({
    ...machine,
    state: { ...machine.state, idleAfterMs: Math.round(machine.state.idleAfterMs / speed) },
    counts: { ...machine.counts, mostPerHour: machine.counts.mostPerHour * speed },
    // The feeder loads it without an order: what it makes is of no definition.
    rates: [{ cycleMs: (machine.rates[0]?.cycleMs ?? Number.NaN) / speed, revision: '1' }],
    stops: { microUnderMs: Math.round(120_000 / speed) },
    costPerHour: { ...machine.costPerHour, amount: machine.costPerHour.amount * speed },
  }));
}

/**
 * What happens between two instants of the shift, as a script that begins at the first of them; nothing is made from its end on.
 * @param from machine ms since the shift began, in which the press produces. @param to of the same, in which it stands or produces
 */
export function partOfShift(from = 0, to = shiftMs): readonly ScriptStep[] {
  const feed = earlyShift.findLast(({ at, do: what }) => at < from && what === 'feed');
  const within = earlyShift.filter(({ at }) => at >= from && at < to).map((step) => ({ ...step, at: step.at - from }));
  return [...(feed === undefined ? [] : [{ ...feed, at: 0 }]), ...within, { at: to - from, do: 'pause' }];
}

/** Lets the press do it, by its control. @param control e.g. `http://127.0.0.1:48410`. @throws Error with what it answers */
export async function playShift(control: string, speed: number, steps: readonly ScriptStep[]): Promise<void> {
  const tell = async (command: string, body: object): Promise<void> => {
    const answer = await fetch(`${control}/${command}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`the press refuses ${command}: ${answer.status} ${await answer.text()}`);
  };
  await tell('speed', { value: speed });
  await tell('script', { steps });
}
