/**
 * Watches one machine: readings of its tags, what is lost of them, and time, become observations (domain/machines/decide.ts) in
 * the order in which they happened. Pure: every instant comes in.
 */
import type { MachineFile } from '#contract/config/machines.ts';
import type { MachineState } from '#contract/machine-state.ts';
import type { TagValue } from '#contract/reading.ts';
import type { Observation, Seen } from './decide.ts';
import { isWorking } from './series.ts';
import { judge, type Judged, type Tags } from './state.ts';
import { Tally, type Baselines, type CountBody, type SeenReading } from './tally.ts';

type Open = { readonly beganAt: number; readonly state: MachineState; readonly alarm: string | null };
/** The state as it is known now, told or not yet. */
interface Present extends Seen {
  readonly clock: 'machine' | 'station';
}

/** The tags of a device come in several messages: what is known again is judged when they had time to come, ms. */
export const settleMs = 1_000;
/** A word that comes later than this for its time is told as late, ms: until then a silence is not taken for one. */
const lateMs = 1_000;

export class Observer {
  readonly machine: MachineFile;
  readonly #values = new Map<string, { readonly value: TagValue; readonly good: boolean }>();
  readonly #tally: Tally;
  /** The slice under way in the log; null: the machine was never watched. */
  #open: Open | null;
  /** Ready after it worked, and not yet long enough to be told. */
  #resting: Present | null = null;
  /** While nothing is known: what came since it is heard again. */
  #buffer: { readonly readings: SeenReading[]; readonly firstAt: number } | null = null;
  /**
   * Of a counter that is all that tells the state, UTC ms: since when it is heard, and of its last count; null: it is not
   * heard, it has not counted.
   */
  #heardAt: number | null = null;
  #pulseAt: number | null = null;
  /** Of each tag: nothing older changes what it says. */
  readonly #newest = new Map<string, number>();
  #present: Present | null = null;
  /** What was doubted last and still is: told once. */
  #unknown: string | null = null;

  /** @param countedTo UTC ms up to which pieces are in the log; null: none */
  constructor(machine: MachineFile, open: Open | null, baselines: Baselines, countedTo: number | null) {
    this.machine = machine;
    this.#open = open;
    this.#tally = new Tally(machine.counts, open?.beganAt ?? null, baselines, countedTo);
  }

