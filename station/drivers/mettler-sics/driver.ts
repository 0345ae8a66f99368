import type { Driver, DriverHost, DriverResult, TagBinding } from '#contract/driver.ts';
import type { TagReading, TagValue } from '#contract/reading.ts';
import type { ReasonParams } from '#contract/refusal.ts';
import { DriverLine } from '../kit/driver-line.ts';
import { QuietTimer } from '../kit/quiet-timer.ts';
import { AtRest } from './at-rest.ts';
import { SicsParser, judge, type SicsFrame } from './codec.ts';
import { Conversation } from './conversation.ts';
import type { SicsSettings } from './manifest.ts';
import { methods, outcome } from './methods.ts';
import { Presses, type Line } from './presses.ts';

/** A line has some 20 characters, 20 ms at 9600 baud; this is far beyond any gap inside one. */
const idleMs = 300;
/** The slowest stream is one value a second (manual, UPD). */
const streamSilentMs = 2_500;
/** Sign of life of a balance that speaks only when its key is pressed. */
const watchMs = 5_000;
/** Until the next try after no answer, or while a balance that was switched on is not ready yet. */
const againMs = 1_000;
/** One lost answer is a counted problem; this many in a row and the device is `silent`. */
const missesUntilSilent = 2;

type Answer = DriverResult<SicsFrame>;

