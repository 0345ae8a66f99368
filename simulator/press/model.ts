/**
 * The press as physics and states, without OPC UA: a servo press that presses a bearing in and stops on force. States and
 * their numbers are PackML's (OPC 30050, PackTags). Time and chance come in, so a seeded run repeats itself.
 */

export const stateNumbers = {
  Clearing: 1,
  Stopped: 2,
  Starting: 3,
  Idle: 4,
  Execute: 6,
  Stopping: 7,
  Aborting: 8,
  Aborted: 9,
  Holding: 10,
  Held: 11,
  Unholding: 12,
  Resetting: 15,
  Completing: 16,
  Complete: 17,
} as const;
export type PressState = keyof typeof stateNumbers;

/** What the mode switch says, and the unit modes of PackTags that it is told as. */
export const modes = { automatic: 'Production', setup: 'Manual', maintenance: 'Maintenance' } as const;
export type PressMode = keyof typeof modes;

/** Counters are 32 bits wide and begin again at 0. */
const countEnd = 2 ** 32;
/** However long a tick is, nothing within it is skipped, ms. */
const stepMs = 50;

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

const stayMs: Partial<Record<PressState, number>> = {
  Starting: 200,
  Stopping: 200,
  Aborting: 200,
  Holding: 200,
  Unholding: 200,
  Clearing: 200,
  Resetting: 200,
};
const guardAlarm = 'E12 Guard door open';

export class PressModel {
  state: PressState = 'Idle';
  force = 0;
  position = 0;
  oilTemperature = 41;
  guardClosed = true;
  /** Cycles that were finished, and of them those out of limits. */
  cycleCount = 0;
  scrapCount = 0;
  /** Parts within limits since it was switched on, which went on down the line: no command changes what was. */
  handedOn = 0;
  cycleId = '';
  mode: PressMode = 'automatic';
  /** The outfeed is full; the infeed is empty. A cycle under way is finished, none begins. */
  blocked = false;
  starved = false;
  recipe: PressRecipe = { name: 'none', targetForce: 22, approach: 30, hold: 800 };
  result: PressResult = { cycleId: '', peakForce: 0, endPosition: 0, duration: 0, ok: false };
  /** So many cycles that begin from now on end out of limits. */
  failing = 0;
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
  #fault: { readonly alarm: string; leftMs: number } | null = null;
  #guardFault = false;
  #recovers = false;
  /** Where an interrupted cycle goes on. */
  #heldIn: 'Starting' | 'Execute' | 'Completing' = 'Execute';
  #feed: { readonly cycleMs: number; sinceMs: number } | null = null;

  /** @param chance uniform in [0, 1). */
  constructor(chance: () => number) {
    this.#chance = chance;
  }

  /** @returns false when not possible in this state. */
  start(): boolean {
    if (!this.#isReady) return false;
    this.#drifted += this.drift;
    const sigma = this.recipe.targetForce * 0.008;
    this.#planned = {
      peak: this.recipe.targetForce + 0.004 * this.recipe.targetForce + sigma * this.#normal() + this.#drifted,
      end: endAt + 0.04 * this.#normal(),
    };
    if (this.failing > 0) {
      this.#planned = { peak: this.recipe.targetForce * 1.18, end: endAt - 1.6 };
      this.failing -= 1;
    }
    this.#cycleTime = 0;
    this.#held = 0;
    this.#peak = 0;
    this.#enter('Starting');
    return true;
  }

