/** What lies under and over the line of one control chart. Draws on the canvas and into an SVG alike. */
import type { Area, Brush, Shown } from './area.ts';
import { drawDoubt } from './doubt.ts';
import { limitsAt, type PhaseLimits, type Signal, type Track, type Window } from './series.ts';
import { freest, type Rect } from './words-place.ts';

const within = (index: number, { from, to }: Window): boolean => index >= from && index < to;
const visible = (phases: readonly PhaseLimits[], window: Window): readonly PhaseLimits[] =>
  phases.filter(({ from, to }) => to > window.from && from < window.to);

/** Where a phase ends on the screen: half a point around its own. */
function edges(area: Area, phase: PhaseLimits, window: Window): readonly [number, number] {
  const { left, width } = area.box;
  const from = phase.from <= window.from ? left : area.x(phase.from - 0.5);
  const to = phase.to >= window.to ? left + width : area.x(phase.to - 0.5);
  return [Math.max(left, from), Math.min(left + width, to)];
}

/** Zones C, B, A (1, 2, 3 sigma) as bands, the limits as lines, phases apart from each other. */
export function drawUnder(area: Area, shown: Shown): void {
  const { track, window } = shown;
  for (const phase of visible(track.phases, window)) {
    const [left, right] = edges(area, phase, window);
    if (phase.sigma !== null && phase.sigma > 0 && right - left > 1) zones(area, phase, phase.sigma, left, right);
  }
  if (track.varying === undefined) {
    for (const phase of visible(track.phases, window)) {
      const [left, right] = edges(area, phase, window);
      level(area, phase.center, left, right, 'center');
      if (phase.upper !== null) level(area, phase.upper, left, right, 'control');
      if (phase.lower !== null) level(area, phase.lower, left, right, 'control');
    }
  } else stairs(area, track.varying, window);
  const { left, width } = area.box;
  for (const limit of [track.tolerance?.lower ?? null, track.tolerance?.upper ?? null])
    if (limit !== null) level(area, limit, left, left + width, 'tolerance');
  boundaries(area, shown);
}

/** Each strip once and opaque: what is laid over each other is mixed pixel by pixel. */
function zones(area: Area, phase: PhaseLimits, sigma: number, left: number, right: number): void {
  const { brush, box } = area;
  const clamp = (value: number): number => Math.min(box.top + box.height, Math.max(box.top, value));
  const floor = phase.lower ?? Number.NEGATIVE_INFINITY;
  for (const [from, to, tone] of [
    [2, 3, '--zone-a'],
    [1, 2, '--zone-b'],
    [-1, 1, '--zone-c'],
    [-2, -1, '--zone-b'],
    [-3, -2, '--zone-a'],
  ] as const) {
    const top = Math.round(clamp(area.y(phase.center + to * sigma)));
    const bottom = Math.round(clamp(area.y(Math.max(floor, phase.center + from * sigma))));
    if (bottom <= top) continue;
    brush.fillStyle = area.color(tone);
    brush.fillRect(Math.round(left), top, Math.round(right) - Math.round(left), bottom - top);
  }
}

function level(area: Area, value: number, left: number, right: number, kind: 'control' | 'center' | 'tolerance'): void {
  const { brush, px, box } = area;
  const top = area.y(value);
  if (top < box.top - 1 || top > box.top + box.height + 1) return;
  brush.strokeStyle = area.color(kind === 'center' ? '--ink-3' : kind === 'control' ? '--ink-2' : '--bad-mark');
  brush.lineWidth = (kind === 'center' ? 1.25 : 2) * px;
  brush.setLineDash(kind === 'control' ? [8 * px, 5 * px] : kind === 'tolerance' ? [2 * px, 4 * px] : []);
  brush.beginPath();
  brush.moveTo(left, top);
  brush.lineTo(right, top);
  brush.stroke();
  brush.setLineDash([]);
}

