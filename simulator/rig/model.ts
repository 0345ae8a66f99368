/** The test rig as a buffer before it and a test place: parts come in, each cycle takes one out. Time comes in. */

/** Counters are 32 bits wide and begin again at 0. */
const countEnd = 2 ** 32;
/** Registers, from 0, and the words of the texts; see README. */
const size = 28;
const alarmAt = 10;
const alarmWords = 16;
/** Characters that go into its registers. */
export const longestAlarm = alarmWords * 2;

/** `ready`: a part is asked for and has not come yet. */
export type RigState = 'running' | 'fault' | 'blocked' | 'starved' | 'ready';

export interface RigOptions {
  /** Places of the buffer. */
  readonly places: number;
  /** Of one test, machine ms. */
  readonly cycleMs: number;
  /** Without a part for so long it says that it is starved, machine ms. */
  readonly starvedAfterMs: number;
  /** Where the counter of tested parts stands at the start. */
  readonly count: number;
}

export class RigModel {
  readonly places: number;
  readonly #starvedAfterMs: number;
  cycleMs: number;
  /** Parts in the buffer; more than it has places while the machine before it still holds what it had begun. */
  buffered = 0;
  /** Parts that were tested, and of them those that failed. */
  produced = 0;
  scrap = 0;
  /** What it says is wrong; empty: nothing. */
  alarm = '';
  /** Its outfeed is full: a test under way is finished, none begins. */
  blocked = false;
  /** So many parts that are taken in from now on fail. */
  failing = 0;
  /** Of the last part, machine ms; 0: none yet. */
  lastCycleMs = 0;
  /** Machine ms of the part under test; null: the place is empty. */
  #testing: number | null = null;
  #fails = false;
  /** Ready and without a part, machine ms. */
  #waitedMs = 0;

  constructor({ places, cycleMs, starvedAfterMs, count }: RigOptions) {
    this.places = places;
    this.cycleMs = cycleMs;
    this.#starvedAfterMs = starvedAfterMs;
    this.setCount(count);
  }

  get state(): RigState {
    if (this.alarm !== '') return 'fault';
    if (this.#testing !== null) return 'running';
    if (this.blocked) return 'blocked';
    return this.#waitedMs >= this.#starvedAfterMs ? 'starved' : 'ready';
  }
  get isFull(): boolean {
    return this.buffered >= this.places;
  }

  putIn(parts: number): void {
    this.buffered += parts;
    this.#takeIn();
  }

  /** It stops at once, until `recover`; the test that it was at begins again then. */
  breakDown(alarm: string): void {
    this.alarm = alarm;
    this.#waitedMs = 0;
    if (this.#testing !== null) this.#testing = 0;
  }

  /** @returns false: nothing was wrong. */
  recover(): boolean {
    if (this.alarm === '') return false;
    this.alarm = '';
    this.#takeIn();
    return true;
  }

  /** @param value whole, 0 to 2^32 - 1 */
  setCount(value: number): void {
    this.produced = value % countEnd;
  }

  /** @param ms of machine time since the last call; nothing within it is skipped. */
  advance(ms: number): void {
    if (this.alarm !== '') return;
    for (let left = ms; left > 0;) {
      this.#takeIn();
      if (this.#testing === null) {
        this.#waitedMs = this.blocked ? 0 : this.#waitedMs + left;
        return;
      }
      const step = Math.min(left, Math.max(0, this.cycleMs - this.#testing));
      this.#testing += step;
      left -= step;
      if (this.#testing >= this.cycleMs) this.#finish(this.#testing);
    }
    this.#takeIn();
  }

  #takeIn(): void {
    if (this.#testing !== null || this.alarm !== '' || this.blocked || this.buffered === 0) return;
    this.buffered -= 1;
    this.#testing = 0;
    this.#waitedMs = 0;
    this.#fails = this.failing > 0;
    if (this.#fails) this.failing -= 1;
  }

  #finish(ms: number): void {
    this.#testing = null;
    this.lastCycleMs = Math.round(ms);
    this.produced = (this.produced + 1) % countEnd;
    if (this.#fails) this.scrap = (this.scrap + 1) % countEnd;
  }

  /** Its registers as they are now. */
  image(): Buffer {
    const image = Buffer.alloc(size * 2);
    const { state } = this;
    const bits = [state === 'running', state === 'fault', this.blocked, state === 'starved'];
    image.writeUInt16BE(
      bits.reduce((word, on, bit) => word | (Number(on) << bit), 0),
      0,
    );
    image.writeUInt16BE(Math.min(this.buffered, 0xffff), 2);
    image.writeUInt32BE(this.produced, 4);
    image.writeUInt32BE(this.scrap, 8);
    image.writeUInt32BE(this.lastCycleMs, 12);
    image.write(this.alarm, alarmAt * 2, alarmWords * 2, 'latin1');
    image.write('TR-1', 52, 'latin1');
    return image;
  }
}
