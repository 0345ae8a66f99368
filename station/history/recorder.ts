/** Carries the lossless road of the hub into the history: recorded tags only, durable every 200 ms. */
import type { Quality, TagValue } from '#contract/reading.ts';
import type { Clock } from '../clock.ts';
import type { History } from './history.ts';

/** What is needed of a reading of the hub. */
export interface RecordedReading {
  readonly tagId: string;
  /** Same integer for the same tag as long as the process lives. */
  readonly handle: number;
  readonly value: TagValue;
  readonly quality: Quality;
  readonly status: string;
  readonly sourceAt: number | null;
  readonly receivedAt: number;
}

export interface RecorderOptions {
  readonly history: History;
  readonly clock: Clock;
  /** Tags with `record: true`. */
  readonly tagIds: readonly string[];
  /** The hub's `subscribe`. */
  readonly subscribe: (
    tagIds: readonly string[],
    listener: (readings: readonly RecordedReading[]) => void,
  ) => () => void;
  /** Hears what is no fault of the disk (those become `history.state`). */
  readonly onError: (error: unknown) => void;
  /** How often samples become durable, in ms. */
  readonly flushMs?: number;
}

export interface Recorder {
  /** Values of a type the history does not keep (text, arrays) since the start. */
  readonly notKept: number;
  /** Stops listening and makes durable what came. The history stays open. */
  stop(): void;
}

/** Every how many flushes old samples are looked for. */
const flushesPerRetain = 10;

export function createRecorder(options: RecorderOptions): Recorder {
  const { history, clock, onError } = options;
  const flushMs = options.flushMs ?? 200;
  /** Key in the history by handle of the hub. */
  const keys: (number | undefined)[] = [];
  let notKept = 0;
  let flushes = 0;

  const unsubscribe = options.subscribe(options.tagIds, (readings) => {
    for (const { tagId, handle, value, quality, status, sourceAt, receivedAt } of readings) {
      if (value !== null && typeof value !== 'number' && typeof value !== 'boolean') {
        notKept += 1;
        continue;
      }
      const key = (keys[handle] ??= history.tag(tagId));
      history.append(key, value, quality, status, sourceAt, receivedAt);
    }
  });

  let timer = clock.setTimer(flushMs, tick);
  function tick(): void {
    try {
      history.flush();
      flushes += 1;
      if (flushes % flushesPerRetain === 0) history.retain();
    } catch (error) {
      onError(error);
    }
    timer = clock.setTimer(flushMs, tick);
  }

  return {
    get notKept() {
      return notKept;
    },
    stop() {
      unsubscribe();
      timer.cancel();
      history.flush();
    },
  };
}
