import { onDestroy } from 'svelte';
import type { OpenStream, StreamStatus } from '../link/link.ts';
import { stream as openStream } from './connection.svelte.ts';

/** A stream of the station on the screen: newest value, and whether it may still be believed. */
export class Live<T> {
  value = $state.raw<T | undefined>(undefined);
  /** `lost`: `value` is what was last known. */
  status = $state<StreamStatus>('connecting');
  /** When `value` came; UTC ms by this screen's clock. */
  lastAt = $state<number | null>(null);
  /** Why the newest value does not come, while it does not; null: it comes, or nobody answered yet. */
  problem = $state.raw<unknown>(null);
  readonly stop: () => void;

  constructor(open: OpenStream<T>, onValue?: (value: T) => void) {
    this.stop = openStream(open, {
      value: (value) => {
        this.value = value;
        this.lastAt = Date.now();
        this.problem = null;
        onValue?.(value);
      },
      status: (status) => (this.status = status),
      failed: (error) => (this.problem = error),
    });
  }
}

/**
 * `const orders = live((options) => client.orders.watch(undefined, options))`, in a component's script: opened again
 * after every reconnect, ended with the component.
 */
export function live<T>(open: OpenStream<T>, onValue?: (value: T) => void): Live<T> {
  const stream = new Live(open, onValue);
  onDestroy(stream.stop);
  return stream;
}
