/** What went over a device's line: a short memory for whoever opens the device screen, live lines for whoever watches. */
import type { TrafficLine } from '#contract/rpc/devices.ts';
import { watching } from '#station/streams/mailbox.ts';

export interface TrafficLines {
  readonly lines: readonly TrafficLine[];
  /** Lines that a slow reader missed since the last delivery. */
  readonly dropped: number;
}

interface RawLine {
  readonly at: number;
  readonly direction: 'in' | 'out';
  readonly data: Uint8Array | string;
}

const keptLines = 50;
const waitingLines = 500;
const shownBytes = 256;
const intervalMs = 100;

export class Traffic {
  readonly #now: () => number;
  /** Raw, so that nothing is formatted while nobody looks. */
  readonly #kept: RawLine[] = [];
  readonly #watchers = new Set<(line: TrafficLine) => void>();

  constructor(now: () => number) {
    this.#now = now;
  }

  bytes(direction: 'in' | 'out', bytes: Uint8Array): void {
    // Copied: the driver's buffer is not ours. Long chunks are cut, the screen shows a few lines.
    this.#add({ at: this.#now(), direction, data: bytes.slice(0, shownBytes) });
  }

  trace(direction: 'in' | 'out', line: string): void {
    this.#add({ at: this.#now(), direction, data: line });
  }

  watch(signal?: AbortSignal): AsyncGenerator<TrafficLines, void, undefined> {
    return watching<TrafficLines>(
      (box) => {
        const watcher = (line: TrafficLine): void => box.put({ lines: [line], dropped: 0 });
        box.put({ lines: this.#kept.map(format), dropped: 0 });
        this.#watchers.add(watcher);
        return () => void this.#watchers.delete(watcher);
      },
      signal,
      mergeLines,
      intervalMs,
    );
  }

  #add(raw: RawLine): void {
    this.#kept.push(raw);
    if (this.#kept.length > keptLines) this.#kept.shift();
    if (this.#watchers.size === 0) return;
    const line = format(raw);
    for (const watcher of this.#watchers) watcher(line);
  }
}

function mergeLines(waiting: TrafficLines, next: TrafficLines): TrafficLines {
  const lines = [...waiting.lines, ...next.lines];
  const over = Math.max(0, lines.length - waitingLines);
  return { lines: over > 0 ? lines.slice(over) : lines, dropped: waiting.dropped + next.dropped + over };
}

function format(raw: RawLine): TrafficLine {
  const { at, direction, data } = raw;
  if (typeof data === 'string') return { at, direction, hex: null, text: data };
  const hex = Array.from(data, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(' ');
  return { at, direction, hex, text: Array.from(data, printable).join('') };
}

/** Control characters as Unicode control pictures (U+2400 block), bytes above ASCII as a middle dot. */
export function printable(byte: number): string {
  if (byte < 0x20) return String.fromCharCode(0x2400 + byte);
  if (byte === 0x7f) return '\u2421';
  return byte < 0x7f ? String.fromCharCode(byte) : '·';
}
