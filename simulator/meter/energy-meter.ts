/** A three-phase meter: its load goes up and down with the machine, its counter only up, and over. */
import type { MachineLoad, MachineSeen } from './machine-load.ts';

export interface MeterModel {
  readonly energy: number;
  readonly rollOver: number;
  /** Mean load in kW: what is always on, machine ready, in a cycle, and at a stroke. */
  readonly base: number;
  readonly idle: number;
  readonly working: number;
  readonly peak: number;
  readonly idleS: number;
  readonly workingS: number;
  readonly seed: number;
}

/** Registers, from 0; see README. */
const size = 16;
/** How long a stroke takes the power of the peak, in s. */
const strokeS = 0.6;

export class EnergyMeter {
  readonly #model: MeterModel;
  #random: number;
  /** Wh; whole numbers go out, the fraction stays. */
  #wattHours: number;
  #seconds = 0;
  #idle: number;
  #working: number;
  #power = 0;
  #voltage = 230;
  /** null: it follows no machine, the load goes by the clock. */
  #seen: MachineSeen | null = null;
  /** What is left of a stroke, in s. */
  #stroke = 0;

  constructor(model: MeterModel) {
    this.#model = model;
    this.#random = model.seed >>> 0;
    this.#idle = model.idle;
    this.#working = model.working;
    this.#wattHours = 0;
    this.setEnergy(model.energy);
    this.pass(0);
  }

  get state(): object {
    const machine: MachineLoad | null = this.#seen?.load ?? null;
    return { energy: Math.floor(this.#wattHours) / 1_000, power: this.#power, voltage: this.#voltage, machine };
  }

  setEnergy(kilowattHours: number): void {
    this.#wattHours = (kilowattHours % this.#model.rollOver) * 1_000;
  }

  setLoad(idle: number | undefined, working: number | undefined): void {
    this.#idle = idle ?? this.#idle;
    this.#working = working ?? this.#working;
  }

  /** Each cycle has a stroke; two of them between which nobody looked are told by the count. */
  follow(seen: MachineSeen): void {
    const was = this.#seen;
    const works = seen.load === 'working';
    if (works && (was?.load !== 'working' || seen.count !== was.count)) this.#stroke = strokeS;
    this.#seen = seen;
  }

  pass(seconds: number): void {
    this.#seconds += seconds;
    const { rollOver } = this.#model;
    this.#power = Math.max(0, this.#load(seconds) * (1 + 0.04 * this.#chance()));
    this.#voltage = 230.4 + 0.8 * this.#chance() - this.#power * 0.05;
    this.#wattHours = (this.#wattHours + (this.#power * 1_000 * seconds) / 3_600) % (rollOver * 1_000);
  }

  /** kW, mean of these seconds. */
  #load(seconds: number): number {
    const { idleS, workingS, base, peak } = this.#model;
    if (this.#seen === null) return this.#seconds % (idleS + workingS) >= idleS ? this.#working : this.#idle;
    const mean = { off: base, on: this.#idle, working: this.#working }[this.#seen.load];
    const stroke = Math.min(this.#stroke, seconds);
    this.#stroke -= stroke;
    return stroke === 0 ? mean : (peak * stroke + mean * (seconds - stroke)) / seconds;
  }

  /** Its registers as they are now. */
  image(): Buffer {
    const image = Buffer.alloc(size * 2);
    image.writeUInt32BE(Math.floor(this.#wattHours), 0);
    image.writeFloatBE(this.#power, 4);
    image.writeFloatBE(this.#voltage, 8);
    image.writeFloatBE((this.#power * 1_000) / (Math.sqrt(3) * 0.92 * this.#voltage * Math.sqrt(3)), 12);
    image.writeFloatBE(0.92 + 0.01 * this.#chance(), 16);
    image.writeUInt16BE(Math.round(5_000 + this.#chance() * 2), 20);
    image.write('EM-3P', 24, 'latin1');
    return image;
  }

  /** Between -1 and 1, the same for the same seed (mulberry32). */
  #chance(): number {
    this.#random = (this.#random + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#random ^ (this.#random >>> 15), this.#random | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  }
}
