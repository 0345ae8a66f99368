/** When the work screen must be told: facts, its page, a machine's course, or interlocks that became met or unmet. */
import type { Reason } from '#contract/refusal.ts';
import type { ExecutionView } from '#contract/rpc/execution.ts';
import type { Clock } from '#station/clock.ts';
import type { DeviceSource } from '#station/core/ports.ts';
import { Signal } from '#station/streams/signal.ts';

/** How often readings are looked at for the interlocks of the open step, while a screen is open. */
const lookMs = 300;

export interface Changes {
  readonly revision: number;
  readonly signal: Signal<number>;
  /** Something changed that is not seen from here. */
  changed(): void;
  /** The view of this revision; made once for all screens. */
  view(): ExecutionView;
  /** A screen is open until the returned function is called. */
  attend(): () => void;
  stop(): void;
}

export function executionChanges(parts: {
  readonly clock: Clock;
  readonly devices: DeviceSource;
  readonly onError: (error: unknown) => void;
  readonly make: (revision: number) => ExecutionView;
  /** Interlocks of the open step and what else is wrong for it now; empty when there is none. */
  readonly blocked: () => readonly Reason[];
  /** The clock hour, for the count of this hour. */
  readonly hour: () => number;
}): Changes {
  const { clock, devices, make, blocked, hour, onError } = parts;
  const signal = new Signal<number>(onError);
  let revision = 1;
  let cached: ExecutionView | null = null;
  let screens = 0;
  let timer: { cancel(): void } | null = null;
  let seen = '';

  const stamp = (): string => `${hour()} ${JSON.stringify(blocked().map(withoutAges))}`;
  function changed(): void {
    revision += 1;
    cached = null;
    signal.emit(revision);
  }
  function look(): void {
    const now = stamp();
    if (now === seen) return;
    seen = now;
    changed();
  }
  function tick(): void {
    timer = clock.setTimer(lookMs, tick);
    try {
      look();
    } catch (error) {
      onError(error);
    }
  }
  const unlisten = devices.onChange.listen(() => {
    if (screens > 0) look();
  });

  return {
    get revision() {
      return revision;
    },
    signal,
    changed,
    view() {
      // While no screen is open nobody looks for interlocks that changed: what was made before may be out of date.
      if (screens === 0) return make(revision);
      cached ??= make(revision);
      return cached;
    },
    attend() {
      screens += 1;
      if (screens === 1) {
        cached = null;
        seen = stamp();
        timer = clock.setTimer(lookMs, tick);
      }
      return () => {
        screens -= 1;
        if (screens > 0) return;
        timer?.cancel();
        timer = null;
      };
    },
    stop() {
      unlisten();
      timer?.cancel();
      timer = null;
    },
  };
}

/** An age that grows is not a change; that there is one, is. */
function withoutAges({ code, params }: Reason): unknown {
  return [code, Object.fromEntries(Object.entries(params).filter(([name]) => !name.endsWith('Ms')))];
}