/** Limits of their own for each point, as steps; more points than pixels: only what changes is drawn. */
function stairs(area: Area, varying: NonNullable<Track['varying']>, window: Window): void {
  const { brush, px } = area;
  for (const [values, kind] of [
    [varying.center, 'center'],
    [varying.upper, 'control'],
    [varying.lower, 'control'],
  ] as const) {
    brush.strokeStyle = area.color(kind === 'center' ? '--ink-3' : '--ink-2');
    brush.lineWidth = (kind === 'center' ? 1.25 : 2) * px;
    brush.setLineDash(kind === 'control' ? [8 * px, 5 * px] : []);
    brush.beginPath();
    let before = Number.NaN;
    const end = Math.min(window.to, values.length);
    for (let i = window.from; i < end; i += 1) {
      const value = values[i] ?? Number.NaN;
      if (!Number.isNaN(value) && value !== before) {
        const at = area.x(i - 0.5);
        if (Number.isNaN(before)) brush.moveTo(at, area.y(value));
        else {
          brush.lineTo(at, area.y(before));
          brush.lineTo(at, area.y(value));
        }
      } else if (Number.isNaN(value) && !Number.isNaN(before)) brush.lineTo(area.x(i - 0.5), area.y(before));
      before = value;
    }
    if (!Number.isNaN(before)) brush.lineTo(area.x(end - 0.5), area.y(before));
    brush.stroke();
    brush.setLineDash([]);
  }
}

function boundaries(area: Area, { track, window, kind }: Shown): void {
  const { brush, px, box } = area;
  for (const phase of track.phases) {
    if (phase.from <= window.from || phase.from >= window.to) continue;
    const at = area.x(phase.from - 0.5);
    brush.strokeStyle = area.color('--ink-3');
    brush.lineWidth = 1.5 * px;
    brush.beginPath();
    brush.moveTo(at, box.top);
    brush.lineTo(at, box.top + box.height);
    brush.stroke();
    if (kind !== 'location' || phase.name === '') continue;
    brush.font = area.font(600);
    brush.textAlign = 'left';
    brush.textBaseline = 'top';
    tag(area, phase.name, at + 6 * px, box.top + 4 * px);
  }
}

