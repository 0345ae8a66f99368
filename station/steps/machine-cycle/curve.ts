/** The live curve of a machine cycle: pairs of x and y as they come over the lossless road. */
import type { Reading } from '#contract/reading.ts';
import type { TracePoints } from '#contract/rpc/execution.ts';
import { Signal } from '#station/streams/signal.ts';

/** Far above a cycle of minutes at 20 ms; what comes after is left out rather than filling the memory. */
const mostPoints = 100_000;

type TagReading = Reading & { readonly tagId: string };

export class Curve {
  readonly traceId: string;
  readonly changed: Signal<TracePoints>;
  readonly #xTag: string;
  readonly #yTag: string;
  readonly #x: number[] = [];
  readonly #y: number[] = [];
  #lastX: number | null = null;
  #lastY: number | null = null;
  #done = false;

  constructor(
    traceId: string,
    tags: { readonly xTag: string; readonly yTag: string },
    onError: (error: unknown) => void,
  ) {
    this.traceId = traceId;
    this.#xTag = tags.xTag;
    this.#yTag = tags.yTag;
    this.changed = new Signal<TracePoints>(onError);
  }

  /**
   * One batch of the hub. Readings of one instant make one point; where only one of the two changed, the other's last
   * value still holds (that is what a change-driven subscription says).
   */
  take(batch: readonly TagReading[]): void {
    if (this.#done) return;
    const from = this.#x.length;
    const mine = batch
      .filter((r) => r.quality === 'good' && typeof r.value === 'number')
      .map((r) => ({ tagId: r.tagId, value: Number(r.value), at: r.sourceAt ?? r.receivedAt }))
      .sort((a, b) => a.at - b.at);
    mine.forEach(({ tagId, value, at }, i) => {
      if (tagId === this.#xTag) this.#lastX = value;
      if (tagId === this.#yTag) this.#lastY = value;
      if (mine[i + 1]?.at === at) return;
      if (this.#lastX === null || this.#lastY === null || this.#x.length >= mostPoints) return;
      this.#x.push(this.#lastX);
      this.#y.push(this.#lastY);
    });
    if (this.#x.length > from) this.changed.emit(this.#points(from));
  }

  finish(): void {
    if (this.#done) return;
    this.#done = true;
    this.changed.emit(this.#points(this.#x.length));
  }

  whole(): TracePoints {
    return this.#points(0);
  }

  #points(from: number): TracePoints {
    return { traceId: this.traceId, from, x: this.#x.slice(from), y: this.#y.slice(from), done: this.#done };
  }
}

/** Joins what waits for a slow screen with what came since; a curve that begins anew replaces it. */
export function joinPoints(waiting: TracePoints, next: TracePoints): TracePoints {
  if (next.traceId !== waiting.traceId || next.from !== waiting.from + waiting.x.length) return next;
  return { ...waiting, x: [...waiting.x, ...next.x], y: [...waiting.y, ...next.y], done: next.done };
}
