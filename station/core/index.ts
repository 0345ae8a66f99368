/** The core of the station: the one way in for commands, and what the screens see of orders, units and executions. */
import type { Configuration } from '#contract/config/index.ts';
import type { Actor } from '#contract/envelope.ts';
import type { StoredEvent } from '#contract/events/index.ts';
import type { Outcome } from '#contract/refusal.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import type { Command } from '#domain/commands.ts';
import type { Session } from '#domain/people/session.ts';
import type { Clock } from '#station/clock.ts';
import type { Log } from '#station/log.ts';
import type { Signal } from '#station/streams/signal.ts';
import type { CoreStore, DeviceSource, Ids, LiveSource, ParseComponent, TraceStore } from './ports.ts';

export interface CoreParts {
  readonly store: CoreStore;
  readonly configuration: Configuration;
  readonly stationId: string;
  readonly live: LiveSource;
  readonly devices: DeviceSource;
  readonly traces: TraceStore;
  readonly parseComponent: ParseComponent;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

export type CommandValue = Readonly<Record<string, string>> | undefined;

export interface Core {
  readonly stationId: string;
  readonly catalogue: Catalogue;
  /**
   * The one way in. Synchronous: when it returns, the facts are on disk or the refusal says why not.
   * @param commandId a repeated one is answered as before without being done twice; null for what the station itself does.
   * @param actor default: whoever is signed in, else the system.
   */
  dispatch(command: Command, commandId: string | null, actor?: Actor): Outcome<CommandValue>;
  /** Who works here now (for station/people and the shell of every screen). */
  session(): Session;
  /** Every appended batch, after it is on disk. */
  readonly appended: Signal<readonly StoredEvent[]>;
  /** The screen's execution view changed; counts up. */
  executionRevision(): number;
  /** Takes up what was running when the station ended (machine cycles). Call once, after the devices were started. */
  resume(): void;
  /** Ends watching; a running machine cycle is left to the machine and taken up by the next start. */
  stop(): Promise<void>;
}
