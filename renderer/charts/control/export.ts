/** A pair of control charts as a file: table, vectors, picture. */
import { csvField as cell } from '../../ui/csv.ts';
import { chartFont } from '../plot.ts';
import type { Area, Shown } from './area.ts';
import { drawOver, drawUnder } from './draw.ts';
import { limitsAt, lineOf, pointSteps, steps, withAir, type ControlSeries, type Track, type Window } from './series.ts';
import { SvgBrush } from './svg-brush.ts';

/**
 * Every point as a line of RFC 4180 CSV with a byte order mark (Excel reads UTF-8 only with one); numbers with a dot,
 * instants in UTC (ISO 8601). Words that a table program would take for a formula are made plain text.
 */
export function controlCsv(series: ControlSeries): string {
  const { location, spread, marks } = series;
  const tracks = [location, ...(spread === null ? [] : [spread])];
  const rules = new Map<string, string[]>();
  for (const { track, at, rule } of series.signals) {
    const key = `${track} ${at}`;
    rules.set(key, [...(rules.get(key) ?? []), rule]);
  }
  const head = ['point', 'at'];
  for (const { name, unit } of tracks)
    head.push(`${name} [${unit}]`, `${name} center`, `${name} lower`, `${name} upper`, `${name} signals`);
  head.push('excluded', 'replaced', 'suspect', 'note');
  const rows = [head.map(cell).join(',')];
  for (let i = 0; i < location.values.length; i += 1) {
    const row: string[] = [String(i + 1), new Date(series.at[i] ?? 0).toISOString()];
    for (const [index, track] of tracks.entries()) {
      const limits = limitsAt(track, i);
      const found = rules.get(`${index === 0 ? 'location' : 'spread'} ${i}`) ?? [];
      row.push(
        figure(track.values[i]),
        figure(limits?.center),
        figure(limits?.lower),
        figure(limits?.upper),
        cell(found.join(' ')),
      );
    }
    const mark = marks.get(i);
    row.push(
      cell(mark?.excluded ?? ''),
      mark?.replaced === true ? 'yes' : '',
      cell(mark?.suspect ?? ''),
      cell(mark?.note ?? ''),
    );
    rows.push(row.join(','));
  }
  return `\u{FEFF}${rows.join('\r\n')}\r\n`;
}

const figure = (value: number | null | undefined): string =>
  value === undefined || value === null || !Number.isFinite(value) ? '' : String(value);

export interface PictureOptions {
  readonly window: Window;
  readonly width: number;
  readonly height: number;
  /** The title in the picture; without it where it stands above. */
  readonly titled: boolean;
  /** What the page's style sheet calls it, e.g. `--ink`. */
  color(name: string): string;
  readonly measuring: CanvasRenderingContext2D | null;
  readonly words: Shown['words'];
  formatX(index: number): string;
  formatY(track: Track, value: number): string;
}

