/** Newest readings of the tags that are on the screen: one subscription for all of them. */
import { SvelteMap } from 'svelte/reactivity';
import type { LiveReading } from '#contract/reading.ts';
import { client, link } from './link.svelte.ts';

const wanted = new Map<string, number>();
const readings = new SvelteMap<string, LiveReading>();
let subscribed: readonly string[] = [];
let stop: (() => void) | null = null;
let planned = false;

function resubscribe(): void {
  planned = false;
  const tags = [...wanted.keys()].toSorted();
  if (tags.join('\n') === subscribed.join('\n')) return;
  subscribed = tags;
  stop?.();
  stop = null;
  for (const known of readings.keys()) if (!wanted.has(known)) readings.delete(known);
  if (tags.length === 0) return;
  stop = link.stream((options) => client.devices.live({ tags: [...tags] }, options), {
    value(frame) {
      for (const reading of frame.readings) readings.set(reading.tagId, reading);
    },
    status() {
      // The link's own state says whether values may be believed; the last ones stay as "last known".
    },
  });
}

function plan(): void {
  if (planned) return;
  planned = true;
  // After the screen has changed over: one subscription for what went and what came.
  setTimeout(resubscribe, 0);
}

export interface Tags {
  get(tagId: string): LiveReading | undefined;
}

/** In a component's script: keeps these tags subscribed while the component is up. */
export function useTags(get: () => readonly string[]): Tags {
  $effect(() => {
    const mine = [...get()];
    for (const tag of mine) wanted.set(tag, (wanted.get(tag) ?? 0) + 1);
    plan();
    return () => {
      for (const tag of mine) {
        const left = (wanted.get(tag) ?? 1) - 1;
        if (left === 0) wanted.delete(tag);
        else wanted.set(tag, left);
      }
      plan();
    };
  });
  return { get: (tagId) => readings.get(tagId) };
}
