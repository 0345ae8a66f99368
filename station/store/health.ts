/**
 * The state of a file the station writes (contract StoreState), kept for the screen. A full disk is seen before SQLite
 * sees it (a floor of free bytes) and is left again without anybody doing anything but making room.
 */
import { statfsSync } from 'node:fs';
import type { StoreState } from '#contract/rpc/system.ts';
import type { Clock } from '../clock.ts';
import { Signal } from '../streams/signal.ts';
import { faultOf, StoreNotWritableError, type StoreFault } from './errors.ts';

export interface HealthView {
  readonly state: StoreState;
  /** English, for logs and the details line; empty when ok. */
  readonly detail: string;
}

export interface HealthOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** Below this many free bytes the state is `disk-full`. */
  readonly minFreeBytes: number;
  /** How often the disk is looked at and, in a fault, a write is tried, in ms. */
  readonly probeMs: number;
  /** A cheap real write to the file; throws when it cannot be written. */
  readonly probe: () => void;
}

/** Least time between two looks at the free space on the writing path, in ms: the call costs microseconds. */
const lookMs = 500;

export class Health {
  readonly changed = new Signal<HealthView>();
  readonly #options: HealthOptions;
  #view: HealthView = { state: 'ok', detail: '' };
  #recoverable = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #timer: { cancel(): void } | null = null;
  #closed = false;

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#schedule();
  }

  get view(): HealthView {
    return this.#view;
  }

  /** null when the system does not tell. */
  freeBytes(): number | null {
    try {
      const { bavail, bsize } = statfsSync(this.#options.folder);
      return bavail * bsize;
    } catch {
      return null;
    }
  }

  /** To be called before writing. @throws StoreNotWritableError in any state but `ok`. */
  assertWritable(): void {
    if (this.#view.state === 'ok') {
      const now = this.#options.clock.monotonic();
      if (now - this.#lookedAt >= lookMs) {
        this.#lookedAt = now;
        this.#look();
      }
    }
    const { state, detail } = this.#view;
    if (state !== 'ok') throw new StoreNotWritableError(state, detail);
  }

  /** @returns the fault when the error is one of the storage (the state is set), else null. */
  note(error: unknown): StoreFault | null {
    const fault = faultOf(error);
    if (!fault) return null;
    // Some file systems report a full disk as a plain I/O error.
    const free = fault.state === 'read-only' ? this.freeBytes() : null;
    const state = free !== null && free < Math.max(this.#options.minFreeBytes, 65_536) ? 'disk-full' : fault.state;
    this.set(state, fault.detail, state !== 'corrupt');
    return state;
  }

  /** @param recoverable whether the probe may end this state. */
  set(state: StoreState, detail: string, recoverable: boolean): void {
    this.#recoverable = recoverable;
    if (state === this.#view.state && detail === this.#view.detail) return;
    this.#view = { state, detail };
    this.changed.emit(this.#view);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = this.#options.clock.setTimer(this.#options.probeMs, () => {
      this.#tick();
      this.#schedule();
    });
  }

  #tick(): void {
    if (this.#view.state === 'ok') return this.#look();
    if (!this.#recoverable) return;
    const free = this.freeBytes();
    // Some room above the floor, so that the state does not flicker at its edge.
    if (free !== null && free < this.#options.minFreeBytes * 1.125) return;
    try {
      this.#options.probe();
      this.set('ok', '', true);
    } catch (error) {
      this.note(error);
    }
  }

  #look(): void {
    const free = this.freeBytes();
    const { minFreeBytes, folder } = this.#options;
    if (free !== null && free < minFreeBytes) {
      this.set('disk-full', `${free} bytes free on the disk of ${folder}, ${minFreeBytes} are needed`, true);
    }
  }
}
