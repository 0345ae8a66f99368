/** What the address says about the place `machines`: a machine and one of its tabs. */
export const machineTabs = ['now', 'stops', 'oee', 'energy'] as const;
export type MachineTab = (typeof machineTabs)[number];

/** @param open what is open in the tab, e.g. a stop. */
export const machineItem = (machineId: string, tab: MachineTab, open: string | null = null): string =>
  `${machineId} ${tab}${open === null ? '' : ` ${open}`}`;

/** Ids of machines have no blank. */
export function machineOfItem(item: string | null): {
  readonly machineId: string | null;
  readonly tab: MachineTab;
  readonly open: string | null;
} {
  const [machineId = null, tab, open = null] = item?.split(' ') ?? [];
  return { machineId, tab: machineTabs.find((known) => known === tab) ?? 'now', open };
}
