/**
 * The tabs of a machine, each made by its own feature; one that is not here is not shown. A tab's component gets the machine as
 * it is now and is made again for another machine.
 */
import type { Component } from 'svelte';
import type { MachineNow } from '#contract/rpc/machines.ts';
import type { MachineTab } from './machine-place.ts';
import Energy from '../energy/energy.svelte';
import Oee from '../oee/oee.svelte';
import Stops from '../stops/stops.svelte';
import Now from './now.svelte';

export interface TabProps {
  readonly machine: MachineNow;
}
export const tabs: Partial<Readonly<Record<MachineTab, Component<TabProps>>>> = {
  now: Now,
  stops: Stops,
  oee: Oee,
  energy: Energy,
};
