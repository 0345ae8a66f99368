import type { Driver, DriverHost, TagBinding } from '#contract/driver.ts';
import type { TagReading } from '#contract/reading.ts';
import { DriverLine } from '../kit/driver-line.ts';
import { QuietTimer } from '../kit/quiet-timer.ts';
import { LineParser, type LineFrame } from './codec.ts';
import type { SerialLineSettings } from './manifest.ts';

export function createSerialLine(host: DriverHost, settings: SerialLineSettings, tags: readonly TagBinding[]): Driver {
  const parser = new LineParser(settings);
  const quiet = new QuietTimer(host.clock, settings.idleMs, () => take(parser.idle()));
  const line = new DriverLine(host, settings.link, {
    opened: () => {},
    data: (bytes) => {
      for (const frame of parser.push(bytes)) take(frame);
      quiet.heard(parser.pending);
    },
    lost: () => {
      quiet.heard(false);
      const half = parser.cut();
      if (half !== null) host.problem('frame-invalid', { fault: 'cut-off', frame: half });
    },
  });

  function take(frame: LineFrame | null): void {
    if (frame === null) return;
    if (frame.kind === 'invalid') {
      const problem = frame.fault === 'overlong' ? 'frame-overlong' : 'frame-invalid';
      host.problem(problem, { fault: frame.fault, frame: frame.shown });
      return give({ value: null, quality: 'bad', status: problem });
    }
    give({ value: frame.text, quality: 'good', status: 'Good' });
  }

  function give(said: Pick<TagReading, 'value' | 'quality' | 'status'>): void {
    const receivedAt = host.clock.now();
    host.readings(tags.map((_, tag) => ({ tag, ...said, sourceAt: null, serverAt: null, receivedAt })));
  }

  return {
    start: () => line.start(),
    stop: () => {
      quiet.heard(false);
      return line.stop();
    },
  };
}
