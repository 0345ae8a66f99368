/** uPlot in the colours and sizes of the page: axes and grid are its own, the rest is drawn by the chart. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface PlotAxes {
  readonly x: {
    readonly min: number;
    readonly max: number;
    readonly values?: (splits: number[]) => string[];
    /** Where the marks are; without it at round numbers, which are no round times. */
    readonly splits?: () => number[];
  };
  readonly y: { readonly min: number; readonly max: number; readonly values?: (splits: number[]) => string[] };
}
/** Draws on the canvas in its own pixels; `px` is one page pixel, `at` places a point. */
export type Draw = (pen: Pen) => void;
export interface Pen {
  readonly context: CanvasRenderingContext2D;
  readonly px: number;
  readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  x(value: number): number;
  y(value: number): number;
  color(name: string): string;
}

const fontSize = 16;
export const chartFont = (px = 1, weight = 500): string => `${weight} ${fontSize * px}px "Inter Variable", sans-serif`;

export class Plot {
  readonly #plot: uPlot;
  readonly #observer: ResizeObserver;
  #axes: PlotAxes;

  constructor(element: HTMLElement, axes: PlotAxes, draw: Draw) {
    this.#axes = axes;
    const color = (name: string): string =>
      getComputedStyle(document.documentElement).getPropertyValue(name).trim() || '#888';
    const axis = (side: 'x' | 'y'): uPlot.Axis => ({
      stroke: () => color('--ink-3'),
      font: chartFont(),
      size: side === 'x' ? 36 : 66,
      // The lowest figure of the y axis must not touch the first of the x axis.
      gap: side === 'x' ? 10 : 6,
      ticks: { show: false },
      border: { show: true, stroke: () => color('--line'), width: 1 },
      grid: { stroke: () => color('--line-2'), width: 1 },
      space: side === 'x' ? 70 : 46,
      ...(side === 'x' && axes.x.splits ? { splits: () => this.#axes.x.splits?.() ?? [] } : {}),
      values: (_plot, splits) => this.#axes[side].values?.(splits) ?? splits.map(String),
    });
    this.#plot = new uPlot(
      {
        ...Plot.#size(element),
        legend: { show: false },
        cursor: { show: false },
        pxAlign: 1,
        padding: [10, 12, 0, 0],
        scales: {
          x: { time: false, range: () => [this.#axes.x.min, this.#axes.x.max] },
          y: { range: () => [this.#axes.y.min, this.#axes.y.max] },
        },
        axes: [axis('x'), axis('y')],
        // The curve is drawn by the chart: uPlot's own lines need ascending x, and a press goes there and back.
        series: [{}, { show: true, stroke: 'transparent', points: { show: false } }],
        hooks: {
          draw: [
            (plot) => {
              const { ctx, bbox } = plot;
              ctx.save();
              draw({
                context: ctx,
                px: uPlot.pxRatio,
                box: bbox,
                x: (value) => plot.valToPos(value, 'x', true),
                y: (value) => plot.valToPos(value, 'y', true),
                color,
              });
              ctx.restore();
            },
          ],
        },
      },
      [
        [axes.x.min, axes.x.max],
        [null, null],
      ],
      element,
    );
    this.#observer = new ResizeObserver(() => {
      const size = Plot.#size(element);
      if (size.width > 0 && size.height > 0) this.#plot.setSize(size);
    });
    this.#observer.observe(element);
    void document.fonts.ready.then(() => this.#plot.redraw(false, true));
  }

  static #size(element: HTMLElement): { width: number; height: number } {
    return { width: Math.max(80, element.clientWidth), height: Math.max(60, element.clientHeight) };
  }

  /** New data or a new theme: everything is drawn again. */
  update(axes: PlotAxes): void {
    this.#axes = axes;
    this.#plot.setData(
      [
        [axes.x.min, axes.x.max],
        [null, null],
      ],
      true,
    );
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#plot.destroy();
  }
}

/** A range that holds all values with some air; never empty. */
export function rangeOf(values: Iterable<number>, air = 0.08): { min: number; max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min > max) return { min: 0, max: 1 };
  const span = max - min || Math.abs(max) || 1;
  return { min: min - span * air, max: max + span * air };
}
