/** The machines of a line in the order of its flow, and what a root says of itself. */
import type { MachineFile } from '#contract/config/machines.ts';
import type { LineRoot, WaitsFor } from '#contract/rpc/machines.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import type { StopCard } from './card.ts';
import type { WaitingMachine } from './root.ts';
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
export function waitsForOf({ state, root }: WaitingMachine, card: StopCard | null, catalogue: Catalogue): WaitsFor {
  const machine = root === null ? null : catalogue.machine(root.machineId);
  if (root === null || machine === null) return { state, root: null };
  const stop = card && { stopId: card.stopId, reasons: stopRow(card, { catalogue }).reasons };
  return { state, root: { ...root, title: machine.title, stationId: machine.station, stop } satisfies LineRoot };
}
