/** What the interfaces for other systems need of the rest of the server; the wiring hands it in. */
import type { Configuration } from '#contract/config/index.ts';
import type { BodyOf } from '#contract/events/index.ts';
import type { LineRow } from '#contract/plant/lines.ts';
import type { PlantGrant } from '#contract/plant/roles.ts';
import type { PlantFact, PlantUnit, PlantUnitRow } from '#contract/plant/units.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { Call } from '#domain/andon/call.ts';
import type { LinePlaces } from '#domain/accounts/may.ts';
import type { Clock } from '../clock.ts';
import type { Db, Queries } from '../db/db.ts';
import type { Log } from '../log.ts';
import type { OrderService } from '../orders/port.ts';

/** A program with its key, or the drop folder. */
export interface ApiCaller {
  readonly accountId: string;
  readonly name: string;
  readonly grants: readonly PlantGrant[];
  /** Network address, or the folder. */
  readonly from: string;
}

export interface AuditEntry {
  readonly at: number;
  readonly by: string;
  readonly what: string;
  readonly subject: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly from: string;
  /** Empty or left out: the whole plant. */
  readonly lines?: readonly string[];
}

/** Units as the read model has them. */
export interface UnitReader {
  search(db: Queries, query: string, cursor: string | null, limit: number): Promise<Page<PlantUnitRow>>;
  get(db: Queries, serial: string): Promise<PlantUnit | null>;
  facts(db: Queries, serial: string, cursor: string | null, limit: number): Promise<Page<PlantFact>>;
}

/** Calls for help, for the maintenance system. */
export interface CallPort {
  /** Newest first, at most 200. */
  list(db: Queries, onlyOpen: boolean): Promise<readonly Call[]>;
  get(db: Queries, callId: string): Promise<Call | null>;
  /** As the maintenance system says that its ticket stands: a fact of the plant's stream. */
  ticket(
    tx: Queries,
    caller: ApiCaller,
    at: number,
    callId: string,
    told: Omit<BodyOf<'call.ticketed'>, 'callId'>,
  ): Promise<void>;
}

export interface IntegrationPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly orders: OrderService;
  readonly units: UnitReader;
  readonly calls: CallPort;
  /** The board, as of now. */
  readonly lines: () => Promise<readonly LineRow[]>;
  /** In force. */
  readonly configuration: () => Configuration;
  readonly places: () => LinePlaces;
  /** @param key of `Authorization: Bearer`. null: nobody's. */
  readonly program: (key: string, from: string) => Promise<ApiCaller | null>;
  readonly audit: (tx: Queries, entries: readonly AuditEntry[]) => Promise<void>;
}
