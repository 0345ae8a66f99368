/** Facts up: batches, the heartbeat, hashes to find where two ends part. */
import { z } from 'zod';
import { syncLimits, syncPaths } from '#contract/sync/protocol.ts';
import {
  branchSchema,
  epochSchema,
  helloSchema,
  type BatchAnswer,
  type HashesAnswer,
  type HelloAnswer,
} from '#contract/sync/up.ts';
import { tellChanged } from '../changes-feed.ts';
import type { Clock } from '../clock.ts';
import type { Db } from '../db/db.ts';
import { codeOf } from '../db/errors.ts';
import { jsonBody, stationOf, type StationGuard } from '../enrolment/guard.ts';
import type { App } from '../http/app.ts';
import type { GiveWay } from '../give-way.ts';
import { HttpFault } from '../http/faults.ts';
import type { Metrics } from '../http/metrics.ts';
import { parsed } from '../http/parsed.ts';
import type { Log } from '../log.ts';
import { readBatch, type Batch } from './batch.ts';
import { createGate } from './gate.ts';
import { headsOf, recordHello } from './hello.ts';
import { createNotifier } from './notifier.ts';
import { ensurePartition, ensurePartitions, monthOf } from './partitions.ts';
import { createStoreBatch, hashesOf, type Stored } from './store-batch.ts';
import { streamIdOf } from './stream-id.ts';
import { createTurns } from './turns.ts';
import { unpack } from './unpack.ts';

export interface IngestOptions {
  readonly db: Db;
  readonly guard: StationGuard;
  readonly plantId: string;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly giveWay: GiveWay;
  /** A station said something of itself. */
  readonly onHello: (stationId: string) => void;
}

export interface Ingest {
  routes(app: App): Promise<void>;
  /** Makes partitions from now on. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A batch of so many is of a backlog: facts that waited already. */
const backlogEvents = 500;
const partitionsEveryMs = 3_600_000;
/** PostgreSQL: no partition of relation found for row. */
const noPartition = '23514';

const hashesQuery = z.object({
  epoch: epochSchema,
  branch: branchSchema.default(''),
  first: z.coerce
    .number()
    .int()
    .min(1)
    .max(Number.MAX_SAFE_INTEGER - syncLimits.hashesPerAnswer),
  count: z.coerce.number().int().min(1).max(syncLimits.hashesPerAnswer),
});

export function createIngest(options: IngestOptions): Ingest {
  const { db, clock, log, metrics } = options;
  const notifier = createNotifier(db, log);
  const storeBatch = createStoreBatch(db);
  const turns = createTurns();
  const gate = createGate();
  const events = metrics.counter('ingest_events_total', 'Events in batches that were taken', ['result']);
  const batches = metrics.counter('ingest_batches_total', 'Batches by what became of them', ['result']);
  metrics.gauge('ingest_batches_in_work', 'Batches in work on this instance', () => gate.inWork());
  let timer: { cancel(): void } | null = null;

  const store = (stationId: string, batch: Batch): Promise<Stored> => {
    const now = clock.now();
    return storeBatch(stationId, batch, now).catch(async (error: unknown) => {
      if (codeOf(error) !== noPartition) throw error;
      await ensurePartition(db, monthOf(now));
      return storeBatch(stationId, batch, now);
    });
  };

  const take = async (stationId: string, batch: Batch): Promise<BatchAnswer> => {
    const { epoch, branch, first } = batch.head;
    const key = { stationId, epoch, branch };
    const result = await turns.inTurn(
      streamIdOf(key),
      first,
      () => store(stationId, batch),
      ({ kind }) => kind === 'gap',
    );
    batches.add(1, { result: result.kind });
    switch (result.kind) {
      case 'stored':
        events.add(result.stored, { result: 'stored' });
        events.add(result.replayed, { result: 'replayed' });
        if (result.stored > 0) notifier.grown(result.streamId);
        return { head: result.head, stored: result.stored, replayed: result.replayed };
      case 'gap':
        throw new HttpFault('gap', result.problem, 'Go on from head.', { head: result.head });
      case 'fork':
        log.error({ ...key, fromSeq: result.fromSeq, head: result.head }, 'fork: the server holds other events');
        throw new HttpFault(
          'fork',
          `the server holds another event ${result.fromSeq} of epoch ${epoch}`,
          'Nothing was overwritten. Find the first number that differs (hashes), send what is there as a branch, and begin a new epoch.',
          { head: result.head },
        );
      case 'invalid':
        throw new HttpFault('batch-invalid', result.problem, 'The station must build the batch anew from its log.');
    }
  };

  return {
    routes: (app) =>
      options.guard.signedRoutes(app, syncLimits.batchBytes, (scope) => {
        scope.post(syncPaths.events, { onRequest: gate.enter }, async (request): Promise<BatchAnswer> => {
          const { stationId } = stationOf(request);
          if (!(request.body instanceof Uint8Array))
            throw new HttpFault('batch-invalid', 'there is no body', 'Send the batch as contract/sync/up.ts says.');
          const body = await unpack(request.body, request.headers['content-encoding']);
          const batch = readBatch(body, stationId);
          return batch.head.count < backlogEvents
            ? take(stationId, batch)
            : options.giveWay.first(() => take(stationId, batch));
        });

        scope.post(syncPaths.hello, async (request): Promise<HelloAnswer> => {
          const { stationId } = stationOf(request);
          const hello = parsed(helloSchema, jsonBody(request), 'the body');
          const now = clock.now();
          if (await recordHello(db, stationId, hello, now)) await tellChanged(db, 'stations');
          options.onHello(stationId);
          const streams = await headsOf(db, stationId, hello.streams);
          return { server: { version: options.version, plantId: options.plantId, now }, streams };
        });

        scope.get(syncPaths.hashes, async (request): Promise<HashesAnswer> => {
          const { stationId } = stationOf(request);
          const { epoch, branch, first, count } = parsed(hashesQuery, request.query, 'the query');
          const rows = await hashesOf(db, streamIdOf({ stationId, epoch, branch }), first, first + count - 1);
          return {
            first: rows[0]?.seq ?? first,
            hashes: rows.map(({ hash }) => Buffer.from(hash).toString('hex')),
          };
        });
      }),
    async start() {
      await ensurePartitions(db, clock.now());
      const again = (): void => {
        timer = clock.setTimer(partitionsEveryMs, () => {
          ensurePartitions(db, clock.now()).catch((error: unknown) =>
            log.warn({ err: error }, 'partitions could not be made ahead; they are made on demand'),
          );
          again();
        });
      };
      again();
    },
    async stop() {
      timer?.cancel();
      await notifier.close();
    },
  };
}
