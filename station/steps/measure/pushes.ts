/** A gauge with a button: each push is a value for the measure step that is open, or says visibly why it is not. */
import type { LiveReading, Reading } from '#contract/reading.ts';
import type { Refusal } from '#contract/refusal.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { reason } from '#domain/decision.ts';
import { openPlace } from '#domain/execution/decide.ts';
import { currentRun } from '#domain/execution/execution.ts';
import type { Clock } from '#station/clock.ts';
import type { Dispatch } from '#station/core/dispatch.ts';
import type { CoreStore, DeviceSource, Ids, LiveSource } from '#station/core/ports.ts';
import { readOpenExecution } from '#station/store/projections/aggregates.ts';
import { Signal } from '#station/streams/signal.ts';

/** What became of one push. */
export interface Push {
  readonly at: number;
  readonly deviceId: string;
  readonly tagId: string;
  readonly value: number | null;
  readonly unit: string | null;
  /** null: it was recorded. */
  readonly refusal: Refusal | null;
}

export interface PushesParts {
  readonly store: CoreStore;
  readonly stationId: string;
  readonly catalogue: Catalogue;
  readonly live: LiveSource;
  readonly devices: DeviceSource;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly dispatch: Dispatch;
}

/** Somebody who waits for values apart from a run (a study). @returns false: not now, and the push goes on to the step that is open. */
export type PushClaim = (tagId: string, reading: LiveReading) => boolean;

type TagReading = Reading & { readonly tagId: string };

/** @returns the pushes as they happen, and how to stop listening to the gauges. */
export function watchPushes(parts: PushesParts): {
  readonly pushed: Signal<Push>;
  claim(claim: PushClaim): void;
  stop(): void;
} {
  const { store, stationId, catalogue, live, devices, clock, ids, dispatch } = parts;
  const pushed = new Signal<Push>();
  /** The newest first: a page that is open goes before a sample at the bench, which waits also while nobody looks at it. */
  const claims: PushClaim[] = [];
  const scanners = new Set(catalogue.station(stationId)?.scanners);
  const tags = catalogue
    .devices()
    // Asked once, here: listening to every number of the plant would cost the lossless road its speed.
    .filter((device) => !scanners.has(device.id) && devices.pushes(device.id))
    .flatMap((device) => device.tags)
    .filter((tag) => tag.type === 'number' && !devices.isLive(tag.id))
    .map((tag) => tag.id);

  function take(reading: TagReading): void {
    const { tagId, value, unit } = reading;
    const deviceId = catalogue.tag(tagId)?.device.id;
    if (deviceId === undefined) return;
    const at = clock.now();
    const { handle: _handle, ...plain } = reading as TagReading & { readonly handle?: number };
    const pushedNow: LiveReading = { ...plain, stale: false, lastGoodAt: at };
    if (claims.some((claim) => claim(tagId, pushedNow))) return;
    const tell = (refusal: Refusal | null): void =>
      pushed.emit({ at, deviceId, tagId, value: typeof value === 'number' ? value : null, unit, refusal });
    const execution = readOpenExecution(store.read, stationId);
    const run = execution === null ? null : currentRun(execution);
    const step = execution === null ? null : (openPlace(execution, { catalogue })?.step ?? null);
    const waits = step?.type === 'measure' && step.tag === tagId && run?.status === 'current';
    if (!waits || execution === null || run === null) {
      const why =
        step === null
          ? reason('execution.none-open', {})
          : reason('step.action-not-possible', { action: 'pushed', stepType: step.type });
      return tell({ command: 'step.act', at, reasons: [why], met: [], next: [] });
    }
    const { executionId } = execution;
    const { stepId, attempt } = run;
    const outcome = dispatch(
      {
        type: 'step.act',
        executionId,
        stepId,
        attempt,
        action: { type: 'measure', do: 'pushed', tagId, reading: pushedNow },
        component: null,
      },
      ids.next(),
    );
    tell(outcome.ok ? null : outcome.refusal);
  }

  const stop = tags.length === 0 ? () => {} : live.subscribe(tags, (batch) => batch.forEach(take));
  return { pushed, claim: (claim) => void claims.unshift(claim), stop };
}