const widths = new Map<string, number>();
/** Of words in the brush's font; a chart says the same few words with each point. */
function widthOf(brush: Brush, text: string): number {
  const key = `${brush.font} ${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size > 500) widths.clear();
    width = brush.measureText(text).width;
    widths.set(key, width);
  }
  return width;
}

/** Words on a plate, so that lines behind do not strike them through. `top`: upper edge, or the middle. */
function tag(area: Area, text: string, left: number, top: number): void {
  const { brush, px } = area;
  const height = 20 * px;
  const above = brush.textBaseline === 'middle' ? top - height / 2 : top - 2 * px;
  brush.fillStyle = area.color('--pane');
  brush.fillRect(left - 4 * px, above, widthOf(brush, text) + 8 * px, height);
  brush.fillStyle = area.color('--ink-2');
  brush.fillText(text, left, top + (brush.textBaseline === 'middle' ? px : 0));
}

/** Special points, names of the limits, the chosen point. */
export function drawOver(area: Area, shown: Shown): void {
  specials(area, shown);
  signals(area, shown);
  limitNames(area, shown);
  chosen(area, shown);
}

const valueAt = ({ values }: Track, index: number): number | null => {
  const value = values[index];
  return value === undefined || Number.isNaN(value) ? null : value;
};

/** Excluded and replaced: hollow, struck through. Not to be relied on: hollow, in a dashed ring with a question mark. Out of tolerance: square with a cross. Note: a flag at the top. */
function specials(area: Area, { track, marks, window, kind }: Shown): void {
  const { brush, px, box } = area;
  for (const [index, mark] of marks) {
    if (!within(index, window)) continue;
    const value = valueAt(track, index);
    if (value === null) continue;
    const [left, top] = [area.x(index), area.y(value)];
    if (mark.excluded !== undefined || mark.replaced === true) {
      brush.lineWidth = 2 * px;
      brush.strokeStyle = area.color('--ink-3');
      brush.fillStyle = area.color('--pane');
      brush.beginPath();
      brush.arc(left, top, 5 * px, 0, 2 * Math.PI);
      brush.fill();
      brush.stroke();
      line(brush, left - 8 * px, top + 8 * px, left + 8 * px, top - 8 * px);
    } else if (mark.outOfTolerance === true && kind === 'location') {
      const half = 7 * px;
      brush.lineWidth = 2 * px;
      brush.fillStyle = area.color('--pane');
      brush.strokeStyle = area.color('--bad-mark');
      brush.fillRect(left - half, top - half, 2 * half, 2 * half);
      brush.strokeRect(left - half, top - half, 2 * half, 2 * half);
      line(brush, left - half, top - half, left + half, top + half);
      line(brush, left + half, top - half, left - half, top + half);
    }
    if (mark.suspect !== undefined && mark.excluded === undefined && mark.replaced !== true) drawDoubt(area, left, top);
    if (mark.note !== undefined && kind === 'location') {
      brush.fillStyle = area.color('--help');
      brush.beginPath();
      brush.moveTo(left, box.top);
      brush.lineTo(left + 13 * px, box.top + 6 * px);
      brush.lineTo(left, box.top + 12 * px);
      brush.closePath();
      brush.fill();
      brush.fillRect(left - px, box.top, 2 * px, 20 * px);
    }
  }
}

function line(brush: Brush, fromX: number, fromY: number, toX: number, toY: number): void {
  brush.beginPath();
  brush.moveTo(fromX, fromY);
  brush.lineTo(toX, toY);
  brush.stroke();
}

/** First signal whose pattern may reach into the window; ascending by their end, so none before it does. */
function firstInReach(all: readonly Signal[], { from }: Window): number {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle]?.at ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
/** Signals whose pattern may reach into the window. */
function* inReach(all: readonly Signal[], window: Window): Generator<Signal> {
  const { to } = window;
  for (let i = firstInReach(all, window); i < all.length; i += 1) {
    const signal = all[i];
    if (signal === undefined || (signal.at >= to && (signal.members[0] ?? signal.at) >= to + longestPattern)) return;
    yield signal;
  }
}
const longestPattern = 64;

/** Members: filled. The last point of the pattern: a ring around, with the rule beside it. */
function signals(area: Area, { track, kind, window, signals: all }: Shown): void {
  const { brush, px } = area;
  if (area.x(1) - area.x(0) < 2 * px) {
    signalStrip(area, kind, window, all);
    return;
  }
  // More signals than room: each place of a few pixels is marked once.
  const place = (index: number): number => Math.round(area.x(index) / (3 * px));
  const members = new Map<number, number>();
  const ends = new Map<number, { readonly at: number; readonly rules: Set<string> }>();
  for (const signal of inReach(all, window)) {
    if (signal.track !== kind) continue;
    for (const member of signal.members) if (within(member, window)) members.set(place(member), member);
    if (!within(signal.at, window)) continue;
    const end = ends.get(place(signal.at));
    if (end === undefined) ends.set(place(signal.at), { at: signal.at, rules: new Set([signal.rule]) });
    else if (end.at === signal.at) end.rules.add(signal.rule);
  }
  brush.fillStyle = area.color('--warn-mark');
  brush.beginPath();
  for (const member of members.values()) circle(area, track, member, 5);
  brush.fill();
  brush.strokeStyle = area.color('--warn-mark');
  brush.lineWidth = 3 * px;
  brush.beginPath();
  for (const { at } of ends.values()) circle(area, track, at, 9.5);
  brush.stroke();
  brush.font = area.font(700);
  brush.textAlign = 'left';
  brush.textBaseline = 'middle';
  brush.fillStyle = area.color('--warn');
  let lastWordEnds = Number.NEGATIVE_INFINITY;
  for (const { at, rules } of ends.values()) {
    // A word is at least this wide: most need not be measured where thousands are on the screen.
    if (area.x(at) - 4 * px < lastWordEnds) continue;
    const words = [...rules].toSorted().join(', ');
    const place = wordsPlace(area, track, at, widthOf(brush, words), lastWordEnds + 4 * px);
    if (place === null) continue;
    lastWordEnds = place.left + place.width;
    brush.fillText(words, place.left, place.top + place.height / 2 + px);
  }
}

/** Of words about a ringed point: away from the centre, or wherever they hide less. null: no room right of `from`. */
function wordsPlace(area: Area, track: Track, at: number, width: number, from: number): Rect | null {
  const { px, box } = area;
  const value = valueAt(track, at);
  if (value === null) return null;
  const [left, top, height, air] = [area.x(at), area.y(value), 16 * px, 12 * px];
  const limits = limitsAt(track, at);
  const above = { left: left - width / 2, top: top - air - height, width, height };
  const below = { ...above, top: top + air };
  const upwards = limits === null || value >= limits.center;
  const beside = { ...above, top: top - height / 2 };
  const places = [
    ...(upwards ? [above, below] : [below, above]),
    { ...beside, left: left - air - 3 * px - width },
    { ...beside, left: left + air + 3 * px },
  ];
  const levels = [limits?.upper, limits?.lower, limits?.center, track.tolerance?.lower, track.tolerance?.upper];
  const reach = Math.ceil((width + 20 * px) / (area.x(1) - area.x(0)));
  const dots: [number, number][] = [];
  for (let near = Math.max(0, at - reach); near <= at + reach; near += 1) {
    const of = valueAt(track, near);
    if (of !== null && near !== at) dots.push([area.x(near), area.y(of)]);
  }
  return freest(
    places.filter((place) => place.left >= from),
    box,
    {
      lines: levels.flatMap((level) => (level === null || level === undefined ? [] : [area.y(level)])),
      lineAir: 2 * px,
      dots,
      radius: 5 * px,
    },
  );
}

/** Points closer than they can be told apart: where signals are, as a strip along the bottom; neighbours as one bar. */
function signalStrip(area: Area, kind: Shown['kind'], window: Window, all: readonly Signal[]): void {
  const { brush, px, box } = area;
  const wide = 2 * px;
  const top = box.top + box.height - 10 * px;
  brush.fillStyle = area.color('--warn-mark');
  let [from, to] = [Number.NaN, Number.NaN];
  const bar = (): void => {
    if (!Number.isNaN(from)) brush.fillRect(from * wide, top, (to - from) * wide, 10 * px);
  };
  const [start, step] = [area.x(0), area.x(1) - area.x(0)];
  for (let i = firstInReach(all, window); i < all.length; i += 1) {
    const signal = all[i];
    if (signal === undefined || signal.at >= window.to) break;
    const place = Math.round((start + signal.at * step) / wide);
    if (signal.track !== kind || place < to) continue;
    if (place !== to) {
      bar();
      from = place;
    }
    to = place + 1;
  }
  bar();
}

function circle({ brush, px, x, y }: Area, track: Track, index: number, radius: number): void {
  const value = valueAt(track, index);
  if (value === null) return;
  const [left, top] = [x(index), y(value)];
  brush.moveTo(left + radius * px, top);
  brush.arc(left, top, radius * px, 0, 2 * Math.PI);
}

/** At the right, of the newest phase on the screen. Names that would lie on each other step aside. */
function limitNames(area: Area, { track, window, words }: Shown): void {
  const { brush, px, box } = area;
  const limits = limitsAt(track, Math.min(window.to, track.values.length) - 1) ?? visible(track.phases, window).at(-1);
  if (!limits) return;
  brush.font = area.font(600);
  brush.textAlign = 'left';
  brush.textBaseline = 'middle';
  const used: number[] = [];
  for (const [value, text] of [
    [limits.upper, words.upper],
    [limits.lower, words.lower],
    [limits.center, words.center],
  ] as const) {
    if (value === null || text === '') continue;
    const top = area.y(value);
    if (top < box.top || top > box.top + box.height) continue;
    const near = used.some((other) => Math.abs(other - top) < 19 * px);
    used.push(top);
    const width = widthOf(brush, text);
    tag(area, text, box.left + box.width - width - 4 * px - (near ? width + 14 * px : 0), top);
  }
}

function chosen(area: Area, { track, window, selected }: Shown): void {
  if (selected === null || !within(selected, window)) return;
  const { brush, px, box } = area;
  const left = area.x(selected);
  brush.strokeStyle = area.color('--act');
  brush.lineWidth = 2 * px;
  line(brush, left, box.top, left, box.top + box.height);
  const value = valueAt(track, selected);
  if (value === null) return;
  brush.fillStyle = area.color('--act');
  brush.beginPath();
  brush.arc(left, area.y(value), 6 * px, 0, 2 * Math.PI);
  brush.fill();
}
