/** Machine time as the screen sees it. */
import type { MachineFile, MachineRate } from '#contract/config/machines.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { CountView, DoubtView, MachineNow, PiecesView, SliceView } from '#contract/rpc/machines.ts';
import type { Facts } from '#domain/facts.ts';
import { piecesIn, type Count } from '#domain/machines/counted.ts';
import { rateOf } from '#domain/machines/rate.ts';
import type { Slice } from '#domain/machines/series.ts';
import { startOfLocalHour } from '#domain/people/local-day.ts';
import { shiftAt } from '#domain/shifts/shifts.ts';
import { actorName } from '#domain/units/holder.ts';
import { waitsHere, type RootSources } from './roots.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import {
  countDoubts,
  readCounts,
  readDoubts,
  readOpenSlice,
  readSlices,
  readStateSince,
} from '#station/store/projections/machines.ts';

export type MachineSources = Pick<RootSources, 'read' | 'facts'>;
type Pending = (machineId: string) => Count | null;

/** Machines that this station watches. */
export const machinesHere = ({ catalogue, station }: Facts): readonly MachineFile[] =>
  catalogue.machines.filter((machine) => machine.station === station.id);

export function machineNow(
  machine: MachineFile,
  { pending, ...sources }: RootSources & { readonly pending: Pending },
): MachineNow {
  const { read, facts } = sources;
  const { now, catalogue } = facts;
  const slice = readOpenSlice(read, machine.id);
  const waiting = pending(machine.id);
  const hour = startOfLocalHour(now, catalogue.plant.timeZone);
  const shift = shiftAt(now, catalogue.plant);
  return {
    id: machine.id,
    title: machine.title,
    byHand: machine.state.from === 'hand',
    slice: slice === null ? null : sliceView(slice),
    since: slice === null ? null : readStateSince(read, slice),
    hour: { from: hour, pieces: pieces(machine, hour, now, waiting, read) },
    shift:
      shift === null || shift.shift === null
        ? null
        : {
            id: shift.shift.id,
            title: shift.shift.title,
            from: shift.startAt,
            to: shift.endAt,
            pieces: pieces(machine, shift.startAt, now, waiting, read),
          },
    rate: rateNow(machine, slice?.context.definitionId ?? null),
    doubts: countDoubts(read, machine.id).unseen,
    waitsFor: waitsHere(machine.id, sources),
  };
}

function rateNow(machine: MachineFile, definitionId: string | null): Pick<MachineRate, 'cycleMs' | 'revision'> | null {
  const rate = rateOf(machine, definitionId);
  return rate === null ? null : { cycleMs: rate.cycleMs, revision: rate.revision };
}

/** Also those that are counted and not in the log yet. */
function pieces(
  machine: MachineFile,
  from: number,
  to: number,
  pending: Count | null,
  read: ReadModelReader,
): PiecesView {
  if (machine.counts === undefined) return { produced: null, good: null, scrap: null };
  // What was counted at this very instant is in it.
  const counts = readCounts(read, machine.id, from, to + 1);
  return piecesIn(pending === null ? counts : [...counts, pending], from, to + 1);
}

const sliceView = ({ machineId: _machine, ...slice }: Slice): SliceView => slice;

interface Window {
  readonly machineId: string;
  readonly from: number;
  readonly to: number;
}

export const sliceViews = ({ machineId, from, to }: Window, read: ReadModelReader): readonly SliceView[] =>
  readSlices(read, machineId, from, to).map(sliceView);

export function countViews(
  { machineId, from, to }: Window,
  read: ReadModelReader,
  pending: Count | null,
): readonly CountView[] {
  const counts = [...readCounts(read, machineId, from, to)];
  if (pending !== null && pending.from < to && pending.to > from) counts.push(pending);
  return counts.map((count) => ({
    from: count.from,
    to: count.to,
    kind: count.kind,
    produced: count.produced,
    good: count.good,
    scrap: count.scrap,
    cyclesMs: count.cyclesMs,
    context: count.context,
  }));
}

export function doubtViews(
  query: { readonly machineId: string; readonly cursor: string | null; readonly limit: number },
  { read, facts }: MachineSources,
): Page<DoubtView> {
  const begin = query.cursor === null ? 0 : Math.max(0, Math.trunc(Number(query.cursor)) || 0);
  const doubts = readDoubts(read, query.machineId, query.limit, begin);
  const { all } = countDoubts(read, query.machineId);
  const next = begin + doubts.length;
  return {
    items: doubts.map(({ seen, ...doubt }) => ({
      ...doubt,
      tagTitle: doubt.tagId === null ? null : (facts.catalogue.tag(doubt.tagId)?.tag.title ?? null),
      seen: seen && { at: seen.at, by: actorName(seen.actor, facts.station.id, facts), note: seen.note },
    })),
    next: doubts.length > 0 && next < all ? String(next) : null,
    total: all,
  };
}
