/**
 * Runs one cycle on a machine, from wherever the log says it stands: recipe written and proven, started once, watched,
 * results collected; or stopped, with the state the machine was left in. What was done is reported as facts; a fact is
 * on disk before the next thing is said to the machine, so that a restart at any point knows what may have happened.
 */
import type { Recipe } from '#contract/config/device.ts';
import type { ReleasedDefinition } from '#contract/config/index.ts';
import type { ReadingFact } from '#contract/events/shared.ts';
import type { Reading } from '#contract/reading.ts';
import type { Outcome, Reason } from '#contract/refusal.ts';
import type { StepDefinitionOf } from '#contract/steps/index.ts';
import { reason } from '#domain/decision.ts';
import type { CyclePhase } from '#domain/steps/machine-cycle/kind.ts';
import type { InternalActionOf } from '#domain/steps/step-type.ts';
import type { Clock } from '#station/clock.ts';
import type { LiveSource, TraceStore } from '#station/core/ports.ts';
import type { Log } from '#station/log.ts';
import { Curve } from './curve.ts';
import type { MachineLink, Situation } from './machine.ts';

export type Report = InternalActionOf<'machine-cycle'>;
/** What the screen sees beyond the facts. */
export type Doing = 'preparing' | 'running' | 'collecting' | 'aborting' | 'ended';

export interface CycleParts {
  readonly link: MachineLink;
  readonly recipe: Recipe;
  readonly step: StepDefinitionOf<'machine-cycle'>;
  readonly definition: ReleasedDefinition;
  readonly cycleId: string;
  readonly live: LiveSource;
  readonly traces: TraceStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Records a fact. */
  readonly report: (action: Report) => Outcome<unknown>;
  readonly changed: () => void;
}

/** A screen is told within this time, a lost notification is made up for after it. */
const lookMs = 500;
/** How long a machine may take to come to rest after an abort. */
const restMs = 15_000;
/** How long a machine may show idle, or complete with older results, before its cycle counts as lost: tags arrive one by one. */
const oddMs = 2_000;
/** How long results that are not there yet are asked for again. */
const collectMs = 5_000;

/** The cycle is over without results. */
class Ended extends Error {
  readonly reasons: readonly Reason[];
  constructor(reasons: readonly Reason[]) {
    super(reasons.map((r) => r.code).join(', '));
    this.reasons = reasons;
  }
}
/** The station ends; the machine is left to itself and taken up again at the next start. */
class Left extends Error {}

export class Cycle {
  readonly curve: Curve | null;
  readonly cycleId: string;
  readonly #parts: CycleParts;
  #doing: Doing = 'preparing';
  #stopAsked = false;
  #timedOut = false;
  #left = false;
  /** The start method was called, or may have been before a restart. */
  #mayRun = false;
  #wake: (() => void) | null = null;
  /** Something happened while nobody waited for it. */
  #awake = false;
  #lastState = 'unknown';

  constructor(parts: CycleParts) {
    this.#parts = parts;
    this.cycleId = parts.cycleId;
    const { trace } = parts.link.machine;
    const failed = (error: unknown): void => parts.log.error({ err: error }, 'a reader of the live curve failed');
    this.curve = trace === null ? null : new Curve(parts.cycleId, trace, failed);
  }

  get doing(): Doing {
    return this.#doing;
  }

  /** Asks to stop; done as soon as the machine can be told. */
  stop(): void {
    this.#stopAsked = true;
    this.#wakeUp();
  }

  /** The station ends: nothing more is said to the machine, nothing more is recorded. */
  leave(): void {
    this.#left = true;
    this.#wakeUp();
  }