/** What is on the screen, as vectors for reports. */
export function controlSvg(series: ControlSeries, options: PictureOptions): string {
  const { width, height, color } = options;
  const brush = new SvgBrush(options.measuring);
  brush.fillStyle = color('--pane');
  brush.fillRect(0, 0, width, height);
  if (options.titled) {
    brush.font = chartFont(1, 650);
    brush.fillStyle = color('--ink');
    brush.textBaseline = 'top';
    brush.fillText(series.title, 12, 10);
  }
  const top = options.titled ? 40 : 4;
  const bottom = height - 34;
  const tracks = [series.location, ...(series.spread === null ? [] : [series.spread])];
  const middle = tracks.length === 1 ? bottom : top + (bottom - top) * 0.62;
  for (const [index, track] of tracks.entries()) {
    const [from, to] = index === 0 ? [top, middle - (tracks.length === 1 ? 0 : 14)] : [middle + 14, bottom];
    drawTrack(brush, series, track, index === 0 ? 'location' : 'spread', options, {
      left: 84,
      top: from,
      width: width - 84 - 14,
      height: to - from,
    });
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Inter, 'Segoe UI', sans-serif">\n${brush.toString()}\n</svg>\n`;
}

function drawTrack(
  brush: SvgBrush,
  series: ControlSeries,
  track: Track,
  kind: Shown['kind'],
  options: PictureOptions,
  box: Area['box'],
): void {
  const { window, color } = options;
  const line = lineOf(track, series.marks);
  const { low, high } = spanOf(track, kind, window);
  const shownFrom = window.from - 0.6;
  const shownTo = window.to - 0.4 + (window.to - window.from) * 0.09;
  const area: Area = {
    brush,
    px: 1,
    box,
    x: (index) => box.left + ((index - shownFrom) / (shownTo - shownFrom)) * box.width,
    y: (value) => box.top + box.height - ((value - low) / (high - low)) * box.height,
    color,
    font: (weight) => chartFont(1, weight),
  };
  const { marks, signals } = series;
  const shown: Shown = {
    track,
    kind,
    window,
    marks,
    signals,
    selected: null,
    words: { ...options.words, center: track.name },
  };
  drawUnder(area, shown);
  brush.font = chartFont(1, 500);
  brush.fillStyle = color('--ink-3');
  brush.textBaseline = 'middle';
  brush.textAlign = 'right';
  for (const value of steps(low, high, Math.max(2, Math.floor(box.height / 40))))
    brush.fillText(options.formatY(track, value), box.left - 8, area.y(value));
  brush.textBaseline = 'top';
  brush.textAlign = 'center';
  if (kind === 'spread' || series.spread === null)
    for (const at of pointSteps(window, box.width / 90))
      brush.fillText(options.formatX(at), area.x(at), box.top + box.height + 8);
  brush.textAlign = 'left';
  brush.strokeStyle = color('--line');
  brush.lineWidth = 1;
  brush.strokeRect(box.left, box.top, box.width, box.height);
  drawLine(area, line, window);
  drawOver(area, shown);
}

/** Each pixel column keeps its first, least, greatest and last point: no more can be seen. */
function drawLine(area: Area, line: ArrayLike<number | null>, window: Window): void {
  const { brush, color, box } = area;
  brush.strokeStyle = color('--ink-2');
  const end = Math.min(window.to, line.length);
  const dense = end - window.from > box.width * 2;
  brush.lineWidth = dense ? 1 : 2;
  brush.beginPath();
  let begun = false;
  const to = (index: number, value: number): void => {
    if (begun) brush.lineTo(area.x(index), area.y(value));
    else brush.moveTo(area.x(index), area.y(value));
    begun = true;
  };
  let column = Number.NaN;
  let [least, greatest, last] = [Number.NaN, Number.NaN, Number.NaN];
  for (let i = window.from; i < end; i += 1) {
    const value = line[i];
    if (value === null || value === undefined) continue;
    const at = dense ? Math.floor(area.x(i)) : i;
    if (!dense) to(i, value);
    else if (at !== column) {
      if (!Number.isNaN(column)) for (const one of [least, greatest, last]) to(i - 1, one);
      to(i, value);
      [column, least, greatest, last] = [at, value, value, value];
    } else [least, greatest, last] = [Math.min(least, value), Math.max(greatest, value), value];
  }
  brush.stroke();
  if (dense || (end - window.from) * 5 > box.width) return;
  brush.fillStyle = color('--ink-2');
  brush.beginPath();
  for (let i = window.from; i < end; i += 1) {
    const value = line[i];
    if (value !== null && value !== undefined) brush.arc(area.x(i), area.y(value), 3.5, 0, 2 * Math.PI);
  }
  brush.fill();
}

/** @returns what the value axis must hold, with air; never empty. */
function spanOf(track: Track, kind: Shown['kind'], window: Window): { readonly low: number; readonly high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const take = (value: number | null | undefined): void => {
    if (value === null || value === undefined || !Number.isFinite(value)) return;
    if (value < low) low = value;
    if (value > high) high = value;
  };
  const end = Math.min(window.to, track.values.length);
  for (let i = window.from; i < end; i += 1) {
    take(track.values[i]);
    take(track.varying?.lower[i]);
    take(track.varying?.upper[i]);
  }
  for (const { from, to, center, lower, upper } of track.phases)
    if (to > window.from && from < window.to) for (const value of [center, lower, upper]) take(value);
  if (kind === 'location') for (const value of [track.tolerance?.lower, track.tolerance?.upper]) take(value);
  return withAir(low, high);
}

/** The canvases of the screen under each other, with the title. */
export function controlPng(
  title: string,
  canvases: readonly HTMLCanvasElement[],
  color: (name: string) => string,
): Promise<Blob | null> {
  const px = globalThis.devicePixelRatio;
  const head = Math.round(40 * px);
  const picture = document.createElement('canvas');
  picture.width = Math.max(...canvases.map(({ width }) => width));
  picture.height = head + canvases.reduce((sum, { height }) => sum + height, 0);
  const context = picture.getContext('2d');
  if (context === null) return Promise.resolve(null);
  context.fillStyle = color('--pane');
  context.fillRect(0, 0, picture.width, picture.height);
  context.fillStyle = color('--ink');
  context.font = chartFont(px, 650);
  context.textBaseline = 'middle';
  context.fillText(title, 12 * px, head / 2);
  let top = head;
  for (const canvas of canvases) {
    context.drawImage(canvas, 0, top);
    top += canvas.height;
  }
  return new Promise((resolve) => picture.toBlob(resolve, 'image/png'));
}
