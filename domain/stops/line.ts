/** The machines of a line in the order of its flow, and what a root says of itself. */
import type { MachineFile } from '#contract/config/machines.ts';
import type { LineRoot, WaitsFor } from '#contract/rpc/machines.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import type { StopCard } from './card.ts';
import { rootsOf, type LineMachine, type WaitingMachine } from './root.ts';
import { stopRow } from './view.ts';

/** By the line's stations; those of one station as their files are ordered. */
export function machinesOfLine(catalogue: Catalogue, lineId: string): readonly MachineFile[] {
  const stations = catalogue.lines.find(({ id }) => id === lineId)?.stations ?? [];
  return catalogue.machines
    .filter(({ station }) => stations.includes(station))
    .toSorted((a, b) => stations.indexOf(a.station) - stations.indexOf(b.station));
}

/**
 * @param card of the root's own stop; null: it has none.
 * @returns with `root` null also where the configuration has the machine no more
 */
export function waitsForOf(
  { state, from, root }: WaitingMachine,
  card: StopCard | null,
  catalogue: Catalogue,
): WaitsFor {
  const machine = root === null ? null : catalogue.machine(root.machineId);
  if (root === null || machine === null) return { state, from, root: null };
  const stop = card && { stopId: card.stopId, reasons: stopRow(card, { catalogue }).reasons };
  return { state, from, root: { ...root, title: machine.title, stationId: machine.station, stop } satisfies LineRoot };
}

/** What made a stop wait may have stood since so long before it, ms. */
export const rootBackMs = 24 * 3_600_000;

/**
 * What a stop waited for: of one that goes on as it is now, else as it was when it began; where nothing is known of then, at its
 * other end, for the states of two stations are not told at the same instant.
 * @param line with slices from `rootBackMs` before the stop to its end
 * @returns null: it did not begin blocked or starved.
 */
export function rootOfStop(
  line: readonly LineMachine[],
  card: Pick<StopCard, 'machineId' | 'state' | 'from' | 'to'>,
  now: number,
): WaitingMachine | null {
  const { machineId, state, from, to } = card;
  if (state !== 'blocked' && state !== 'starved') return null;
  const waited = (to === null ? [now, from] : [from, to - 1]).flatMap((at) =>
    rootsOf(line, at).filter((one) => one.machineId === machineId),
  );
  return (
    waited.find(({ root }) => root !== null) ?? waited[0] ?? { machineId, state, from, root: null, askElsewhere: false }
  );
}
