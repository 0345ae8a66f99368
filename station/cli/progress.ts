/** A progress bar on a terminal's standard error; silent anywhere else. */
import type { Progress } from '#station/store/event-log.ts';

const width = 30;

export interface ProgressBar {
  readonly step: Progress;
  /** Takes the bar away. */
  end(): void;
}

export function progressBar(what: string, stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  if (!stream.isTTY) return { step: () => undefined, end: () => undefined };
  let shown = '';
  return {
    step(done, total) {
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const full = Math.round(share * width);
      const text = `${what} [${'#'.repeat(full)}${'.'.repeat(width - full)}] ${Math.floor(share * 100)} %  ${done} of ${total} events`;
      if (text === shown) return;
      shown = text;
      stream.write(`\r${text}\u001b[K`);
    },
    end() {
      if (shown !== '') stream.write('\r\u001b[K');
      shown = '';
    },
  };
}
