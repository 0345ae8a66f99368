/** One control chart on uPlot: the line is uPlot's own, thinned to the columns of pixels before, the rest is drawn around it. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { chartFont } from '../plot.ts';
import type { Area, Shown } from './area.ts';
import { drawOver, drawUnder } from './draw.ts';
import { pointSteps, withAir, type Window } from './series.ts';
import { ThinLine } from './thin.ts';

export interface PlotView extends Shown {
  readonly formatX: (index: number) => string;
  readonly formatY: (value: number) => string;
  /** Numbers and names of the points below; only the lower chart of a pair has them. */
  readonly showX: boolean;
}

/** Points closer than this, in page pixels, are not drawn one by one. */
const dotsFrom = 5;

export class ControlPlot {
  readonly #plot: uPlot;
  readonly #observer: ResizeObserver;
  #view: PlotView;
  readonly #line = new ThinLine();
  #colors = new Map<string, string>();
  readonly #labels = new Map<number, string>();
  #labelled: PlotView['formatY'] | null = null;

  constructor(element: HTMLElement, view: PlotView, chosen: (index: number) => void) {
    this.#view = view;
    this.#line.take(view.track.values, view.marks);
    const axis = (side: 'x' | 'y'): uPlot.Axis => ({
      stroke: () => this.#color('--ink-3'),
      font: chartFont(),
      size: side === 'x' ? (view.showX ? 34 : 8) : 74,
      gap: side === 'x' ? 8 : 6,
      ticks: { show: false },
      border: { show: true, stroke: () => this.#color('--line'), width: 1 },
      grid: { show: false },
      space: side === 'x' ? 80 : 34,
      ...(side === 'x' ? { splits: (plot) => pointSteps(this.#view.window, plot.width / 90) } : {}),
      values: (_plot, splits) =>
        side === 'y'
          ? splits.map((value) => this.#label(value, this.#view.formatY))
          : splits.map((at) => (this.#view.showX ? this.#view.formatX(at) : '')),
    });
    this.#plot = new uPlot(
      {
        ...ControlPlot.#size(element),
        legend: { show: false },
        // The pointer chooses a point; dragging and hovering do nothing on a touch screen.
        cursor: { show: false },
        pxAlign: 1,
        padding: [8, 10, 0, 0],
        scales: {
          x: { time: false, auto: false, range: () => this.#windowRange() },
          y: { range: (_plot, min, max) => this.#valueRange(min, max) },
        },
        axes: [axis('x'), axis('y')],
        series: [
          {},
          {
            stroke: () => this.#color('--ink-2'),
            width: 1,
            spanGaps: true,
            points: {
              show: (plot, _series, from, to) => plot.bbox.width / uPlot.pxRatio / Math.max(1, to - from) >= dotsFrom,
              size: 7,
              width: 1,
              stroke: () => this.#color('--ink-2'),
              fill: () => this.#color('--ink-2'),
            },
          },
        ],
        hooks: {
          drawAxes: [
            // uPlot remembers what pen it set last; a line thicker than one pixel would cost it a hundred times as much.
            ({ ctx }) => {
              ctx.save();
              drawUnder(this.#area(), this.#view);
              ctx.restore();
            },
          ],
          draw: [
            ({ ctx, bbox }) => {
              ctx.save();
              ctx.beginPath();
              // Marks may stand out of the box by their size.
              ctx.rect(bbox.left - 8 * uPlot.pxRatio, 0, bbox.width + 18 * uPlot.pxRatio, ctx.canvas.height);
              ctx.clip();
              drawOver(this.#area(), this.#view);
              ctx.restore();
            },
          ],
        },
      },
      this.#data(),
      element,
    );
    this.#plot.over.addEventListener('click', (event) => {
      const count = this.#view.track.values.length;
      const index = Math.round(this.#plot.posToVal(event.offsetX, 'x'));
      if (count > 0) chosen(Math.max(0, Math.min(count - 1, index)));
    });
    this.#observer = new ResizeObserver(() => {
      const size = ControlPlot.#size(element);
      if (size.width !== this.#plot.width || size.height !== this.#plot.height) this.#plot.setSize(size);
    });
    this.#observer.observe(element);
    void document.fonts.ready.then(() => this.#plot.redraw(false, true));
  }

  get canvas(): HTMLCanvasElement {
    return this.#plot.ctx.canvas;
  }

  /** uPlot asks several times a drawing for the same few labels. */
  #label(value: number, format: (value: number) => string): string {
    if (this.#labelled !== format || this.#labels.size > 200) {
      this.#labels.clear();
      this.#labelled = format;
    }
    const known = this.#labels.get(value);
    if (known !== undefined) return known;
    const text = format(value);
    this.#labels.set(value, text);
    return text;
  }

  /** New points, limits, window or choice. */
  update(view: PlotView): void {
    this.#view = view;
    const { track, marks, window } = view;
    this.#line.take(track.values, marks);
    const dense = window.to - window.from > this.#plot.bbox.width / uPlot.pxRatio / 2;
    const series = this.#plot.series[1];
    if (series !== undefined) series.width = dense ? 1 : 2;
    this.#plot.setData(this.#data(this.#plot.bbox.width), true);
  }

  /** Another theme: colours are read anew. */
  recolor(): void {
    this.#colors = new Map();
    this.#plot.redraw(false, true);
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#plot.destroy();
  }

  static #size(element: HTMLElement): { width: number; height: number } {
    return { width: Math.max(120, element.clientWidth), height: Math.max(60, element.clientHeight) };
  }

  /** What is on the screen and a point to each side; `columns`: of pixels, before the plot is there those of a large one. */
  #data(columns = 2_000): uPlot.AlignedData {
    const { from, to } = this.#view.window;
    const [xs, ys] = this.#line.line(Math.max(0, from - 1), to + 1, columns);
    return [xs, ys];
  }

  #windowRange(): [number, number] {
    const { from, to }: Window = this.#view.window;
    // Half a point of air, and the names of the limits at the right.
    return [from - 0.6, to - 0.4 + (to - from) * 0.09];
  }

  /** All that is on the screen, limits too, with some air; never empty. */
  #valueRange(min: number | null, max: number | null): [number, number] {
    const { track, window, marks, kind } = this.#view;
    let low = min ?? Number.POSITIVE_INFINITY;
    let high = max ?? Number.NEGATIVE_INFINITY;
    const take = (value: number | null | undefined): void => {
      if (value === null || value === undefined || !Number.isFinite(value)) return;
      low = Math.min(low, value);
      high = Math.max(high, value);
    };
    for (const phase of track.phases) {
      if (phase.to <= window.from || phase.from >= window.to) continue;
      take(phase.center);
      take(phase.lower);
      take(phase.upper);
    }
    if (track.varying !== undefined) {
      for (let i = window.from; i < Math.min(window.to, track.values.length); i += 1) {
        take(track.varying.lower[i]);
        take(track.varying.upper[i]);
      }
    }
    if (kind === 'location') {
      take(track.tolerance?.lower);
      take(track.tolerance?.upper);
    }
    for (const [index, mark] of marks)
      if ((mark.excluded !== undefined || mark.replaced === true) && index >= window.from && index < window.to)
        take(track.values[index]);
    const range = withAir(low, high);
    return [range.low, range.high];
  }

  #color(name: string): string {
    const known = this.#colors.get(name);
    if (known !== undefined) return known;
    const found = getComputedStyle(document.documentElement).getPropertyValue(name).trim() || '#888';
    this.#colors.set(name, found);
    return found;
  }

  /** Places are linear: worked out once a drawing, because signals ask for very many. */
  #area(): Area {
    const plot = this.#plot;
    const along = (key: 'x' | 'y'): ((value: number) => number) => {
      const { min = 0, max = 1 } = plot.scales[key] ?? {};
      const start = plot.valToPos(min, key, true);
      const scale = (plot.valToPos(max, key, true) - start) / (max - min || 1);
      return (value) => start + (value - min) * scale;
    };
    return {
      brush: plot.ctx,
      px: uPlot.pxRatio,
      box: plot.bbox,
      x: along('x'),
      y: along('y'),
      color: (name) => this.#color(name),
      font: (weight) => chartFont(uPlot.pxRatio, weight),
    };
  }
}
