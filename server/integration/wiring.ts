/** Hands the parts for other systems what they need of the rest of the server. */
import type { OrderService } from '../orders/port.ts';
import { linePlaces } from '#domain/accounts/may.ts';
import { readCall, readOpenCalls } from '../andon/read.ts';
import { createTickets } from '../andon/tickets.ts';
import { audited } from '../accounts/audit.ts';
import type { Clock } from '../clock.ts';
import type { ReleasedConfiguration } from '../configuration.ts';
import type { Db } from '../db/db.ts';
import type { GiveWay } from '../give-way.ts';
import { readBoard } from '../lines/board.ts';
import type { Metrics } from '../http/metrics.ts';
import type { Log } from '../log.ts';
import { wholePlant } from '../rpc/sight.ts';
import type { PlantStream } from '../units/plant-stream.ts';
import { listFacts, readUnit, searchUnits } from '../units/read.ts';
import { createIntegration, type IntegrationParts } from './integration.ts';
import type { IntegrationPorts } from './ports.ts';

export interface WiringParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly released: ReleasedConfiguration;
  readonly orders: OrderService;
  readonly giveWay: GiveWay;
  readonly program: IntegrationPorts['program'];
  readonly dropFolder: string | null;
  readonly version: string;
  readonly metrics: Metrics;
  readonly plantStream: PlantStream;
}

export function composeIntegration(parts: WiringParts): IntegrationParts {
  const { db, clock, log, released, orders, giveWay, program, dropFolder, version, metrics, plantStream } = parts;
  const configuration = (): ReturnType<IntegrationPorts['configuration']> => released().configuration;
  return createIntegration({
    ports: {
      db,
      clock,
      log,
      orders,
      units: {
        search: (queries, query, cursor, limit) => searchUnits(queries, { query, cursor, limit }, wholePlant),
        get: (queries, serial) => readUnit(queries, serial, wholePlant),
        facts: (queries, serial, cursor, limit) => listFacts(queries, { serial, cursor, limit }, wholePlant),
      },
      calls: {
        list: readOpenCalls,
        get: readCall,
        ticket: createTickets(plantStream),
      },
      lines: () => readBoard(db, released(), clock.now(), wholePlant),
      configuration,
      places: () => linePlaces(configuration().lines),
      program,
      audit: (tx, entries) => audited(tx, entries),
    },
    dropFolder,
    environment: process.env,
    version,
    metrics,
    eventsChannel: 'events',
    giveWay,
  });
}
