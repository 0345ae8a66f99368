/**
 * The press as physics and states, without OPC UA: a servo press that presses a bearing in and stops on force. States and
 * their numbers are PackML's (OPC 30050, PackTags). Time and chance come in, so a seeded run repeats itself.
 */

export const stateNumbers = {
  Clearing: 1,
  Starting: 3,
  Idle: 4,
  Execute: 6,
  Aborting: 8,
  Aborted: 9,
  Resetting: 15,
  Completing: 16,
  Complete: 17,
} as const;
export type PressState = keyof typeof stateNumbers;

export interface PressRecipe {
  name: string;
  /** kN */
  targetForce: number;
  /** mm/s */
  approach: number;
  /** ms at target force */
  hold: number;
}
export const recipeLimits = {
  targetForce: { lower: 1, upper: 60 },
  approach: { lower: 5, upper: 120 },
  hold: { lower: 0, upper: 5_000 },
} as const;

export interface PressResult {
  readonly cycleId: string;
  /** kN */
  readonly peakForce: number;
  /** mm */
  readonly endPosition: number;
  /** ms */
  readonly duration: number;
  readonly ok: boolean;
}

/** Where the bearing touches its bore, and where its shoulder stops it; mm from the top. */
const contactAt = 40;
const shoulderAt = 57;
const endAt = 59.2;
const returnSpeed = 200;

const stayMs: Partial<Record<PressState, number>> = { Starting: 200, Aborting: 200, Clearing: 200, Resetting: 200 };

export class PressModel {
  state: PressState = 'Idle';
  force = 0;
  position = 0;
  oilTemperature = 41;
  guardClosed = true;
  cycleCount = 0;
  cycleId = '';
  recipe: PressRecipe = { name: 'none', targetForce: 22, approach: 30, hold: 800 };
  result: PressResult = { cycleId: '', peakForce: 0, endPosition: 0, duration: 0, ok: false };
  /** The next cycle ends out of limits. */
  fail = false;
  /** Nothing moves and no value changes. */
  freeze = false;
  /** kN added to the peak per cycle since it was set: a wearing tool. */
  drift = 0;

  readonly #chance: () => number;
  #inState = 0;
  #cycleTime = 0;
  #held = 0;
  #peak = 0;
  #planned = { peak: 0, end: endAt };
  #drifted = 0;

  /** @param chance uniform in [0, 1). */
  constructor(chance: () => number) {
    this.#chance = chance;
  }

  /** @returns false when not possible in this state. */
  start(): boolean {
    if (this.state !== 'Idle' || !this.guardClosed) return false;
    this.#drifted += this.drift;
    const sigma = this.recipe.targetForce * 0.008;
    this.#planned = {
      peak: this.recipe.targetForce + 0.004 * this.recipe.targetForce + sigma * this.#normal() + this.#drifted,
      end: endAt + 0.04 * this.#normal(),
    };
    if (this.fail) {
      this.#planned = { peak: this.recipe.targetForce * 1.18, end: endAt - 1.6 };
      this.fail = false;
    }
    this.#cycleTime = 0;
    this.#held = 0;
    this.#peak = 0;
    this.#enter('Starting');
    return true;
  }

  abort(): boolean {
    if (this.state === 'Aborting' || this.state === 'Aborted' || this.state === 'Clearing') return false;
    this.#enter('Aborting');
    return true;
  }

  reset(): boolean {
    if (this.state === 'Complete') this.#enter('Resetting');
    else if (this.state === 'Aborted') this.#enter('Clearing');
    else return false;
    return true;
  }

  /** @param ms of machine time since the last call. */
  advance(ms: number): void {
    if (this.freeze) return;
    this.#inState += ms;
    this.oilTemperature += (41 + 0.6 * Math.sin(this.cycleCount / 7) - this.oilTemperature) * 0.002;
    this.oilTemperature += 0.01 * (this.#chance() - 0.5);
    if (!this.guardClosed && (this.state === 'Starting' || this.state === 'Execute')) this.#enter('Aborting');
    switch (this.state) {
      case 'Starting':
        this.#cycleTime += ms;
        if (this.#stayed()) this.#enter('Execute');
        break;
      case 'Execute':
        this.#cycleTime += ms;
        this.#press(ms);
        break;
      case 'Completing':
        this.#cycleTime += ms;
        this.#retract(ms);
        if (this.position === 0) this.#finish();
        break;
      case 'Aborting':
        this.#retract(ms);
        if (this.#stayed() && this.position === 0) this.#enter('Aborted');
        break;
      case 'Clearing':
        if (this.#stayed()) this.#enter('Resetting');
        break;
      case 'Resetting':
        if (this.#stayed()) this.#enter('Idle');
        break;
      case 'Idle':
      case 'Complete':
      case 'Aborted':
        this.force = Math.max(0, 0.02 * this.#normal());
        break;
    }
  }

  #press(ms: number): void {
    const { peak, end } = this.#planned;
    if (this.position < end) {
      // The axis slows down as soon as it touches the part.
      const speed = this.position < contactAt ? this.recipe.approach : this.recipe.approach * 0.45;
      this.position = Math.min(end, this.position + (speed * ms) / 1_000);
      this.force = Math.max(0, this.#curve(this.position) + 0.05 * this.#normal());
    } else {
      this.force = peak - 0.04 * Math.abs(this.#normal());
      this.#held += ms;
      if (this.#held >= this.recipe.hold) {
        this.#peak = Math.max(this.#peak, peak);
        this.#enter('Completing');
      }
    }
    this.#peak = Math.max(this.#peak, this.force);
  }

  /** Force over travel: sliding, pressing in with rising friction, then the shoulder. */
  #curve(position: number): number {
    const { peak, end } = this.#planned;
    if (position <= contactAt) return 0.25;
    const shoulder = Math.min(shoulderAt, end - 0.5);
    const in_ = Math.min(1, (position - contactAt) / (shoulder - contactAt));
    const friction = 0.25 + peak * 0.38 * in_ ** 1.3;
    if (position <= shoulder) return friction;
    return friction + (peak - friction) * ((position - shoulder) / (end - shoulder)) ** 2.2;
  }

  #retract(ms: number): void {
    this.position = Math.max(0, this.position - (returnSpeed * ms) / 1_000);
    this.force = Math.max(0, 0.15 + 0.03 * this.#normal());
  }

  #finish(): void {
    const target = this.recipe.targetForce;
    const peakForce = round(this.#peak, 3);
    const endPosition = round(this.#planned.end, 3);
    this.result = {
      cycleId: this.cycleId,
      peakForce,
      endPosition,
      duration: Math.round(this.#cycleTime),
      ok: Math.abs(peakForce - target) <= target * 0.06 && Math.abs(endPosition - endAt) <= 0.3,
    };
    this.cycleCount += 1;
    this.#enter('Complete');
  }

  #enter(state: PressState): void {
    this.state = state;
    this.#inState = 0;
  }

  #stayed(): boolean {
    return this.#inState >= (stayMs[this.state] ?? 0);
  }

  /** Box-Muller. */
  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#chance())) * Math.cos(2 * Math.PI * this.#chance());
  }
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

/** mulberry32: small, seeded, good enough for noise. */
export function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
