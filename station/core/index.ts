/** The core of the station: the one way in for commands, and what the screens see of orders, units and executions. */
import type { Orders } from '#contract/config/plant.ts';
import type { StoredEvent } from '#contract/events/index.ts';
import type { Reason } from '#contract/refusal.ts';
import type { Facts } from '#domain/facts.ts';
import type { Session } from '#domain/people/session.ts';
import type { Clock } from '#station/clock.ts';
import { createBench, type BenchFeature } from '#station/bench/index.ts';
import { createExecution, type ExecutionFeature } from '#station/execution/index.ts';
import type { Log } from '#station/log.ts';
import { importOrders } from '#station/orders/import.ts';
import type { Push } from '#station/steps/measure/pushes.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import type { Signal } from '#station/streams/signal.ts';
import { createDispatch, type Dispatch } from './dispatch.ts';
import { factsAt, sessionOf } from './facts.ts';
import type { LiveCatalogue } from './live-catalogue.ts';
import type { CoreStore, DeviceSource, Ids, LiveSource, ParseComponent, ServerParts, TraceStore } from './ports.ts';

export interface CoreParts {
  readonly store: CoreStore;
  readonly catalogue: LiveCatalogue;
  /** Of the files: taken in where no server is. */
  readonly orders: Orders['orders'];
  readonly server: ServerParts;
  readonly stationId: string;
  readonly bootId: string;
  readonly live: LiveSource;
  readonly devices: DeviceSource;
  readonly traces: TraceStore;
  readonly parseComponent: ParseComponent;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

export interface Core {
  readonly stationId: string;
  readonly catalogue: LiveCatalogue;
  readonly clock: Clock;
  readonly log: Log;
  readonly read: ReadModelReader;
  /**
   * The one way in. Synchronous: when it returns, the facts are on disk or the refusal says why not. A repeated
   * `commandId` is answered as before without being done twice; null for what the station does by itself.
   */
  readonly dispatch: Dispatch;
  /** Who works here now. */
  session(): Session;
  /** What the rules would know now, e.g. to ask for interlocks without doing anything. */
  facts(): Facts;
  /** Every appended batch, after it is on disk. */
  readonly appended: Signal<readonly StoredEvent[]>;
  /** What became of each push of a gauge's button. */
  readonly pushed: Signal<Push>;
  /** The devices and their live values, for what reads a gauge apart from a step. */
  readonly devices: DeviceSource;
  readonly live: LiveSource;
  readonly execution: ExecutionFeature;
  readonly bench: BenchFeature;
  readonly ids: Ids;
  readonly parseComponent: ParseComponent;
  readonly server: ServerParts;
  /** A device came, went or changed its state. */
  devicesChanged(listener: () => void): void;
  /** Takes in orders and units of the configuration that are not known here yet. @returns what was refused. */
  importOrders(): readonly Reason[];
  /** Takes up what was running when the station ended (machine cycles). Call once, after the devices were started. */
  resume(): void;
  /** Ends watching; a running machine cycle is left to the machine and taken up by the next start. */
  stop(): Promise<void>;
}

/** @throws Error when the configuration has no such station. */
export function createCore(parts: CoreParts): Core {
  const { store, catalogue, stationId, clock, ids, log, parseComponent, server } = parts;
  const station = catalogue.station(stationId);
  if (station === null) throw new Error(`the configuration has no station ${stationId}; name one of its stations`);
  const sources = { ...parts, station, link: server.link, startedAt: clock.now() };
  const dispatch = createDispatch(sources);
  const facts = (): Facts => factsAt(sources, clock.now(), null);
  const bench = createBench({ ...sources, dispatch, facts });
  const execution = createExecution({ ...sources, dispatch, facts });
  execution.claimPushes((tagId, reading) => bench.pushed(tagId, reading));
  return {
    stationId,
    catalogue,
    clock,
    log,
    read: store.read,
    dispatch,
    session: () => sessionOf(store),
    facts,
    appended: store.onAppended,
    pushed: execution.pushed,
    devices: parts.devices,
    live: parts.live,
    execution,
    bench,
    ids,
    parseComponent,
    server,
    devicesChanged: (listener) => void parts.devices.onChange.listen(() => listener()),
    importOrders() {
      // With a server its orders are the ones that count; those of the files would be made twice.
      return server.link.serverLink().configured ? [] : importOrders(parts.orders, dispatch, log);
    },
    resume: () => execution.resume(),
    stop() {
      bench.stop();
      return execution.stop();
    },
  };
}

export type { CommandValue } from './outcomes.ts';
export type { Dispatch } from './dispatch.ts';
