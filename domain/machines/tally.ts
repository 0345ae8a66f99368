/**
 * Counts the pieces of one machine: from readings of its counters to counts that never lie over the beginning of a slice, one per
 * minute and slice at most while everything is plain.
 */
import type { MachineFile } from '#contract/config/machines.ts';
import type { BodyOf } from '#contract/events/index.ts';
import type { TagValue } from '#contract/reading.ts';
import type { Observation } from './decide.ts';
import { PieceCounting, type Baseline, type Counted } from './pieces.ts';

/** A reading with its believed instant (time.ts). */
export interface SeenReading {
  readonly tagId: string;
  readonly value: TagValue;
  /** false: bad; it says only that nothing is known. */
  readonly good: boolean;
  readonly at: number;
  readonly clock: 'machine' | 'station';
}

/** Where counting goes on after a restart; null: nothing was read yet. */
export interface Baselines {
  readonly produced: Baseline | null;
  /** Of the counter of good or scrap pieces. */
  readonly judged: Baseline | null;
}

export type CountBody = Omit<BodyOf<'pieces.counted'>, 'machineId' | 'context'>;

const minuteMs = 60_000;
/** Late values may still come for the minute that has just ended. */
const minuteGraceMs = 2_000;
const mostCycles = 500;

export class Tally {
  readonly #counts: MachineFile['counts'];
  readonly #produced: PieceCounting | null;
  readonly #judged: PieceCounting | null;
  #pending: CountBody | null = null;
  /** The last pulse, where it lies in the slice under way, so that the time to the next is a cycle. */
  #cycleFrom: number | null = null;
  #countedTo: number;
  /** Nobody heard the counter since its last reading. */
  #interrupted: boolean;
  /** Where the slice began that is counted in, and the one before. */
  #sliceAt: number;
  #sliceBefore = -Infinity;

  /**
   * @param sliceAt UTC ms of the beginning of the slice under way; null: there is none
   * @param countedTo UTC ms up to which pieces are in the log; null: none
   */
  constructor(counts: MachineFile['counts'], sliceAt: number | null, baselines: Baselines, countedTo: number | null) {
    this.#counts = counts;
    this.#sliceAt = sliceAt ?? -Infinity;
    this.#countedTo = countedTo ?? -Infinity;
    const most = counts?.mostPerHour ?? null;
    this.#produced = counts === undefined ? null : new PieceCounting(counts.produced, most, baselines.produced);
    const judged = counts?.good ?? counts?.scrap;
    this.#judged = judged === undefined ? null : new PieceCounting(judged, most, baselines.judged);
    this.#interrupted = baselines.produced !== null;
  }

  /** Tag of the counter of produced pieces; null: there is none. */
  get tagId(): string | null {
    return this.#produced?.tagId ?? null;
  }
  /** Of what is in the log: what is pending is counted anew after a restart. */
  get baselines(): Baselines {
    const { pending } = this;
    const before = (counter: { readonly first: number } | undefined, now: Baseline | null): Baseline | null =>
      pending === null || counter === undefined ? now : { at: pending.from, value: counter.first };
    return {
      produced: before(pending?.counter, this.#produced?.baseline ?? null),
      judged: before(pending?.judgedCounter, this.#judged?.baseline ?? null),
    };
  }
  /** What was counted and is not in the log yet. */
  get pending(): CountBody | null {
    return this.#pending;
  }
  /** UTC ms up to which pieces are told; -Infinity: none. */
  get countedTo(): number {
    return this.#countedTo;
  }
  /** UTC ms when `tick` has something to tell; null: nothing is pending. */
  get dueAt(): number | null {
    return this.#pending === null ? null : minuteEnd(this.#pending.to) + minuteGraceMs;
  }

  /** What comes after is counted in another slice; tell what is pending before, unless it lies in it. */
  slice(beganAt: number): void {
    if (beganAt === this.#sliceAt) return;
    this.#sliceBefore = this.#sliceAt;
    this.#sliceAt = beganAt;
    this.#cycleFrom = null;
  }
  /** Nobody hears the counter: pieces made until it is heard again have no time of their own. */
  interrupt(): void {
    this.#interrupted = true;
  }

  /** @returns what is to be told, and the instant of the last piece whose time is known; null: there came none */
  read(group: readonly SeenReading[]): { readonly seen: readonly Observation[]; readonly pulseAt: number | null } {
    const seen: Observation[] = [];
    let pulseAt: number | null = null;
    for (const { tagId, value, good, at, clock } of group) {
      if (!good && tagId === this.tagId) this.interrupt();
      if (!good || typeof value !== 'number') continue;
      if (tagId === this.#produced?.tagId) {
        const counted = this.#produced.read(value, Math.max(at, this.#countedTo + 1));
        if (counted !== null) {
          const pieces = this.#pieces(counted, clock);
          seen.push(...pieces.seen);
          pulseAt = pieces.pulseAt ?? pulseAt;
        }
        this.#interrupted = false;
      }
      if (tagId === this.#judged?.tagId) {
        const counted = this.#judged.read(value, at);
        if (counted !== null) seen.push(...this.#judgedPieces(counted));
      }
    }
    return { seen, pulseAt };
  }

  tick(now: number): readonly Observation[] {
    const due = this.dueAt;
    return due !== null && now >= due ? this.flush() : [];
  }

  #pieces(counted: Counted, clock: SeenReading['clock']): ReturnType<Tally['read']> {
    const { kind, steps, from, to } = counted;
    const pieces = steps * (this.#produced?.pieces ?? 1);
    const seen: Observation[] = [];
    if (kind !== 'counted') seen.push(this.#counterDoubt(counted, pieces));
    if (steps === 0 || kind === 'impossible') {
      if (kind !== 'counted') this.#cycleFrom = null;
      return { seen, pulseAt: null };
    }
    // One piece that the machine itself stamped was made then, however long nobody heard it.
    const isGap = this.#interrupted && !(steps === 1 && clock === 'machine');
    const plain = kind === 'counted' && !isGap;
    const before = this.#pending;
    const isOver = before !== null && before.from < this.#sliceAt && to.at > this.#sliceAt;
    if (before !== null && (!plain || isOver || minuteEnd(before.to) < to.at || before.cyclesMs.length >= mostCycles))
      seen.push(...this.flush());
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
    if (!plain) seen.push(...this.flush());
    return { seen, pulseAt: isGap ? null : to.at };
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
    const isGood = this.#counts?.good !== undefined;
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
    return { good: this.#counts?.good === undefined ? null : 0, scrap: this.#counts?.scrap === undefined ? null : 0 };
  }

  #counterDoubt({ kind, from, to }: Counted, counted: number, tagId = this.#produced?.tagId ?? null): Observation {
    const doubts = { reset: 'counter-reset', 'rolled-over': 'counter-rolled-over' } as const;
    const doubt = kind === 'reset' || kind === 'rolled-over' ? doubts[kind] : 'counter-impossible';
    const about = { tagId, from: from.at, to: to.at, before: from.value, now: to.value, counted };
    return { kind: 'doubt', doubt: { kind: doubt, ...about } };
  }

  /** Everything that is pending. */
  flush(): readonly Observation[] {
    const count = this.#pending;
    this.#pending = null;
    if (count === null) return [];
    this.#countedTo = Math.max(this.#countedTo, count.to);
    return [{ kind: 'count', count }];
  }
}

/** Every boundary of a shift or an hour is the end of a minute: nothing that is told by then lies over one. */
const minuteEnd = (at: number): number => Math.ceil(at / minuteMs) * minuteMs;
