/**
 * What a process does over a shift: scatter around a size that drifts with wear and jumps when something changes. Same
 * seed, same parts.
 */
import { BadInput } from './control.ts';

export interface ProcessOptions {
  /** Mean of the first part, in the gauge's unit. */
  readonly nominal: number;
  /** Standard deviation. */
  readonly sigma: number;
  /** Per part. */
  readonly drift: number;
  /** Jump of the mean, once. */
  readonly shift: number;
  /** The part that first has it, counted from 1; 0: never. */
  readonly shiftAt: number;
  readonly seed: number;
}
const names = ['nominal', 'sigma', 'drift', 'shift', 'shiftAt', 'seed'] as const;

export class ProcessModel {
  #options: ProcessOptions;
  #state: number;
  #parts = 0;

  /** @throws Error naming the option. */
  constructor(options: ProcessOptions) {
    const fault = faultOf(options);
    if (fault !== null) throw new Error(`--${fault}`);
    this.#options = pick(options);
    this.#state = options.seed >>> 0;
  }

  get state(): ProcessOptions & { readonly parts: number } {
    return { ...this.#options, parts: this.#parts };
  }

  /**
   * Goes on differently from the next part on, which counts as the first; what is not named stays as it was. The scatter
   * goes on where it was unless a seed is given.
   * @throws BadInput naming what makes no sense; nothing is changed then.
   */
  change(input: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(input)) {
      if (!(names as readonly string[]).includes(name)) {
        throw new BadInput(`unknown "${name}"; known: ${names.join(', ')}`);
      }
      if (typeof value !== 'number' || !Number.isFinite(value)) throw new BadInput(`${name} must be a number`);
    }
    const options = { ...this.#options, ...input };
    const fault = faultOf(options);
    if (fault !== null) throw new BadInput(fault);
    this.#options = options;
    this.#parts = 0;
    if ('seed' in input) this.#state = options.seed >>> 0;
  }

  /** Size of the next part, not rounded. */
  next(): number {
    const { nominal, sigma, drift, shift, shiftAt } = this.#options;
    const jumped = shiftAt > 0 && this.#parts + 1 >= shiftAt;
    const value = nominal + drift * this.#parts + (jumped ? shift : 0) + sigma * this.#normal();
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

function faultOf({ sigma, shiftAt }: ProcessOptions): string | null {
  if (sigma < 0) return `sigma must not be negative, got ${sigma}`;
  if (!Number.isInteger(shiftAt) || shiftAt < 0) return `shiftAt must be a whole number from 0, got ${shiftAt}`;
  return null;
}

function pick({ nominal, sigma, drift, shift, shiftAt, seed }: ProcessOptions): ProcessOptions {
  return { nominal, sigma, drift, shift, shiftAt, seed };
}
