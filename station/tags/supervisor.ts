/**
 * Decides `stale` (design law 4): a reading is stale when its device is not delivering or when it is older, by the
 * clock that never steps, than its tag allows. Asking is always exact; the scan only tells the screens in time.
 */
import type { Clock } from '#station/clock.ts';
import type { TagTable } from './table.ts';

/** How late a screen may learn that a reading became too old. One scan, not a timer per reading. */
export const scanIntervalMs = 200;

export class Supervisor {
  readonly #table: TagTable;
  readonly #clock: Clock;
  readonly #becameStale: (handle: number) => void;
  /** Per device index: is it delivering? */
  readonly #delivering: boolean[] = [];
  /** Handles with an age limit. */
  #limited: readonly number[] = [];
  #timer: { cancel(): void } | null = null;
  #running = false;

  constructor(table: TagTable, clock: Clock, becameStale: (handle: number) => void) {
    this.#table = table;
    this.#clock = clock;
    this.#becameStale = becameStale;
  }

  setLimits(handles: readonly number[]): void {
    this.#limited = handles;
    this.#schedule();
  }

  setDelivering(device: number, delivering: boolean): void {
    this.#delivering[device] = delivering;
  }

  isDelivering(device: number): boolean {
    return device >= 0 && this.#delivering[device] === true;
  }

  isStale(handle: number): boolean {
    const table = this.#table;
    if (!this.isDelivering(table.device[handle] ?? -1)) return true;
    const age = this.#clock.monotonic() - (table.receivedAtMono[handle] ?? 0);
    return age > (table.staleAfterMs[handle] ?? 0);
  }

  /** Scans only while somebody looks. */
  run(running: boolean): void {
    this.#running = running;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#running && this.#limited.length > 0) {
      this.#timer ??= this.#clock.setTimer(scanIntervalMs, () => this.#scan());
    } else {
      this.#timer?.cancel();
      this.#timer = null;
    }
  }

  #scan(): void {
    this.#timer = null;
    const table = this.#table;
    const now = this.#clock.monotonic();
    for (const handle of this.#limited) {
      if (table.toldStale[handle] === 1 || table.latest[handle] === null) continue;
      const age = now - (table.receivedAtMono[handle] ?? 0);
      if (age > (table.staleAfterMs[handle] ?? 0)) {
        table.toldStale[handle] = 1;
        this.#becameStale(handle);
      }
    }
    this.#schedule();
  }
}
