/** What lies on the pan and what the display makes of it: a new load comes to rest after a while. Grams and ms. */
export interface LoadCellOptions {
  readonly capacity: number;
  readonly decimals: number;
  /** From a change of the load until rest. */
  readonly settleMs: number;
}

/** Below this much under zero the pan is missing. */
const underload = -10;
/** Share of `settleMs` in which the swing falls to 1/e: at its end less than a thousandth is left. */
const swing = 1 / 8;

export type Shown =
  | { readonly kind: 'weight'; readonly value: number; readonly stable: boolean }
  | { readonly kind: '+' | '-' };

export class LoadCell {
  readonly #options: LoadCellOptions;
  readonly #now: () => number;
  #load = 0;
  #before = 0;
  #changedAt = -Infinity;
  #zero = 0;
  #tare = 0;

  /** @param now ms that never step. */
  constructor(options: LoadCellOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  get load(): number {
    return this.#load;
  }
  get tare(): number {
    return this.#tare;
  }

  put(load: number): void {
    this.#before = this.#present();
    this.#load = load;
    this.#changedAt = this.#now();
  }

  get stable(): boolean {
    return this.restsInMs === 0;
  }
  get restsInMs(): number {
    return Math.max(0, this.#changedAt + this.#options.settleMs - this.#now());
  }

  /** Net weight, rounded to the display. */
  shown(): Shown {
    const gross = this.#present() - this.#zero;
    if (gross > this.#options.capacity) return { kind: '+' };
    if (gross < underload) return { kind: '-' };
    return { kind: 'weight', value: this.#round(gross - this.#tare), stable: this.stable };
  }

  /** @returns whether the load is near enough to the zero of the scale (2 % of the capacity). */
  zero(): '+' | '-' | null {
    const present = this.#present();
    const range = this.#options.capacity * 0.02;
    if (present > range) return '+';
    if (present < -range) return '-';
    this.#zero = present;
    this.#tare = 0;
    return null;
  }

  /** @returns the tare, or what stood against it. */
  takeTare(): number | '+' | '-' {
    const gross = this.#present() - this.#zero;
    if (gross > this.#options.capacity) return '+';
    if (gross < 0) return '-';
    this.#tare = this.#round(gross);
    return this.#tare;
  }

  presetTare(value: number): void {
    this.#tare = this.#round(value);
  }

  #present(): number {
    const elapsed = this.#now() - this.#changedAt;
    const { settleMs } = this.#options;
    if (elapsed >= settleMs) return this.#load;
    return this.#load + (this.#before - this.#load) * Math.exp(-elapsed / (settleMs * swing));
  }

  #round(value: number): number {
    return Number(value.toFixed(this.#options.decimals));
  }
}
