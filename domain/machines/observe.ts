/**
 * Watches one machine: readings of its tags, what is lost of them, and time, become observations (domain/machines/decide.ts) in
 * the order in which they happened. Pure: every instant comes in.
 */
import type { MachineFile } from '#contract/config/machines.ts';
import type { BodyOf } from '#contract/events/index.ts';
import type { MachineState } from '#contract/machine-state.ts';
import type { TagValue } from '#contract/reading.ts';
import { isWorking, type Observation, type Seen } from './decide.ts';
import { PieceCounting, type Baseline, type Counted } from './pieces.ts';
import { judge, type Judged, type Tags } from './state.ts';

/** A reading with its believed instant (time.ts). */
export interface SeenReading {
  readonly tagId: string;
  readonly value: TagValue;
  /** false: bad or uncertain; it says only that nothing is known. */
  readonly good: boolean;
  readonly at: number;
  readonly clock: 'machine' | 'station';
}

/** Where counting goes on after a restart; null: nothing was read yet. */
export interface Baselines {
  readonly produced: Baseline | null;
  readonly judged: Baseline | null;
}

type CountBody = Omit<BodyOf<'pieces.counted'>, 'machineId' | 'context'>;
type Open = { readonly beganAt: number; readonly state: MachineState; readonly alarm: string | null };
/** The state as it is known now, told or not yet. */
interface Present extends Seen {
  readonly clock: 'machine' | 'station';
}

/** The tags of a device come in several messages: what is known again is judged when they had time to come, ms. */
export const settleMs = 1_000;
const minuteMs = 60_000;
/** Late values may still come for the minute that has just ended. */
const minuteGraceMs = 2_000;
const mostCycles = 500;
/** A word that comes later than this for its time is told as late, ms. */
const lateMs = 1_000;

export class Observer {
  readonly machine: MachineFile;
  readonly #values = new Map<string, { readonly value: TagValue; readonly good: boolean }>();
  readonly #produced: PieceCounting | null;
  readonly #judged: PieceCounting | null;
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
  /** Where the slice began that is counted in, and the one before. */
  #sliceAt: number;
  #sliceBefore = -Infinity;
  #present: Present | null = null;
  #pending: CountBody | null = null;
  /** The last pulse lies in the slice under way, so that the time to the next is a cycle. */
  #cycleFrom: number | null = null;
  #countedTo = -Infinity;
  /** Nobody heard the counter since its last reading. */
  #interrupted: boolean;
  /** What was doubted last and still is: told once. */
  #unknown: string | null = null;

  /** @param countedTo UTC ms up to which pieces are in the log; null: none */
  constructor(machine: MachineFile, open: Open | null, baselines: Baselines, countedTo: number | null) {
    this.machine = machine;
    this.#open = open;
    this.#countedTo = countedTo ?? -Infinity;
    this.#sliceAt = open?.beganAt ?? -Infinity;
    const { counts } = machine;
    const most = counts?.mostPerHour ?? null;
    this.#produced = counts === undefined ? null : new PieceCounting(counts.produced, most, baselines.produced);
    const judged = counts?.good ?? counts?.scrap;
    this.#judged = judged === undefined ? null : new PieceCounting(judged, most, baselines.judged);
    this.#interrupted = baselines.produced !== null;
  }

