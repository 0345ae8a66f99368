/**
 * Every reading of the tags that are to be kept, from the lossless road to the history file, bad ones too: the driver's
 * "nothing can be received" is what makes a gap visible later.
 */
import type { Tag } from '#contract/config/device.ts';
import type { Clock } from '#station/clock.ts';
import type { Log } from '#station/log.ts';
import type { HubReading, TagHub } from '#station/tags/hub.ts';
import type { History } from './history.ts';

/** What may be missing after a power cut, in ms. */
const flushMs = 200;
const retainMs = 600_000;
/** OPC UA Part 4, table 177: the source is not running. */
const stopped = 'BadShutdown';

export interface RecorderParts {
  readonly hub: Pick<TagHub, 'subscribe'>;
  readonly history: Pick<History, 'tag' | 'append' | 'flush' | 'retain' | 'onState'>;
  /** All tags of the station; those with `record` that are numbers or booleans are kept. */
  readonly tags: readonly Pick<Tag, 'id' | 'type' | 'record'>[];
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn' | 'error'>;
}

export interface Recorder {
  /** Ends the curve of each tag, so that the time until the next start is no straight line. Call before `history.close`. */
  stop(): void;
}

export function startRecorder({ hub, history, tags, clock, log }: RecorderParts): Recorder {
  const kept = tags.filter(({ record, type }) => record && (type === 'number' || type === 'boolean'));
  const keys = new Map(kept.map(({ id }) => [id, history.tag(id)]));
  let retainedAt = clock.monotonic();

  const take = ({ tagId, value, quality, status, sourceAt, receivedAt }: HubReading): void => {
    const key = keys.get(tagId);
    if (key === undefined) return;
    const sample = typeof value === 'number' || typeof value === 'boolean' ? value : null;
    history.append(key, sample, quality, status, sourceAt, receivedAt);
  };
  const unsubscribe = hub.subscribe([...keys.keys()], (readings) => readings.forEach(take));
  const unlisten = history.onState.listen(({ state, detail }) => {
    if (state !== 'ok') log.warn({ state, detail }, 'the history takes no samples');
  });

  const tick = (): void => {
    try {
      history.flush();
      if (clock.monotonic() - retainedAt >= retainMs) {
        retainedAt = clock.monotonic();
        history.retain();
      }
    } catch (error) {
      log.error({ err: error }, 'samples could not be written');
    }
    timer = clock.setTimer(flushMs, tick);
  };
  let timer = clock.setTimer(flushMs, tick);

  return {
    stop() {
      timer.cancel();
      unsubscribe();
      unlisten();
      const now = clock.now();
      for (const key of keys.values()) history.append(key, null, 'bad', stopped, null, now);
    },
  };
}
