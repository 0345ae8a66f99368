/** The stations as members of the plant, for the plant view (contract/plant/stations.ts). */
import { implement } from '@orpc/server';
import { stations as stationsContract, type PlantStation } from '#contract/plant/stations.ts';
import { plantStationId, silentMs } from '#contract/sync/protocol.ts';
import type { ChangesFeed } from '../changes-feed.ts';
import type { ReleasedConfiguration } from '../configuration.ts';
import type { Db } from '../db/db.ts';
import type { Enrolment } from '../enrolment/index.ts';
import type { Changes } from '../rpc/changes.ts';
import type { PlantContext } from '../rpc/context.ts';
import { refuse } from '../rpc/refused.ts';
import { seesLine, sightOf, type Sight } from '../rpc/sight.ts';

export interface StationsParts {
  readonly db: Db;
  readonly clock: { now(): number };
  readonly enrolment: Enrolment;
  readonly change: Changes;
  readonly feed: ChangesFeed;
  /** In force. */
  readonly configuration: ReleasedConfiguration;
}

export function createStationsRouter(parts: StationsParts) {
  const { clock, enrolment, change, configuration, feed } = parts;
  const os = implement(stationsContract).$context<PlantContext>();
  const lineOf = (stationId: string): string | null => configuration().lineOf(stationId)?.id ?? null;
  return os.router({
    // A station that becomes silent tells nobody: the feed's own pace shows it.
    watch: os.watch.handler(({ signal }) => feed.revisions(signal)),
    list: os.list.handler(({ context: { caller } }) => listStations(parts, sightOf(caller.grants, configuration()))),
    makeCode: os.makeCode.handler(({ context, input }) =>
      // The code is told once: it is not kept with the command.
      change(
        context.caller,
        input.commandId,
        { right: 'station.enrol', keep: false },
        async ({ tx, caller, need, audit }) => {
          const { stationId } = input;
          if (!configuration().configuration.stations.some(({ id }) => id === stationId))
            refuse('station.unknown', { station: stationId }, 'stationId');
          need('station.enrol', lineOf(stationId));
          const made = await enrolment.makeCode(tx, stationId, caller.name);
          await audit({
            what: 'station.code-made',
            subject: stationId,
            before: null,
            after: { untilAt: made.untilAt },
          });
          return made;
        },
      ),
    ),
    revoke: os.revoke.handler(({ context, input }) =>
      change(context.caller, input.commandId, { right: 'station.enrol' }, async ({ tx, caller, need, audit }) => {
        const { keyId } = input;
        const key = (await enrolment.keys(tx)).find((each) => each.keyId === keyId);
        if (key === undefined) refuse('key.unknown', { key: keyId }, 'keyId');
        need('station.enrol', lineOf(key.stationId));
        if (key.revokedAt !== null) refuse('key.revoked', { key: keyId, revokedAt: key.revokedAt }, 'keyId');
        await enrolment.revoke(tx, keyId, caller.name);
        await audit({
          what: 'station.key-revoked',
          subject: key.stationId,
          before: { keyId, revokedAt: null },
          after: { keyId, revokedAt: clock.now() },
        });
        return undefined;
      }),
    ),
  });
}

interface StatusRow {
  readonly station_id: string;
  readonly heard_at: Date;
  readonly version: string;
  readonly config_hash: string;
  readonly clock_drift_ms: number;
  readonly unsent_count: number;
  readonly unsent_oldest_at: number | null;
  readonly blobs_waiting: number;
}
interface StreamRow {
  readonly station_id: string;
  readonly epoch: string;
  readonly branch: string;
  readonly first_seq: number;
  readonly head_seq: number;
  readonly last_received_at: Date | null;
}

/** Those of the configuration first, then whoever else was enrolled or wrote once. */
async function listStations(
  { db, clock, enrolment, configuration }: StationsParts,
  sight: Sight,
): Promise<PlantStation[]> {
  const [keys, statuses, streams] = await Promise.all([
    enrolment.keys(),
    db.query<StatusRow>('SELECT * FROM station_status'),
    db.query<StreamRow>(
      'SELECT station_id, epoch, branch, first_seq, head_seq, last_received_at FROM stream ORDER BY begun_at, epoch, branch',
    ),
  ]);
  const { stations } = configuration().configuration;
  const lineOf = (stationId: string): string | null => configuration().lineOf(stationId)?.id ?? null;
  const ids = new Set([
    ...stations.map(({ id }) => id),
    ...keys.map(({ stationId }) => stationId),
    ...streams.map((stream) => stream.station_id),
  ]);
  ids.delete(plantStationId);
  const seen = [...ids].filter((stationId) => seesLine(sight, lineOf(stationId)));
  return seen.map((stationId) => {
    const status = statuses.find((row) => row.station_id === stationId);
    const own = streams.filter((row) => row.station_id === stationId);
    const heardAt = status?.heard_at.getTime() ?? null;
    return {
      stationId,
      title: stations.find(({ id }) => id === stationId)?.title ?? null,
      lineId: lineOf(stationId),
      link: heardAt === null ? 'never' : clock.now() - heardAt > silentMs ? 'silent' : 'linked',
      heardAt,
      version: status?.version ?? null,
      configHash: status?.config_hash ?? null,
      clockDriftMs: status?.clock_drift_ms ?? null,
      unsent: { count: status?.unsent_count ?? 0, oldestAt: status?.unsent_oldest_at ?? null },
      blobsWaiting: status?.blobs_waiting ?? 0,
      events: own.reduce((sum, row) => sum + row.head_seq - row.first_seq + 1, 0),
      keys: keys
        .filter((key) => key.stationId === stationId)
        .map(({ keyId, enrolledAt, enrolledBy, revokedAt }) => ({ keyId, enrolledAt, enrolledBy, revokedAt })),
      streams: own.map((row) => ({
        epoch: row.epoch,
        branch: row.branch,
        seq: row.head_seq,
        lastReceivedAt: row.last_received_at?.getTime() ?? null,
      })),
    };
  });
}