  /**
   * @param from where the log says the cycle stands.
   * @param again the station was restarted since: what was said to the machine last is not known.
   */
  async run(from: CyclePhase, again: boolean): Promise<void> {
    const { link, clock, step } = this.#parts;
    const { stateTag, trace } = link.machine;
    this.#mayRun = again || from === 'started';
    const unsubscribe = this.#parts.live.subscribe([stateTag], () => this.#wakeUp());
    const uncurve =
      trace === null || this.curve === null
        ? () => {}
        : this.#parts.live.subscribe([trace.xTag, trace.yTag], (batch) => {
            if (this.#mayRun) this.curve?.take(batch);
          });
    // After a restart the time counts anew: whether the machine took too long while nobody watched cannot be known.
    const timer = clock.setTimer(step.timeoutMs, () => {
      this.#timedOut = true;
      this.#wakeUp();
    });
    try {
      const running = from === 'started' || (again && (await this.#foundRunning()));
      if (from === 'started') this.#set('running');
      if (!running) await this.#bringUp(again);
      await this.#watch(again);
      await this.#collect(clock.monotonic() + collectMs);
    } catch (error) {
      await this.#recordEnd(error);
    } finally {
      timer.cancel();
      unsubscribe();
      uncurve();
      this.curve?.finish();
      this.#set('ended');
    }
  }

  async #recordEnd(error: unknown): Promise<void> {
    if (error instanceof Left) return;
    const { log } = this.#parts;
    if (!(error instanceof Ended)) log.error({ err: error, cycleId: this.cycleId }, 'a machine cycle failed');
    const reasons = error instanceof Ended ? error.reasons : [reason('machine.aborted', { state: this.#lastState })];
    try {
      await this.#record({ type: 'machine-cycle', do: 'aborted', cycleId: this.cycleId, reasons });
    } catch (left) {
      if (!(left instanceof Left)) throw left;
    }
  }

  /** After a restart before the start was recorded: the machine may run, or have run, our cycle all the same. */
  async #foundRunning(): Promise<boolean> {
    const now = await this.#situation();
    if (now.cycleId !== this.cycleId) return false;
    if (now.phase === 'executing' || (now.phase === 'complete' && now.resultCycleId === this.cycleId)) {
      this.#mayRun = true;
      await this.#record({ type: 'machine-cycle', do: 'started', cycleId: this.cycleId });
      this.#set('running');
      return true;
    }
    // Our id but not our cycle: started and since reset, or never started. Starting again could press the part twice.
    throw new Ended([this.#lost(now)]);
  }

  async #bringUp(again: boolean): Promise<void> {
    const { link, recipe, log } = this.#parts;
    this.#mayRun = false;
    await this.#toIdle(await this.#situation());
    const prepared = await link.writeRecipe(recipe);
    if ('faults' in prepared) throw new Ended(prepared.faults);
    await this.#stopIfAsked();
    const { parameters } = prepared;
    await this.#record({ type: 'machine-cycle', do: 'prepared', cycleId: this.cycleId, parameters }, again);
    const unwritten = await link.writeCycleId(this.cycleId);
    if (unwritten !== null) throw new Ended([unwritten]);
    await this.#stopIfAsked();
    this.#mayRun = true;
    const called = await link.call('start');
    if (!called.ok) {
      log.warn({ cycleId: this.cycleId, status: called.status, detail: called.message }, 'start was not confirmed');
      // An answer that got lost does not mean that the machine stands still.
      const now = await this.#situation();
      const runs = now.cycleId === this.cycleId && (now.phase === 'executing' || now.phase === 'complete');
      if (!runs) throw new Ended([reason('machine.start-failed', { status: called.status })]);
    }
    await this.#record({ type: 'machine-cycle', do: 'started', cycleId: this.cycleId });
    this.#set('running');
  }

  async #toIdle(first: Situation): Promise<void> {
    const { link } = this.#parts;
    let now = first;
    if (now.phase === 'executing') throw new Ended([this.#wrongState(now.state)]);
    if (now.phase === 'complete' || now.phase === 'aborted') {
      const reset = await link.call('reset');
      if (!reset.ok) throw new Ended([reason('machine.start-failed', { status: reset.status })]);
    }
    while (now.phase !== 'idle') {
      await this.#pause(lookMs);
      now = await this.#situation();
      if (now.phase === 'executing') throw new Ended([this.#wrongState(now.state)]);
    }
  }

  /** Until the machine says that our cycle is complete. @param lostSight the link was gone since the start was recorded. */
  async #watch(lostSight: boolean): Promise<void> {
    const { link, clock } = this.#parts;
    let seenRunning = false;
    let unsure = lostSight;
    let oddSince: number | null = null;
    for (;;) {
      if (!link.connected()) unsure = true;
      const now = await this.#situation(() => (unsure = true));
      if (now.cycleId !== this.cycleId) throw new Ended([this.#lost(now)]);
      const ours = now.resultCycleId === this.cycleId;
      if (now.phase === 'executing') {
        seenRunning = true;
        unsure = false;
        oddSince = null;
      } else if (now.phase === 'complete' && ours) return;
      else if (now.phase === 'aborted') throw new Ended([reason('machine.aborted', { state: now.state })]);
      // Idle, or complete with other results: between start and the first movement that is normal, later it is not.
      else if ((now.phase === 'idle' || now.phase === 'complete') && (seenRunning || unsure)) {
        oddSince ??= clock.monotonic();
        if (clock.monotonic() - oddSince >= oddMs) throw new Ended([this.#lost(now)]);
      }
      await this.#pause(lookMs);
    }
  }

  async #collect(until: number): Promise<void> {
    const { link, step, clock, definition } = this.#parts;
    this.#set('collecting');
    for (;;) {
      const answers = await link.read(step.results.map((r) => r.tag));
      const now = answers === null ? null : await link.situation();
      const last = clock.monotonic() >= until;
      const missing: Reason[] = [];
      const results = step.results.flatMap(({ characteristic, tag }) => {
        const reading = answers?.find((a) => a.tagId === tag)?.reading;
        const fact = reading === undefined ? null : resultFact(link.device.id, tag, reading);
        if (fact !== null) return [{ characteristicId: characteristic, reading: fact }];
        const resultText = definition.characteristics.find((c) => c.id === characteristic)?.title ?? null;
        const status = reading?.status ?? 'NoAnswer';
        missing.push(reason('machine.result-missing', { result: characteristic, resultText, status }));
        return [];
      });
      // Results count only while the machine still says, after they were read, that they are of our cycle.
      const ours = now !== null && now.cycleId === this.cycleId && now.resultCycleId === this.cycleId;
      if (missing.length === 0 && ours) {
        const traceId = this.#keepCurve();
        const done: Report = { type: 'machine-cycle', do: 'finished', cycleId: this.cycleId, results, traceId };
        const refused = await this.#record(done);
        if (refused.length > 0) throw new Ended(refused);
        return;
      }
      if (now !== null && !ours) throw new Ended([this.#lost(now)]);
      if (this.#stopAsked) throw new Ended([reason('machine.stopped-by-operator', {}), ...missing]);
      if (last && (link.connected() || this.#timedOut)) throw new Ended(missing);
      await this.#pause(lookMs);
    }
  }

  #keepCurve(): string | null {
    const { curve } = this;
    if (curve === null) return null;
    curve.finish();
    const { traceId, x, y } = curve.whole();
    if (x.length === 0) return null;
    try {
      this.#parts.traces.putTrace(traceId, x, y, this.#parts.link.machine.trace);
      return traceId;
    } catch (error) {
      this.#parts.log.error({ err: error, traceId }, 'the curve could not be kept; the results are');
      return null;
    }
  }

  /** Waits for a trustworthy answer; meanwhile a stop or the time limit ends the cycle. */
  async #situation(onLost: () => void = () => {}): Promise<Situation> {
    for (;;) {
      await this.#stopIfAsked();
      const now = this.#parts.link.connected() ? await this.#parts.link.situation() : null;
      if (now !== null) {
        this.#lastState = now.state;
        return now;
      }
      onLost();
      await this.#pause(lookMs);
    }
  }

  async #stopIfAsked(): Promise<void> {
    this.#mayGoOn();
    if (this.#stopAsked || this.#timedOut) await this.#endMachine();
  }

  /** Tells the machine to stop if it may run our cycle, waits for it to rest, and ends with what came of it. */
  async #endMachine(): Promise<never> {
    const { link, clock, step } = this.#parts;
    const why = this.#stopAsked
      ? reason('machine.stopped-by-operator', {})
      : reason('machine.timeout', { limitMs: step.timeoutMs, state: this.#lastState });
    if (!this.#mayRun) throw new Ended([why]);
    this.#set('aborting');
    const before = link.connected() ? await link.situation() : null;
    // A machine that has taken up another cycle meanwhile is not ours to stop.
    if (before !== null && before.cycleId !== this.cycleId) throw new Ended([why, this.#lost(before)]);
    if (before !== null && (before.phase === 'complete' || before.phase === 'aborted'))
      throw new Ended([why, reason('machine.aborted', { state: before.state })]);
    const until = clock.monotonic() + restMs;
    let told = false;
    for (;;) {
      if (!told && link.connected()) told = (await link.call('abort')).ok;
      const now = link.connected() ? await link.situation() : null;
      if (now !== null) {
        this.#lastState = now.state;
        if (now.phase !== 'executing' && now.phase !== 'other')
          throw new Ended([why, reason('machine.aborted', { state: now.state })]);
      }
      if (clock.monotonic() >= until)
        throw new Ended([why, now === null ? link.absence(clock.now()) : this.#wrongState(now.state, 'aborted')]);
      await this.#pause(lookMs, false);
    }
  }

  #wrongState(state: string, expected: 'idle' | 'aborted' = 'idle'): Reason {
    const { device, deviceText, machine } = this.#parts.link;
    const wanted = String(machine.states[expected][0]);
    return reason('machine.wrong-state', { device: device.id, deviceText, state, expected: wanted });
  }

  #lost({ cycleId, state }: Situation): Reason {
    return reason('machine.cycle-lost', { cycle: this.cycleId, machineCycle: cycleId, state });
  }

  #mayGoOn(): void {
    if (this.#left) throw new Left();
  }

  /**
   * Puts a fact on disk. What the machine has done is not given up because the disk is full: it is tried again until it
   * is written or the station ends.
   * @param known the fact may be there from before a restart; then it is not wanted again.
   * @returns why the rules did not take it; empty when it is recorded.
   */
  async #record(action: Report, known = false): Promise<readonly Reason[]> {
    for (;;) {
      this.#mayGoOn();
      const outcome = this.#parts.report(action);
      if (outcome.ok) return [];
      const { reasons } = outcome.refusal;
      if (!reasons.some((r) => r.code === 'store.not-writable')) {
        if (!known) this.#parts.log.warn({ report: action.do, cycleId: this.cycleId, reasons }, 'a report was refused');
        return reasons;
      }
      await this.#pause(lookMs, false);
    }
  }

  #set(doing: Doing): void {
    if (this.#doing === doing) return;
    this.#doing = doing;
    this.#parts.changed();
  }

  /** @param wakeable ends early when the state tag says something, or on stop and time limit. */
  async #pause(ms: number, wakeable = true): Promise<void> {
    if (wakeable && this.#awake) {
      this.#awake = false;
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = this.#parts.clock.setTimer(ms, resolve);
      this.#wake = () => {
        if (!wakeable && !this.#left) return;
        timer.cancel();
        resolve();
      };
    });
    this.#wake = null;
    if (wakeable) this.#awake = false;
    this.#mayGoOn();
  }

  #wakeUp(): void {
    this.#awake = true;
    this.#wake?.();
  }
}

function resultFact(deviceId: string, tagId: string, reading: Reading): ReadingFact | null {
  const { value, unit, quality, status, sourceAt, receivedAt } = reading;
  if (quality !== 'good' || typeof value !== 'number' || !Number.isFinite(value)) return null;
  return { value, unit: unit ?? '1', entry: 'device', deviceId, tagId, quality, status, sourceAt, receivedAt };
}
