import type { TracePoints } from '#contract/rpc/execution.ts';

/** The curve as it came so far; frames say where they belong, so a repeated or a first frame never doubles points. */
export class Curve {
  readonly x: number[] = [];
  readonly y: number[] = [];
  #traceId: string | null = null;

  take(points: TracePoints): void {
    if (points.traceId !== this.#traceId) {
      this.#traceId = points.traceId;
      this.x.length = 0;
      this.y.length = 0;
    }
    this.x.length = Math.min(this.x.length, points.from);
    this.y.length = this.x.length;
    for (const value of points.x) this.x.push(value);
    for (const value of points.y) this.y.push(value);
  }
}
