/**
 * Which machine of its line a machine of this station waits for. What can be told from the machines of this station is told without
 * a server; for the others the server says it (`line-wait`), and only while it is heard: an old answer is none.
 */
import type { MachineFile } from '#contract/config/machines.ts';
import type { WaitsHere } from '#contract/rpc/machines.ts';
import type { LineWaitBody } from '#contract/sync/down.ts';
import type { Facts } from '#domain/facts.ts';
import type { StopCard } from '#domain/stops/card.ts';
import { machinesOfLine, rootBackMs, rootOfStop, waitsForOf } from '#domain/stops/line.ts';
import { rootsOf, type LineMachine, type WaitingMachine } from '#domain/stops/root.ts';
import type { DocumentSource } from '#station/core/ports.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readLastSlices, readOpenSlice, readSlices } from '#station/store/projections/machines.ts';
import { readStopsSince } from '#station/store/projections/stops.ts';

export interface RootSources {
  readonly read: ReadModelReader;
  readonly facts: Facts;
  readonly documents: Pick<DocumentSource, 'document'>;
}

/** As many slices of a machine are read for what waits now; one that changed so often since is not what others wait for. */
const lastSlices = 100;

/** @returns null: it is neither blocked nor starved now, or the station is on no line. */
export function waitsHere(machineId: string, sources: RootSources): WaitsHere | null {
  const { read, facts } = sources;
  const state = readOpenSlice(read, machineId)?.state;
  const line = facts.catalogue.lineOf(facts.station.id);
  if (line === null || (state !== 'blocked' && state !== 'starved')) return null;
  const series = seriesOf(line.id, sources, ({ id }) => readLastSlices(read, id, lastSlices));
  const one = rootsOf(series, facts.now).find((each) => each.machineId === machineId);
  if (one === undefined) return null;
  if (!one.askElsewhere) return known(one, sources);
  const { configured, linked, sinceAt, current } = facts.server;
  const unknown = (why: NonNullable<WaitsHere['unknown']>['why'], at = facts.now): WaitsHere => ({
    state: one.state,
    from: one.from,
    root: null,
    unknown: { why, at },
  });
  if (!configured) return unknown('no-server');
  if (!linked) return unknown('not-linked', sinceAt);
  const told = current ? toldOf(line.id, machineId, sources) : null;
  // What was told of an earlier wait says nothing of this one.
  if (told === null || told.state !== one.state || told.from !== one.from) return unknown('not-told');
  return { state: told.state, from: told.from, root: told.root, unknown: null };
}

/** @returns null: the stop did not begin blocked or starved, or the station is on no line. */
export function waitedHere(card: StopCard, sources: RootSources): WaitsHere | null {
  const { read, facts } = sources;
  const line = facts.catalogue.lineOf(facts.station.id);
  if (line === null || (card.state !== 'blocked' && card.state !== 'starved')) return null;
  const now = card.to === null ? waitsHere(card.machineId, sources) : null;
  if (now !== null) return now;
  const series = seriesOf(line.id, sources, ({ id }) =>
    readSlices(read, id, card.from - rootBackMs, (card.to ?? facts.now) + 1),
  );
  const one = rootOfStop(series, card, facts.now);
  if (one === null || !one.askElsewhere) return one && known(one, sources);
  return { state: one.state, from: one.from, root: null, unknown: { why: 'elsewhere', at: facts.now } };
}

const seriesOf = (
  lineId: string,
  { facts: { catalogue, station } }: RootSources,
  slicesOf: (machine: MachineFile) => LineMachine['slices'],
): readonly LineMachine[] =>
  machinesOfLine(catalogue, lineId).map((machine) => ({
    machineId: machine.id,
    slices: machine.station === station.id ? slicesOf(machine) : null,
  }));

function known(one: WaitingMachine, { read, facts }: RootSources): WaitsHere {
  const { root } = one;
  const end = root?.to ?? facts.now;
  const card =
    root === null ? null : readStopsSince(read, root.machineId, root.from).findLast(({ from }) => from <= end);
  return { ...waitsForOf(one, card ?? null, facts.catalogue), unknown: null };
}

const toldOf = (
  lineId: string,
  machineId: string,
  { documents }: RootSources,
): LineWaitBody['machines'][number] | null =>
  documents.document('line-wait', lineId)?.body.machines.find((each) => each.machineId === machineId) ?? null;
