import type { Driver, DriverHost, DriverResult, TagBinding } from '#contract/driver.ts';
import type { TagReading } from '#contract/reading.ts';
import { DriverLine } from '../kit/driver-line.ts';
import { QuietTimer } from '../kit/quiet-timer.ts';
import { DigimaticParser, judge, type GaugeFrame } from './codec.ts';
import type { DigimaticSettings } from './manifest.ts';
import { Poller } from './poller.ts';

/** A frame has 13 characters, 14 ms at 9600 baud; this is far beyond any gap inside one. */
const idleMs = 300;

export function createDigimatic(host: DriverHost, settings: DigimaticSettings, tags: readonly TagBinding[]): Driver {
  const parser = new DigimaticParser(settings.fieldLength);
  const quiet = new QuietTimer(host.clock, idleMs, () => {
    const frame = parser.idle();
    if (frame) take(frame);
  });
  let decimals = -1;

  const line = new DriverLine(host, settings.link, {
    opened: () => poller?.start(),
    data: (bytes) => {
      for (const frame of parser.push(bytes)) take(frame);
      quiet.heard(parser.pending);
    },
    lost: () => {
      quiet.heard(false);
      const half = parser.cut();
      if (half !== null) host.problem('frame-invalid', { fault: 'cut-off', frame: half });
      poller?.end('not-connected', 'the line was lost');
    },
  });
  const poller = settings.request === null ? null : new Poller(host, line, settings, settings.request);

  function take(frame: GaugeFrame): void {
    const receivedAt = host.clock.now();
    const readings = tags.map((binding, tag) => ({
      tag,
      ...say(frame, binding),
      sourceAt: null,
      serverAt: null,
      receivedAt,
    }));
    count(frame);
    host.readings(readings);
    poller?.answered(readings);
  }

  function say(frame: GaugeFrame, binding: TagBinding): Pick<TagReading, 'value' | 'quality' | 'status'> {
    const judged = judge(frame, settings.channel, binding.unit);
    if (judged.kind === 'good') return { value: judged.value, quality: 'good', status: 'Good' };
    const status =
      judged.kind === 'gauge-error'
        ? `gauge-error-${judged.code}`
        : judged.fault === 'overlong'
          ? 'frame-overlong'
          : judged.fault === 'wrong-unit'
            ? 'wrong-unit'
            : 'frame-invalid';
    return { value: null, quality: 'bad', status };
  }

  /** Once per frame, however many tags it feeds. */
  function count(frame: GaugeFrame): void {
    const judged = judge(frame, settings.channel, tags[0]?.unit ?? null);
    if (judged.kind === 'good') {
      if (judged.decimals === decimals) return;
      decimals = judged.decimals;
      return host.info({ decimals, channel: settings.channel });
    }
    if (judged.kind === 'gauge-error') return host.problem('no-answer', { code: judged.code, frame: judged.shown });
    if (judged.fault === 'wrong-unit') {
      return host.problem('wrong-unit', { expected: tags[0]?.unit ?? null, frame: judged.shown });
    }
    const problem = judged.fault === 'overlong' ? 'frame-overlong' : 'frame-invalid';
    host.problem(problem, { fault: judged.fault, frame: judged.shown });
  }

  const driver: Driver = {
    start: () => line.start(),
    stop: async () => {
      quiet.heard(false);
      poller?.end('stopped', 'the driver was stopped');
      await line.stop();
    },
  };
  if (!poller) return driver;
  return {
    ...driver,
    async read(wanted): Promise<DriverResult<readonly TagReading[]>> {
      const answer = await poller.ask();
      return answer.ok ? { ok: true, value: answer.value.filter(({ tag }) => wanted.includes(tag)) } : answer;
    },
  };
}
