/** What the address says about the place `machines`: a machine and one of its tabs. */
export const machineTabs = ['now', 'stops', 'oee', 'energy'] as const;
export type MachineTab = (typeof machineTabs)[number];

export const machineItem = (machineId: string, tab: MachineTab): string => `${machineId} ${tab}`;

/** Ids of machines have no blank. */
export function machineOfItem(item: string | null): { readonly machineId: string | null; readonly tab: MachineTab } {
  const [machineId = null, tab] = item?.split(' ') ?? [];
  return { machineId, tab: machineTabs.find((known) => known === tab) ?? 'now' };
}
