/** Where a chart is drawn and what of it is shown. */
import type { PointMark, Signal, Track, Window } from './series.ts';

/** The part of a canvas context that is used here; `svg-brush.ts` is another one. */
export type Brush = Pick<
  CanvasRenderingContext2D,
  | 'strokeStyle'
  | 'fillStyle'
  | 'lineWidth'
  | 'font'
  | 'textAlign'
  | 'textBaseline'
  | 'beginPath'
  | 'moveTo'
  | 'lineTo'
  | 'arc'
  | 'closePath'
  | 'stroke'
  | 'fill'
  | 'fillRect'
  | 'strokeRect'
  | 'fillText'
  | 'measureText'
  | 'setLineDash'
>;

export interface Area {
  readonly brush: Brush;
  /** Device pixels of one page pixel. */
  readonly px: number;
  readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  /** Place of a point's number, of a value. */
  x(index: number): number;
  y(value: number): number;
  color(name: string): string;
  font(weight: number): string;
}

export interface Shown {
  readonly track: Track;
  readonly kind: Signal['track'];
  readonly window: Window;
  readonly marks: ReadonlyMap<number, PointMark>;
  readonly signals: readonly Signal[];
  readonly selected: number | null;
  /** Names of the limit lines. */
  readonly words: { readonly upper: string; readonly lower: string; readonly center: string };
}
