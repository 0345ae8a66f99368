/** The part of a canvas context that the charts use, written down as SVG: one drawing for screen and file. */
import type { Brush } from './area.ts';

const text = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const round = (value: number): string => String(Math.round(value * 100) / 100);

const anchors: Readonly<Record<string, string>> = {
  left: 'start',
  start: 'start',
  center: 'middle',
  right: 'end',
  end: 'end',
};
const baselines: Readonly<Record<string, string>> = { top: 'hanging', middle: 'central', bottom: 'text-after-edge' };

export class SvgBrush implements Brush {
  strokeStyle: Brush['strokeStyle'] = '#000';
  fillStyle: Brush['fillStyle'] = '#000';
  lineWidth = 1;
  font = '16px sans-serif';
  textAlign: CanvasTextAlign = 'left';
  textBaseline: CanvasTextBaseline = 'alphabetic';
  readonly #parts: string[] = [];
  readonly #measuring: CanvasRenderingContext2D | null;
  #path: string[] = [];
  #dash: readonly number[] = [];

  /** @param measuring a canvas to measure words with; without one they are taken to be 0.6 of their height wide. */
  constructor(measuring: CanvasRenderingContext2D | null) {
    this.#measuring = measuring;
  }

  beginPath(): void {
    this.#path = [];
  }
  moveTo(x: number, y: number): void {
    this.#path.push(`M${round(x)} ${round(y)}`);
  }
  lineTo(x: number, y: number): void {
    this.#path.push(`L${round(x)} ${round(y)}`);
  }
  /** Whole circles only. */
  arc(x: number, y: number, radius: number): void {
    const r = round(radius);
    this.#path.push(
      `M${round(x + radius)} ${round(y)}A${r} ${r} 0 1 1 ${round(x - radius)} ${round(y)}A${r} ${r} 0 1 1 ${round(x + radius)} ${round(y)}`,
    );
  }
  closePath(): void {
    this.#path.push('Z');
  }
  stroke(): void {
    if (this.#path.length > 0) this.#parts.push(`<path d="${this.#path.join('')}" fill="none"${this.#pen()}/>`);
  }
  fill(): void {
    if (this.#path.length > 0)
      this.#parts.push(`<path d="${this.#path.join('')}" fill="${text(String(this.fillStyle))}"/>`);
  }
  fillRect(x: number, y: number, width: number, height: number): void {
    this.#parts.push(`<rect ${this.#rect(x, y, width, height)} fill="${text(String(this.fillStyle))}"/>`);
  }
  strokeRect(x: number, y: number, width: number, height: number): void {
    this.#parts.push(`<rect ${this.#rect(x, y, width, height)} fill="none"${this.#pen()}/>`);
  }
  fillText(words: string, x: number, y: number): void {
    const { weight, size } = this.#type();
    this.#parts.push(
      `<text x="${round(x)}" y="${round(y)}" font-size="${round(size)}" font-weight="${weight}" text-anchor="${anchors[this.textAlign] ?? 'start'}" dominant-baseline="${baselines[this.textBaseline] ?? 'auto'}" fill="${text(String(this.fillStyle))}">${text(words)}</text>`,
    );
  }
  measureText(words: string): TextMetrics {
    if (this.#measuring !== null) {
      this.#measuring.font = this.font;
      return this.#measuring.measureText(words);
    }
    return { width: words.length * this.#type().size * 0.6 } as TextMetrics;
  }
  setLineDash(segments: readonly number[]): void {
    this.#dash = segments;
  }

  /** Everything drawn so far. */
  toString(): string {
    return this.#parts.join('\n');
  }

  #rect(x: number, y: number, width: number, height: number): string {
    return `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
  }
  #pen(): string {
    const dash = this.#dash.length > 0 ? ` stroke-dasharray="${this.#dash.map(round).join(' ')}"` : '';
    return ` stroke="${text(String(this.strokeStyle))}" stroke-width="${round(this.lineWidth)}" stroke-linejoin="round"${dash}`;
  }
  #type(): { readonly weight: string; readonly size: number } {
    const found = /^(\d+) ([\d.]+)px/.exec(this.font);
    return { weight: found?.[1] ?? '500', size: Number(found?.[2] ?? 16) };
  }
}
