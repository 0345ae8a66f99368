/**
 * The newest reading of every tag, in columns. A handle is a small integer that belongs to one tag id for the life of
 * the process, so that the hot path touches no map and a re-configured device keeps its listeners.
 */
import type { TagReading } from '#contract/reading.ts';

export class TagTable {
  readonly #handles = new Map<string, number>();
  readonly ids: string[] = [];
  readonly units: (string | null)[] = [];
  readonly latest: (TagReading | null)[] = [];
  /** Monotonic ms of the newest reading. */
  receivedAtMono: Float64Array = new Float64Array(64);
  /** UTC ms of the newest good reading; NaN: there never was one. */
  lastGoodAt: Float64Array = new Float64Array(64).fill(Number.NaN);
  /** ms after which a reading is too old; Infinity: only the device's state decides. */
  staleAfterMs: Float64Array = new Float64Array(64).fill(Number.POSITIVE_INFINITY);
  /** Index of the device; -1: no device has this tag now. */
  device: Int32Array = new Int32Array(64).fill(-1);
  /** Hub version at the last change a screen should see. */
  changedAt: Float64Array = new Float64Array(64);
  /** 1 while the last thing told to screens was "stale". */
  toldStale: Uint8Array = new Uint8Array(64);
  /** How many frame readers want this tag. */
  wanted: Uint16Array = new Uint16Array(64);

  find(tagId: string): number | undefined {
    return this.#handles.get(tagId);
  }

  handleOf(tagId: string): number {
    const known = this.#handles.get(tagId);
    if (known !== undefined) return known;
    const handle = this.ids.length;
    if (handle === this.device.length) this.#grow();
    this.#handles.set(tagId, handle);
    this.ids.push(tagId);
    this.units.push(null);
    this.latest.push(null);
    return handle;
  }

  #grow(): void {
    const size = this.device.length * 2;
    const from = this.device.length;
    this.receivedAtMono = widen(this.receivedAtMono, new Float64Array(size));
    this.lastGoodAt = widen(this.lastGoodAt, new Float64Array(size)).fill(Number.NaN, from);
    this.staleAfterMs = widen(this.staleAfterMs, new Float64Array(size)).fill(Number.POSITIVE_INFINITY, from);
    this.device = widen(this.device, new Int32Array(size)).fill(-1, from);
    this.changedAt = widen(this.changedAt, new Float64Array(size));
    this.toldStale = widen(this.toldStale, new Uint8Array(size));
    this.wanted = widen(this.wanted, new Uint16Array(size));
  }
}

function widen<T extends Float64Array | Int32Array | Uint8Array | Uint16Array>(old: T, wide: T): T {
  wide.set(old);
  return wide;
}