  get baselines(): Baselines {
    return { produced: this.#produced?.baseline ?? null, judged: this.#judged?.baseline ?? null };
  }
  /** What was counted and is not in the log yet. */
  get pending(): CountBody | null {
    return this.#pending;
  }
  /** UTC ms when `tick` has something to do; null: nothing. */
  get dueAt(): number | null {
    const due = [
      this.#buffer === null ? Infinity : this.#buffer.firstAt + settleMs,
      this.#pending === null ? Infinity : minuteEnd(this.#pending.to) + minuteGraceMs,
      this.#resting === null ? Infinity : this.#resting.beganAt + this.#idleAfterMs,
      this.#isQuietUntil ?? Infinity,
    ];
    const first = Math.min(...due);
    return Number.isFinite(first) ? first : null;
  }

  get #isCounting(): boolean {
    return this.machine.state.from === 'counter';
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
    if (this.machine.state.from === 'hand') return this.#counters(news);
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
    seen.push(...this.#rest(now));
    if (this.#pending !== null && now >= minuteEnd(this.#pending.to) + minuteGraceMs) seen.push(...this.#flush());
    return seen;
  }

  /** Something else may run on the machine from then on: whoever writes it down knows what. */
  running(at: number): readonly Observation[] {
    if (this.#open === null) return [];
    const { state } = this.#open;
    const seen: Observation[] = [...this.#rest(at), ...this.#flush()];
    const told = this.#present?.state === state ? this.#present.told : null;
    seen.push({ kind: 'state', beganAt: at, state, told, alarm: null, clock: 'station' });
    this.#cycleFrom = null;
    return seen;
  }

  /** The log's word on what is under way, after it took what was seen. */
  written(open: Open | null): void {
    if (open !== null && open.beganAt !== this.#sliceAt) this.#slice(open.beganAt);
    this.#open = open;
  }

  #slice(beganAt: number): void {
    this.#sliceBefore = this.#sliceAt;
    this.#sliceAt = beganAt;
    this.#cycleFrom = null;
  }

  /** Everything that was counted, before the station ends. */
  end(): readonly Observation[] {
    return this.#flush();
  }

  /** Readings of one instant. */
  #take(group: readonly SeenReading[]): readonly Observation[] {
    const [first] = group;
    if (first === undefined) return [];
    this.#know(group);
    const counted = this.#counters(group);
    return [...counted, ...this.#judgeAt(first.at, first.clock)];
  }

  #know(group: readonly SeenReading[]): void {
    for (const { tagId, value, good } of group) {
      const before = this.#values.get(tagId);
      this.#values.set(tagId, { value: good ? value : (before?.value ?? null), good });
      if (!good && tagId === this.#produced?.tagId) this.#interrupted = true;
    }
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
    const tag = this.#produced?.tagId;
    if (tag === undefined || this.#tags.now(tag) === undefined) return { kind: 'silent' };
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
    const isHeard = this.#produced !== null && this.#tags.now(this.#produced.tagId) !== undefined;
    if (!isHeard) {
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
    const isWithin = this.#pending !== null && this.#pending.from >= seen.beganAt;
    const observations = isWithin ? [] : [...this.#flush()];
    const beganAt = Math.max(seen.beganAt, open?.beganAt ?? -Infinity, this.#countedTo);
    if (open !== null && seen.beganAt < open.beganAt - lateMs) {
      const about = { tagId: null, from: seen.beganAt, to: beganAt, before: null, now: seen.told, counted: null };
      observations.push({ kind: 'doubt', doubt: { kind: 'late-values', ...about } });
    }
    this.#open = { beganAt, state, alarm };
    this.#slice(beganAt);
    if (state === 'no-data') {
      this.#interrupted = true;
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
      seen.push(...this.#counters(group));
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
        seen.push(...this.#flush());
        if (last?.beganAt === present.beganAt) told.pop();
        told.push(present);
        this.#slice(present.beganAt);
      }
    }
    if (this.#isCounting && this.#produced !== null && this.#tags.now(this.#produced.tagId) !== undefined)
      this.#heardAt = firstAt;
    if (told.length === 0) return seen;
    const late = bridged(told, this.#isCounting ? 0 : this.#idleAfterMs).filter(({ beganAt }) => beganAt < firstAt);
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

  #counters(group: readonly SeenReading[]): readonly Observation[] {
    const seen: Observation[] = [];
    for (const { tagId, value, good, at, clock } of group) {
      if (!good || typeof value !== 'number') continue;
      if (tagId === this.#produced?.tagId) {
        const counted = this.#produced.read(value, Math.max(at, this.#countedTo + 1));
        if (counted !== null) seen.push(...this.#pieces(counted, clock));
        this.#interrupted = false;
      }
      if (tagId === this.#judged?.tagId) {
        const counted = this.#judged.read(value, at);
        if (counted !== null) seen.push(...this.#judgedPieces(counted));
      }
    }
    return seen;
  }

  #pieces(counted: Counted, clock: Present['clock']): readonly Observation[] {
    const { kind, steps, from, to } = counted;
    const pieces = steps * (this.#produced?.pieces ?? 1);
    const seen: Observation[] = [];
    if (kind !== 'counted') seen.push(this.#counterDoubt(counted, pieces));
    if (steps === 0 || kind === 'impossible') {
      if (kind !== 'counted') this.#cycleFrom = null;
      return seen;
    }
    // One piece that the machine itself stamped was made then, however long nobody heard it.
    const isGap = this.#interrupted && !(steps === 1 && clock === 'machine');
    const plain = kind === 'counted' && !isGap;
    if (!isGap) this.#pulseAt = to.at;
    const before = this.#pending;
    const isOver = before !== null && before.from < this.#sliceAt && to.at > this.#sliceAt;
    if (before !== null && (!plain || isOver || minuteEnd(before.to) < to.at || before.cyclesMs.length >= mostCycles))
      seen.push(...this.#flush());
    const since = Math.max(from.at, this.#countedTo, this.#beginOf(to.at));
    const cycle =
      this.#cycleFrom !== null && plain && steps === 1 && this.#produced?.pieces === 1 ? to.at - this.#cycleFrom : null;
    const body: CountBody = this.#pending ?? {
      from: since,
      to: to.at,
      kind: isGap ? 'gap' : kind,
      produced: 0,
      ...this.#noneJudged(),
      counter: { first: from.value, last: to.value },
      cyclesMs: [],
    };
    this.#pending = {
      ...body,
      to: to.at,
      produced: body.produced + pieces,
      counter: { first: body.counter.first, last: to.value },
      cyclesMs: cycle === null ? body.cyclesMs : [...body.cyclesMs, cycle],
    };
    this.#cycleFrom = to.at;
    if (!plain) seen.push(...this.#flush());
    return seen;
  }

  /** Of what is judged good or scrap nobody knows when it was made: it counts with the pieces of its time. */
  #judgedPieces({ steps, kind, from, to }: Counted): readonly Observation[] {
    const counting = this.#judged;
    const pieces = steps * (counting?.pieces ?? 1);
    const seen: Observation[] =
      kind === 'counted' || counting === null
        ? []
        : [this.#counterDoubt({ steps, kind, from, to }, pieces, counting.tagId)];
    if (steps === 0 || kind === 'impossible') return seen;
    const body = this.#pending ?? this.#onlyJudged(from, to);
    const add = (before: number | null): number => (before ?? 0) + pieces;
    const isGood = this.machine.counts?.good !== undefined;
    const judgedCounter = { first: body.judgedCounter?.first ?? from.value, last: to.value };
    this.#pending = isGood
      ? { ...body, good: add(body.good), judgedCounter }
      : { ...body, scrap: add(body.scrap), judgedCounter };
    return seen;
  }

  /** Nothing was produced since the last count that is in the log. */
  #onlyJudged(from: Baseline, to: Baseline): CountBody {
    const last = this.#produced?.baseline?.value ?? 0;
    const at = Math.max(to.at, this.#countedTo + 1);
    const since = Math.min(Math.max(from.at, this.#countedTo, this.#beginOf(at)), at - 1);
    return {
      from: since,
      to: at,
      kind: 'counted',
      produced: 0,
      ...this.#noneJudged(),
      counter: { first: last, last },
      cyclesMs: [],
    };
  }

  /** Where the slice began in which something at this instant was made: at its very beginning that is the one before. */
  #beginOf(at: number): number {
    return this.#sliceAt < at ? this.#sliceAt : this.#sliceBefore < at ? this.#sliceBefore : -Infinity;
  }

  /** A counter that tells nothing more says that there was none. */
  #noneJudged(): Pick<CountBody, 'good' | 'scrap'> {
    const { counts } = this.machine;
    return { good: counts?.good === undefined ? null : 0, scrap: counts?.scrap === undefined ? null : 0 };
  }

  #counterDoubt({ kind, from, to }: Counted, counted: number, tagId = this.#produced?.tagId ?? null): Observation {
    const doubts = { reset: 'counter-reset', 'rolled-over': 'counter-rolled-over' } as const;
    const doubt = kind === 'reset' || kind === 'rolled-over' ? doubts[kind] : 'counter-impossible';
    const about = { tagId, from: from.at, to: to.at, before: from.value, now: to.value, counted };
    return { kind: 'doubt', doubt: { kind: doubt, ...about } };
  }

  #flush(): readonly Observation[] {
    const count = this.#pending;
    this.#pending = null;
    if (count === null) return [];
    this.#countedTo = Math.max(this.#countedTo, count.to);
    return [{ kind: 'count', count }];
  }
}

/** Every boundary of a shift or an hour is the end of a minute: nothing that is flushed by then lies over one. */
const minuteEnd = (at: number): number => Math.ceil(at / minuteMs) * minuteMs;

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
function bridged(told: readonly Present[], idleAfterMs: number): readonly Present[] {
  return told.filter((one, index) => {
    const next = told[index + 1];
    const isShort = next === undefined || next.beganAt - one.beganAt < idleAfterMs;
    const before = told.slice(0, index).findLast(({ state }) => state !== 'waiting');
    return !(one.state === 'waiting' && idleAfterMs > 0 && isShort && before?.state === 'producing');
  });
}
