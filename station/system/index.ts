/** The station about itself: its start and end as facts, steps of the clock, and the view that is also the heartbeat. */
import { implement } from '@orpc/server';
import { event } from '#contract/events/index.ts';
import type { Outcome } from '#contract/refusal.ts';
import { contract } from '#contract/rpc/index.ts';
import type { SystemView } from '#contract/rpc/system.ts';
import type { StationFact } from '#domain/commands.ts';
import type { Clock } from '#station/clock.ts';
import type { HistoryInfo } from '#station/history/history.ts';
import type { Log } from '#station/log.ts';
import type { HealthView } from '#station/store/health.ts';
import type { PreviousRun, StoreInfo } from '#station/store/store.ts';
import { Signal } from '#station/streams/signal.ts';
import { watching } from '#station/streams/mailbox.ts';
import { watchClock } from './clock-watch.ts';
import { systemView, type SystemFacts } from './view.ts';

/** The contract asks for 5 s at most; a screen calls the link lost after 8 s without, so two may be missed. */
const heartbeatMs = 2_500;
const serverPictureMs = 1_000;

export interface SystemStore {
  readonly previousRun: PreviousRun;
  readonly onState: Pick<Signal<HealthView>, 'listen'>;
  info(): StoreInfo;
}

export interface SystemHistory {
  readonly onState: Pick<Signal<HealthView>, 'listen'>;
  info(): HistoryInfo;
}

/** The road to the plant server (station/sync). */
export interface SystemServer {
  link(): SystemView['server'];
  unsent(): SystemView['unsent'];
  readonly changed: Pick<Signal<void>, 'listen'>;
}

export interface SystemParts extends Omit<SystemFacts, 'startedAt'> {
  readonly store: SystemStore;
  readonly history: SystemHistory;
  readonly server: SystemServer;
  readonly released: SystemFacts['released'] & { readonly changed: Pick<Signal<void>, 'listen'> };
  /** Writes a fact of the station itself, or says why it cannot be written. */
  readonly record: (fact: StationFact) => Outcome<unknown>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface System {
  readonly router: ReturnType<typeof systemRouter>;
  view(): SystemView;
  /** Writes `station.started` and begins to watch the clock. */
  start(): void;
  /** Writes `station.stopped`. */
  stop(reason: string): void;
}

export function createSystem(parts: SystemParts): System {
  const { store, history, server, clock, log } = parts;
  const facts: SystemFacts = { ...parts, startedAt: clock.now() };
  const changed = new Signal<void>((error) => log.error({ err: error }, 'a listener of the system view failed'));
  const watch = watchClock(clock);
  let steps = 0;
  let timer: { cancel(): void } | null = null;
  let notRecordedSince: number | null = null;
  let lastServer = { shown: '', at: Number.NEGATIVE_INFINITY };
  const view = (): SystemView =>
    systemView(facts, {
      store: store.info(),
      history: history.info(),
      notRecordedSince,
      now: clock.now(),
      clockSteps: steps,
      server: server.link(),
      unsent: server.unsent(),
    });
  const noteHistory = ({ state, detail }: HealthView): void => {
    const { loss } = history.info();
    if (state !== 'ok') {
      notRecordedSince ??= clock.now();
      log.error({ state, detail, lost: loss }, 'samples and curves are not recorded; the work goes on');
    } else if (notRecordedSince !== null) {
      log.warn({ since: notRecordedSince, lost: loss }, 'samples and curves are recorded again');
      notRecordedSince = null;
    }
  };

  /** The station runs on without the fact: a store that accepts nothing has its own screen. */
  const write = (fact: StationFact): void => {
    const outcome = parts.record(fact);
    if (outcome.ok) return;
    log.warn({ type: fact.type, reasons: outcome.refusal.reasons }, 'a fact of the station itself was not written');
  };
  const tick = (): void => {
    const step = watch.look();
    if (step !== null) {
      steps += 1;
      log.warn(step, 'the clock stepped');
      write(event('clock.stepped', step));
    }
    changed.emit();
    timer = clock.setTimer(heartbeatMs, tick);
  };
  store.onState.listen(() => changed.emit());
  parts.released.changed.listen(() => changed.emit());
  server.changed.listen(() => {
    // Acknowledgements come many times a second; a picture of them a second is enough beside the heartbeat.
    const now = clock.monotonic();
    const { state, test } = server.link();
    const shown = `${state} ${test?.phase ?? ''}`;
    if (shown === lastServer.shown && now - lastServer.at < serverPictureMs) return;
    lastServer = { shown, at: now };
    changed.emit();
  });
  noteHistory(history.info());
  history.onState.listen((state) => {
    noteHistory(state);
    changed.emit();
  });

  return {
    view,
    router: systemRouter(view, changed),
    start() {
      write(
        event('station.started', { version: parts.version, node: process.version, previousRun: store.previousRun }),
      );
      timer = clock.setTimer(heartbeatMs, tick);
    },
    stop(reason) {
      timer?.cancel();
      write(event('station.stopped', { reason }));
    },
  };
}

function systemRouter(view: () => SystemView, changed: Signal<void>) {
  const os = implement(contract.system);
  return os.router({
    get: os.get.handler(() => view()),
    watch: os.watch.handler(async function* ({ signal }) {
      const beats = watching<true>((box) => {
        box.put(true);
        return changed.listen(() => box.put(true));
      }, signal);
      for await (const _beat of beats) yield view();
    }),
  });
}