export function createSics(host: DriverHost, settings: SicsSettings, tags: readonly TagBinding[]): Driver {
  const byKey = settings.take === 'key';
  const weights = tags.flatMap((tag, at) => (tag.address === 'weight' ? [at] : []));
  const lives = tags.flatMap((tag, at) => (tag.address === 'live' ? [at] : []));
  /** Where a weight goes that nobody pressed a key for. */
  const stream = byKey ? lives : [...weights, ...lives];

  const parser = new SicsParser(settings.fieldLength);
  const presses = new Presses();
  const atRest = new AtRest(host.clock);
  const quiet = new QuietTimer(host.clock, idleMs, () => {
    const frame = parser.idle();
    if (frame) take(frame);
  });
  /** Counts links; what was begun on an older one ends by itself. */
  let link = 0;
  let armed = false;
  /** How often the balance said by itself who it is. */
  let restarts = 0;
  let misses = 0;
  let weightAt = 0;
  /** What the last line of the stream said, so that a load left on the pan is one problem and not ten a second. */
  let streamStatus = '';
  let resolution = '';
  let wake: () => void = () => {};

  const line = new DriverLine(host, settings.link, {
    opened: () => {
      armed = false;
      misses = 0;
      link += 1;
      run(link).catch((error: unknown) => {
        // Out of the promise: the runner sees what a timer throws, and ends the driver.
        host.clock.setTimer(0, () => {
          throw error;
        });
      });
    },
    data: (bytes) => {
      for (const frame of parser.push(bytes)) take(frame);
      quiet.heard(parser.pending);
    },
    lost: () => {
      forget('not-connected', 'the line was lost');
      const half = parser.cut();
      if (half !== null) host.problem('frame-invalid', { fault: 'cut-off', frame: half });
      // Another balance may hang on it when it comes back: nobody may take the old number for its.
      host.info({ serialNumber: '' });
    },
  });
  const talk = new Conversation(host, line);

  function forget(status: string, message: string): void {
    link += 1;
    quiet.heard(false);
    presses.decide();
    talk.end(status, message);
    atRest.end(status, message);
    wake();
  }

  /** Asks who is there, then goes on asking or listening, as long as this link lives. */
  async function run(mine: number): Promise<void> {
    while (link === mine) {
      const wasArmed = armed;
      const alive = await talk.inTurn(async () => (link === mine ? await (armed ? watch() : arm()) : false));
      if (link !== mine) return;
      if (!alive) missed();
      else if (misses > 0) {
        if (misses >= missesUntilSilent) line.report(line.connected());
        misses = 0;
        // It may have been switched off in between, and has forgotten what it was told.
        if (wasArmed) armed = false;
      }
      await pause(alive ? restMs() : againMs);
    }
  }

  function missed(): void {
    misses += 1;
    const params = { answerTimeoutMs: settings.answerTimeoutMs };
    if (misses < missesUntilSilent) host.problem('no-answer', params);
    else line.report({ state: 'silent', problem: 'no-answer', params });
  }

  function restMs(): number {
    if (!armed) return againMs;
    if (!byKey) return streamSilentMs / 2;
    return lives.length > 0 ? settings.livePauseMs : watchMs;
  }

  function pause(ms: number): Promise<void> {
    return new Promise((done) => {
      const timer = host.clock.setTimer(ms, done);
      wake = () => {
        timer.cancel();
        done();
      };
    });
  }

  /** @returns whether the balance answered. */
  async function arm(): Promise<boolean> {
    const who = await identify();
    if (!who.ok) return false;
    // Switched on a moment ago, it is still finding its zero: all in good time.
    if (who.value.kind === 'refusal') return true;
    const heard = restarts;
    const texts = { model: await text('I2'), software: await text('I3'), commandSet: await text('I1') };
    host.info(Object.fromEntries(Object.entries(texts).filter(([, said]) => said !== '')));
    let speaks = true;
    if (!byKey) {
      const begun = await weigh('SIR');
      speaks = begun.ok && begun.value.kind !== 'error';
    } else if (settings.armKey) {
      await ask('ST 1', 'ST');
    }
    armed = speaks && restarts === heard;
    return speaks;
  }

  async function watch(): Promise<boolean> {
    if (!byKey) {
      if (host.clock.monotonic() - weightAt < streamSilentMs) return true;
      // The balance is off, or was switched off and on unseen and has forgotten to send.
      armed = false;
      return arm();
    }
    // An older question is undecided as long as `I4` was not answered.
    if (lives.length > 0 && !presses.undecided) {
      presses.asked();
      const said = await weigh('SI');
      if (said.ok && said.value.kind === 'error') presses.refused();
    }
    return (await identify()).ok;
  }

  function weigh(command: 'SI' | 'SIR'): Promise<Answer> {
    return talk.ask({ command, limitMs: settings.answerTimeoutMs, answeredBy: isWeight });
  }

  function ask(command: string, id: string): Promise<Answer> {
    return talk.ask({
      command,
      limitMs: settings.answerTimeoutMs,
      answeredBy: (frame) => 'id' in frame && frame.id === id,
    });
  }

  const identify = (): Promise<Answer> => ask('I4', 'I4');

  async function text(command: string): Promise<string> {
    const answer = await ask(command, command);
    return answer.ok && answer.value.kind === 'done' ? answer.value.texts.join(' ').trim() : '';
  }

  function take(frame: SicsFrame): void {
    const receivedAt = host.clock.now();
    const answers = talk.heard(frame);
    if (isWeight(frame)) {
      weightAt = host.clock.monotonic();
      if (!byKey) return show({ frame, receivedAt });
      if (!presses.keep({ frame, receivedAt })) press({ frame, receivedAt });
      return;
    }
    if (frame.kind === 'invalid') {
      say(byKey ? weights : stream, { frame, receivedAt });
      return count(frame, null);
    }
    if (frame.kind === 'done' && frame.id === 'I4') {
      host.info({ serialNumber: frame.texts[0] ?? '' });
      if (presses.undecided) {
        const { live, presses: pressed } = presses.decide();
        if (live) show(live);
        for (const one of pressed) press(one);
      }
      // Said by itself after switching on and after a reset (manual, I4): what it was told before is forgotten.
      if (answers !== 'I4') {
        restarts += 1;
        armed = false;
        wake();
      }
    } else if (frame.kind === 'error' && answers === null) {
      host.problem('no-answer', { code: frame.error, frame: frame.shown });
    }
  }

  function press(one: Line): void {
    say(weights, one);
    count(one.frame, weights[0] ?? null);
  }

  function show(one: Line): void {
    say(stream, one);
    const { status } = judge(one.frame, tags[stream[0] ?? -1]?.unit ?? null);
    // That it is busy for a moment is nothing to repair.
    if (status !== streamStatus && status !== 'not-ready') count(one.frame, stream[0] ?? null);
    streamStatus = status;
    atRest.heard(one, status);
  }

  function toReading(tag: number, { frame, receivedAt }: Line): TagReading {
    return { tag, ...judge(frame, tags[tag]?.unit ?? null), sourceAt: null, serverAt: null, receivedAt };
  }

  function say(to: readonly number[], one: Line): void {
    if (to.length > 0) host.readings(to.map((tag) => toReading(tag, one)));
  }

  /** Once per line, however many tags it feeds. */
  function count(frame: SicsFrame, tag: number | null): void {
    const unit = tags[tag ?? -1]?.unit ?? null;
    const { status } = judge(frame, unit);
    const what: ReasonParams = { frame: frame.shown };
    if (frame.kind === 'weight') {
      if (status === 'wrong-unit') return host.problem('wrong-unit', { expected: unit, ...what });
      const found = `${frame.decimals} ${frame.unitText}`;
      if (found === resolution) return;
      resolution = found;
      return host.info({ decimals: frame.decimals, unit: frame.unit ?? frame.unitText });
    }
    if (frame.kind === 'fault') return host.problem('device-fault', { code: frame.code, ...what });
    if (frame.kind === 'refusal' && frame.refusal !== 'refused') return host.problem(frame.refusal, what);
    if (frame.kind !== 'invalid') return host.problem('no-answer', what);
    const problem = frame.fault === 'overlong' ? 'frame-overlong' : 'frame-invalid';
    host.problem(problem, { fault: frame.fault, ...what });
  }

  /** The first weight at rest that the balance sends after the call. */
  async function weighNow(wanted: readonly number[]): Promise<DriverResult<readonly TagReading[]>> {
    // Answers come in order: once `I4` is answered, no older weight can be on its way any more.
    const present = await talk.inTurn(identify);
    if (!present.ok) return present;
    const weighed = await atRest.wait(settings.stableTimeoutMs);
    return weighed.ok ? { ok: true, value: wanted.map((tag) => toReading(tag, weighed.value)) } : weighed;
  }

  async function carryOut(name: string): Promise<DriverResult<readonly TagValue[]>> {
    const method = methods.get(name);
    if (!method) {
      const message = `there is no "${name}"; there are: ${[...methods.keys()].join(', ')}`;
      return { ok: false, status: 'method-unknown', message };
    }
    const answer = await talk.inTurn(() =>
      talk.ask({
        command: method.command,
        answeredBy: (frame) => 'id' in frame && frame.id === method.answerId,
        limitMs: method.waits ? settings.stableTimeoutMs : settings.answerTimeoutMs,
        ...(method.waits && { endsWhenDamaged: true }),
      }),
    );
    return answer.ok ? outcome(name, answer.value) : answer;
  }

  const driver: Driver = {
    start: () => line.start(),
    async stop() {
      talk.close();
      forget('stopped', 'the driver was stopped');
      await line.stop();
    },
    call: (_object, method) => carryOut(method),
  };
  return stream.length > 0 ? { ...driver, read: weighNow } : driver;
}

/** A line that answers S, SI or SIR, or that the key sent. */
function isWeight(frame: SicsFrame): boolean {
  return (frame.kind === 'weight' || frame.kind === 'refusal' || frame.kind === 'fault') && frame.id === 'S';
}
