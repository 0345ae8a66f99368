/** A window of a machine's time, from this station's own facts. */
import type { OeeView, OeeWindow } from '#contract/rpc/oee.ts';
import { wholeStops } from '#domain/oee/time-model.ts';
import { oeeViewOf, rangeOf } from '#domain/oee/view.ts';
import { windowOf } from '#domain/oee/windows.ts';
import { readCounts, readSliceAt, readSlices } from '#station/store/projections/machines.ts';
import { readRetoldAt } from '#station/store/projections/oee.ts';
import { readStopsSince } from '#station/store/projections/stops.ts';
import type { OeeSources } from './sources.ts';
import { unitsOnMachine } from './units.ts';

/** @returns null: this station watches no such machine, or there is no such window */
export function oeeView(
  { machineId, window: asked }: { readonly machineId: string; readonly window: OeeWindow },
  sources: OeeSources,
): OeeView | null {
  const { read, facts } = sources;
  const { now, catalogue, station } = facts;
  const machine = catalogue.machines.find(({ id }) => id === machineId);
  const window = windowOf(asked, now, catalogue.calendar);
  if (machine?.station !== station.id || window === null) return null;
  const { from } = window;
  const to = Math.min(window.to, now);
  const slices = wholeStops(readSlices(read, machineId, from, to), (at) => readSliceAt(read, machineId, at)).map(
    // A stop that goes on is as long as it is now, whichever window it is seen in.
    (slice) => (slice.endAt === null ? { ...slice, endAt: Math.max(now, slice.beganAt) } : slice),
  );
  const range = rangeOf(slices, from, to);
  return oeeViewOf(
    machine,
    window,
    {
      slices,
      cards: readStopsSince(read, machineId, range.from).filter((card) => card.from < range.to),
      counts: readCounts(read, machineId, from, to + 1),
      units: unitsOnMachine(machine, from, to, sources),
      retoldAt: readRetoldAt(read, machineId, from, to),
    },
    { catalogue, now },
  );
}
