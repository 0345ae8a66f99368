import { untrack } from 'svelte';
import type { ScanOutcome } from '#contract/rpc/scan.ts';
import { scanStrip } from './scans.svelte.ts';

/** In a component's script: each scan that comes while the component is up, not the one before. */
export function onScan(heard: (outcome: ScanOutcome) => void): void {
  let seen = scanStrip.last;
  $effect(() => {
    const { last } = scanStrip;
    if (last === null || last === seen) return;
    seen = last;
    untrack(() => heard(last));
  });
}