  /** Whether a cycle could begin. */
  get #isReady(): boolean {
    return this.state === 'Idle' && this.guardClosed && this.mode === 'automatic' && !this.blocked && !this.starved;
  }

  /** What it says is wrong; empty: nothing. */
  get alarm(): string {
    if (this.#fault !== null) return this.#fault.alarm;
    return this.#guardFault ? guardAlarm : '';
  }
  /** Machine ms from one cycle to the next that it makes by itself; null: each is started from outside. */
  get feedMs(): number | null {
    return this.#feed?.cycleMs ?? null;
  }

  /**
   * A feeder loads it: a cycle begins every so many machine ms, or as soon as it can when it could not. null: no more.
   * @param cycleMs a cycle itself takes about four seconds
   */
  feed(cycleMs: number | null): void {
    this.#feed = cycleMs === null ? null : { cycleMs, sinceMs: cycleMs };
  }

  /**
   * It stops with an alarm, and no reset helps, until `recover`, or for so long.
   * @param forMs machine ms
   */
  breakDown(alarm: string, forMs: number | null = null): void {
    this.#fault = { alarm, leftMs: forMs ?? Infinity };
    this.#recovers = false;
    this.abort();
  }

  /** The cause is gone and it is made ready again. @returns false: nothing was wrong. */
  recover(): boolean {
    if (this.state !== 'Aborting' && this.state !== 'Aborted') return false;
    this.#fault = null;
    this.#recovers = true;
    return true;
  }

  /** Stopped on purpose: within a cycle that is interrupted, otherwise it is stopped. @returns false when not possible. */
  hold(): boolean {
    if (this.state === 'Starting' || this.state === 'Execute' || this.state === 'Completing') {
      this.#heldIn = this.state;
      this.#enter('Holding');
    } else if (this.state === 'Idle' || this.state === 'Complete') this.#enter('Stopping');
    else return false;
    return true;
  }

  /** @returns false when it is not held. */
  resume(): boolean {
    if (this.state === 'Held' || this.state === 'Holding') this.#enter('Unholding');
    else if (this.state === 'Stopped' || this.state === 'Stopping') this.#enter('Resetting');
    else return false;
    return true;
  }

  /** The controller lies: the counter shows something else from now on. @param value whole, 0 to 2^32 - 1 */
  setCount(value: number): void {
    this.cycleCount = value % countEnd;
  }

  abort(): boolean {
    if (this.state === 'Aborting' || this.state === 'Aborted' || this.state === 'Clearing') return false;
    this.#enter('Aborting');
    return true;
  }

  reset(): boolean {
    if (this.state === 'Complete') this.#enter('Resetting');
    else if (this.state === 'Aborted' && this.#fault === null) this.#enter('Clearing');
    else return false;
    return true;
  }

  /** @param ms of machine time since the last call. */
  advance(ms: number): void {
    for (let left = ms; left > 0 && !this.freeze; left -= stepMs) this.#advance(Math.min(left, stepMs));
  }

  #advance(ms: number): void {
    if (this.#fault !== null) {
      this.#fault.leftMs -= ms;
      if (this.#fault.leftMs <= 0) this.recover();
    }
    this.#feedOne(ms);
    this.#inState += ms;
    this.oilTemperature += (41 + 0.6 * Math.sin(this.cycleCount / 7) - this.oilTemperature) * 0.002;
    this.oilTemperature += 0.01 * (this.#chance() - 0.5);
    if (!this.guardClosed && (this.state === 'Starting' || this.state === 'Execute')) {
      this.#guardFault = true;
      this.#enter('Aborting');
    }
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
        this.#guardFault = false;
        this.#recovers = false;
        if (this.#stayed()) this.#enter('Resetting');
        break;
      case 'Resetting':
        if (this.#stayed()) this.#enter('Idle');
        break;
      case 'Holding':
        if (this.#stayed()) this.#enter('Held');
        break;
      case 'Unholding':
        if (this.#stayed()) this.#enter(this.#heldIn);
        break;
      case 'Stopping':
        if (this.#stayed()) this.#enter('Stopped');
        break;
      case 'Held':
      case 'Stopped':
        break;
      case 'Aborted':
        this.force = 0;
        if (this.#recovers) this.#enter('Clearing');
        break;
      case 'Idle':
      case 'Complete':
        this.force = Math.max(0, 0.02 * this.#normal());
        break;
    }
  }

  /** What the feeder does: takes the part out of a finished cycle, and begins the next when it is due. */
  #feedOne(ms: number): void {
    const feed = this.#feed;
    if (feed === null) return;
    feed.sinceMs += ms;
    if (this.state === 'Complete') this.reset();
    if (feed.sinceMs < feed.cycleMs || !this.start()) return;
    // One that came late does not make the next one early.
    feed.sinceMs = feed.sinceMs < feed.cycleMs + stepMs ? feed.sinceMs - feed.cycleMs : 0;
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
    this.cycleCount = (this.cycleCount + 1) % countEnd;
    if (this.result.ok) this.handedOn += 1;
    else this.scrapCount = (this.scrapCount + 1) % countEnd;
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
