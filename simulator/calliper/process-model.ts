/** What a turned diameter does over a shift: scatter around a size that drifts with tool wear. Same seed, same parts. */
export interface ProcessOptions {
  /** mm */
  readonly nominal: number;
  /** Standard deviation in mm. */
  readonly sigma: number;
  /** mm per part. */
  readonly drift: number;
  readonly seed: number;
}

export class ProcessModel {
  readonly #options: ProcessOptions;
  #state: number;
  #parts = 0;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.#state = options.seed >>> 0;
  }

  /** Size of the next part in mm, not rounded. */
  next(): number {
    const { nominal, sigma, drift } = this.#options;
    const value = nominal + drift * this.#parts + sigma * this.#normal();
    this.#parts += 1;
    return value;
  }

  /** Standard normal by the Box-Muller transform. */
  #normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.#uniform()));
    return radius * Math.cos(2 * Math.PI * this.#uniform());
  }

  /** Uniform in [0, 1): a Weyl sequence (golden-ratio step) through the 32-bit finalizer of MurmurHash3. */
  #uniform(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
  }
}