  get baselines(): Baselines {
    return this.#tally.baselines;
  }
  /** What was counted and is not in the log yet. */
  get pending(): CountBody | null {
    return this.#tally.pending;
  }
  /** UTC ms when `tick` has something to do; null: nothing. */
  get dueAt(): number | null {
    const due = [
      this.#buffer === null ? Infinity : this.#buffer.firstAt + settleMs,
      this.#tally.dueAt ?? Infinity,
      this.#resting === null ? Infinity : this.#resting.beganAt + this.#idleAfterMs + lateMs,
      (this.#isQuietUntil ?? Infinity) + lateMs,
    ];
    const first = Math.min(...due);
    return Number.isFinite(first) ? first : null;
  }

  get #isCounting(): boolean {
    return this.machine.state.from === 'counter';
  }
  get #isCounterHeard(): boolean {
    const { tagId } = this.#tally;
    return tagId !== null && this.#tags.now(tagId) !== undefined;
  }
  get #idleAfterMs(): number {
    return this.machine.state.from === 'hand' ? 0 : this.machine.state.idleAfterMs;
  }
  get #knows(): boolean {
    return (this.#open !== null && this.#open.state !== 'no-data') || this.#heardAt !== null;
  }
  /** When a counter alone says by its silence that the machine waits; null: it says so already, or is not heard. */
  get #isQuietUntil(): number | null {
    const since = this.#pulseAt ?? this.#heardAt;
    return !this.#isCounting || since === null || this.#open?.state === 'waiting' ? null : since + this.#idleAfterMs;
  }

  /** @param receivedAt UTC ms when they came, all at once */
  readings(batch: readonly SeenReading[], receivedAt: number): readonly Observation[] {
    const news = batch.filter((reading) => this.#isNews(reading));
    if (this.machine.state.from === 'hand') return this.#tally.read(news).seen;
    if (!this.#knows) {
      if (news.length > 0) this.#buffer ??= { readings: [], firstAt: receivedAt };
      this.#buffer?.readings.push(...news);
      return [];
    }
    return inOrder(news).flatMap((group) => [...this.#rest(group[0].at), ...this.#take(group)]);
  }

  /** A value that comes once more, or after a newer one, says nothing. */
  #isNews({ tagId, at, good }: SeenReading): boolean {
    if (at < (this.#newest.get(tagId) ?? -Infinity)) return false;
    if (good) this.#newest.set(tagId, at);
    return true;
  }

  /** Nobody vouches for these tags from then on, although no reading said so. */
  lost(tagIds: readonly string[], at: number): readonly Observation[] {
    const tags = tagIds.filter((tagId) => this.#values.get(tagId)?.good === true);
    // What waits to be judged came before.
    const before = this.#buffer === null ? [] : this.#recover(at);
    if (tags.length === 0) return before;
    return [...before, ...this.#take(asLost(tags, at))];
  }

  /** Does what time alone brings. */
  tick(now: number): readonly Observation[] {
    const seen: Observation[] = [];
    if (this.#buffer !== null && now >= this.#buffer.firstAt + settleMs) seen.push(...this.#recover(now));
    seen.push(...this.#rest(now - lateMs), ...this.#tally.tick(now));
    return seen;
  }

  /** Something else may run on the machine from then on: whoever writes it down knows what. */
  running(at: number): readonly Observation[] {
    if (this.#open === null) return [];
    const { state } = this.#open;
    const seen: Observation[] = [...this.#rest(at), ...this.#tally.flush()];
    const told = this.#present?.state === state ? this.#present.told : null;
    seen.push({ kind: 'state', beganAt: at, state, told, alarm: null, clock: 'station' });
    return seen;
  }

  /** The log's word on what is under way, after it took what was seen. */
  written(open: Open | null): void {
    if (open !== null) this.#tally.slice(open.beganAt);
    this.#open = open;
  }

  /** Everything that was counted, before the station ends. */
  end(): readonly Observation[] {
    return this.#tally.flush();
  }

  /** Readings of one instant. */
  #take(group: readonly SeenReading[]): readonly Observation[] {
    const [first] = group;
    if (first === undefined) return [];
    this.#know(group);
    const counted = this.#count(group);
    return [...counted, ...this.#judgeAt(first.at, first.clock)];
  }

  #know(group: readonly SeenReading[]): void {
    for (const { tagId, value, good } of group) {
      const before = this.#values.get(tagId);
      this.#values.set(tagId, { value: good ? value : (before?.value ?? null), good });
    }
  }

  #count(group: readonly SeenReading[]): readonly Observation[] {
    const { seen, pulseAt } = this.#tally.read(group);
    this.#pulseAt = pulseAt ?? this.#pulseAt;
    // A stroke so short that its state was never sampled: the piece says that there was one.
    if (this.#resting !== null && pulseAt !== null && pulseAt > this.#resting.beganAt)
      this.#resting = { ...this.#resting, beganAt: pulseAt };
    return seen;
  }

  readonly #tags: Tags = {
    now: (tagId) => {
      const known = this.#values.get(tagId);
      return known?.good === true ? known.value : undefined;
    },
    last: (tagId) => this.#values.get(tagId)?.value ?? undefined,
  };

  #judge(): Judged {
    const { state } = this.machine;
    if (state.from !== 'counter' && state.from !== 'hand') return judge(state, this.#tags);
    if (!this.#isCounterHeard) return { kind: 'silent' };
    // Until it has counted, or was quiet for long enough (`rest`), nobody knows.
    if (this.#pulseAt === null && this.#open?.state !== 'waiting') return { kind: 'silent' };
    return { kind: 'known', state: this.#pulseAt === null ? 'waiting' : 'producing', told: '' };
  }

  #alarm(): string | null {
    const said = this.machine.alarm === undefined ? undefined : this.#tags.now(this.machine.alarm);
    if (typeof said !== 'string') return null;
    return said.trim() === '' ? null : said.trim();
  }

  #judgeAt(at: number, clock: Present['clock']): readonly Observation[] {
    const judged = this.#judge();
    const doubts = this.#unknownDoubt(judged, at);
    if (this.#isCounting) return [...doubts, ...this.#countingAt(judged, at, clock)];
    const present = this.#presentOf(judged, at, clock);
    if (this.#mayRest(present)) {
      this.#resting ??= present;
      return doubts;
    }
    this.#resting = null;
    return [...doubts, ...this.#begin(present)];
  }

  /** While a counter is heard and has said nothing yet, the state stays as it is. */
  #countingAt(judged: Judged, at: number, clock: Present['clock']): readonly Observation[] {
    if (!this.#isCounterHeard) {
      this.#heardAt = null;
      return this.#begin(this.#presentOf({ kind: 'silent' }, at, clock));
    }
    const heardAt = this.#heardAt;
    this.#heardAt ??= at;
    if (judged.kind !== 'known') return [];
    // The piece that came was being made since it is heard; one that comes after a wait ends the wait.
    const since = judged.state === 'producing' && this.#open?.state === 'no-data' ? (heardAt ?? at) : at;
    return this.#begin(this.#presentOf(judged, Math.min(since, at), clock));
  }

  #presentOf(judged: Judged, beganAt: number, clock: Present['clock']): Present {
    if (judged.kind === 'known') {
      const { state, told } = judged;
      return { beganAt, state, told: told === '' ? null : told, alarm: this.#alarm(), clock };
    }
    const told = judged.kind === 'unknown' ? String(judged.said) : null;
    return { beganAt, state: 'no-data', told, alarm: null, clock };
  }

  /** A machine that works stroke by stroke is ready between two strokes. */
  #mayRest({ state }: Present): boolean {
    return state === 'waiting' && this.#idleAfterMs > 0 && !this.#isCounting && this.#open?.state === 'producing';
  }

  /** It has been ready, or has not counted, for so long that it waits: since it is ready, since the last piece. */
  #rest(now: number): readonly Observation[] {
    const resting = this.#resting;
    if (resting !== null && now >= resting.beganAt + this.#idleAfterMs) {
      this.#resting = null;
      return this.#begin(resting);
    }
    const quietAt = this.#isQuietUntil;
    if (quietAt === null || now < quietAt) return [];
    const beganAt = quietAt - this.#idleAfterMs;
    this.#pulseAt = null;
    const clock = this.#present?.clock ?? 'station';
    return this.#begin({ beganAt, state: 'waiting', told: null, alarm: this.#alarm(), clock });
  }

  #begin(present: Present): readonly Observation[] {
    this.#present = present;
    const { clock, ...seen } = present;
    const { state } = seen;
    const alarm = isWorking(state) ? null : seen.alarm;
    const open = this.#open;
    if (open !== null && open.state === state && (alarm === null || alarm === open.alarm)) return [];
    // Pieces that came since the slice began are in it.
    const isWithin = this.#tally.pending !== null && this.#tally.pending.from >= seen.beganAt;
    const observations = isWithin ? [] : [...this.#tally.flush()];
    const beganAt = Math.max(seen.beganAt, open?.beganAt ?? -Infinity, this.#tally.countedTo);
    if (open !== null && seen.beganAt < open.beganAt - lateMs) {
      const about = { tagId: null, from: seen.beganAt, to: beganAt, before: null, now: seen.told, counted: null };
      observations.push({ kind: 'doubt', doubt: { kind: 'late-values', ...about } });
    }
    this.#open = { beganAt, state, alarm };
    this.#tally.slice(beganAt);
    if (state === 'no-data') {
      this.#tally.interrupt();
      this.#pulseAt = null;
      this.#heardAt = null;
    }
    observations.push({ kind: 'state', ...seen, beganAt, alarm, clock });
    return observations;
  }

  #unknownDoubt(judged: Judged, at: number): readonly Observation[] {
    if (judged.kind !== 'unknown') {
      if (judged.kind === 'known') this.#unknown = null;
      return [];
    }
    const { tagId, said } = judged;
    if (this.#unknown === `${tagId} ${said}`) return [];
    this.#unknown = `${tagId} ${said}`;
    const doubt = { kind: 'state-unknown', tagId, from: at, to: at, before: null, now: said, counted: null } as const;
    return [{ kind: 'doubt', doubt }];
  }

  /**
   * Heard again: what the machine says of the time in which nobody knew tells that time anew, from its first word on; without a
   * word of its own it stays unknown.
   */
  #recover(now: number): readonly Observation[] {
    const { readings, firstAt } = this.#buffer ?? { readings: [], firstAt: now };
    this.#buffer = null;
    // Before it was ever watched nothing is told.
    const unknownFrom = this.#open?.beganAt ?? firstAt;
    const seen: Observation[] = [];
    const told: Present[] = [];
    for (const group of inOrder(readings.map((one) => ({ ...one, at: Math.max(one.at, unknownFrom) })))) {
      const [{ at, clock }] = group;
      this.#know(group);
      const pulseBefore = this.#pulseAt;
      seen.push(...this.#count(group));
      const judged = this.#judge();
      seen.push(...this.#unknownDoubt(judged, at));
      const isQuiet = this.#isCounting && pulseBefore !== null && at > pulseBefore + this.#idleAfterMs;
      const presents = [
        ...(isQuiet ? [this.#presentOf({ kind: 'known', state: 'waiting', told: '' }, pulseBefore, clock)] : []),
        this.#presentOf(judged, at, clock),
      ];
      for (const present of presents) {
        const last = told.at(-1);
        if (last === undefined ? present.state === 'no-data' : isSame(last, present)) continue;
        seen.push(...this.#tally.flush());
        if (last?.beganAt === present.beganAt) told.pop();
        told.push(present);
        this.#tally.slice(present.beganAt);
      }
    }
    if (this.#isCounting && this.#isCounterHeard) this.#heardAt = firstAt;
    if (told.length === 0) return seen;
    const late = bridged(told, this.#isCounting ? 0 : this.#idleAfterMs, firstAt).filter(
      ({ beganAt }) => beganAt < firstAt,
    );
    const from = late[0]?.beganAt;
    if (this.#open !== null && from !== undefined) {
      const slices = late.map(({ clock: _clock, ...slice }) => slice);
      seen.push({ kind: 'late', from, to: firstAt, slices });
    }
    // What it said last before it was heard again goes on from then.
    const before = told.findLast(({ beganAt }) => beganAt < firstAt);
    const onward = told.filter(({ beganAt }) => beganAt >= firstAt);
    for (const present of before === undefined ? onward : [{ ...before, beganAt: firstAt }, ...onward]) {
      if (this.#mayRest(present)) {
        this.#resting ??= present;
        continue;
      }
      this.#resting = null;
      seen.push(...this.#begin(present));
    }
    return seen;
  }
}

const isSame = (a: Seen, b: Seen): boolean => a.state === b.state && a.told === b.told && a.alarm === b.alarm;

/** By instant, those of one instant together, in the order in which they came. */
function inOrder(batch: readonly SeenReading[]): readonly (readonly [SeenReading, ...SeenReading[]])[] {
  const groups: [SeenReading, ...SeenReading[]][] = [];
  for (const reading of batch.toSorted((a, b) => a.at - b.at)) {
    const last = groups.at(-1);
    if (last !== undefined && last[0].at === reading.at) last.push(reading);
    else groups.push([reading]);
  }
  return groups;
}

const asLost = (tagIds: readonly string[], at: number): readonly SeenReading[] =>
  tagIds.map((tagId) => ({ tagId, value: null, good: false, at, clock: 'station' }));

/** A short wait after work belongs to the work. */
function bridged(told: readonly Present[], idleAfterMs: number, end: number): readonly Present[] {
  return told.filter((one, index) => {
    const next = told[index + 1];
    const isShort = (next?.beganAt ?? end) - one.beganAt < idleAfterMs;
    const before = told.slice(0, index).findLast(({ state }) => state !== 'waiting');
    return !(one.state === 'waiting' && idleAfterMs > 0 && isShort && before?.state === 'producing');
  });
}
