/** What went wrong on the way and was kept (contract/plant/trouble.ts). Dead letters and folding again are others' work. */
import { implement } from '@orpc/server';
import type { PlantOutcome } from '#contract/plant/base.ts';
import {
  trouble as troubleContract,
  type DeadLetterRow,
  type ForkRow,
  type PublishRow,
  type QuarantineRow,
} from '#contract/plant/trouble.ts';
import type { Page } from '#contract/rpc/base.ts';
import { tellChanged, type ChangesFeed } from '../changes-feed.ts';
import type { Caller } from '../accounts/caller.ts';
import type { ReleasedConfiguration } from '../configuration.ts';
import type { Db } from '../db/db.ts';
import type { Changes } from '../rpc/changes.ts';
import type { PlantContext } from '../rpc/context.ts';
import { refuse } from '../rpc/refused.ts';
import { seesLine, sightOf, type Sight } from '../rpc/sight.ts';

interface PageInput {
  readonly cursor: string | null;
  readonly limit: number;
}

/** Messages to other systems that were given up (server/integration). */
export interface DeadLetters {
  count(sight: Sight): Promise<number>;
  list(page: PageInput, sight: Sight): Promise<Page<DeadLetterRow>>;
  sendAgain(
    caller: Caller,
    input: { readonly commandId: string; readonly ids: readonly string[] },
  ): Promise<PlantOutcome>;
  discard(
    caller: Caller,
    input: { readonly commandId: string; readonly ids: readonly string[]; readonly note: string },
  ): Promise<PlantOutcome>;
}

export interface TroubleParts {
  readonly db: Db;
  readonly change: Changes;
  readonly feed: ChangesFeed;
  readonly configuration: ReleasedConfiguration;
  /** Folds quarantined events again, in transactions of its own; removes the rows of those that went through. */
  readonly replay: (quarantineIds: readonly number[]) => Promise<{ readonly folded: number; readonly kept: number }>;
  readonly letters: DeadLetters;
  /** Lines that are published. */
  readonly published: () => Promise<readonly PublishRow[]>;
}

export function createTroubleRouter({ db, change, feed, configuration, replay, letters, published }: TroubleParts) {
  const os = implement(troubleContract).$context<PlantContext>();
  const see = ({ grants }: Caller): Sight => sightOf(grants, configuration());
  const lineOf = (stationId: string): string | null => configuration().lineOf(stationId)?.id ?? null;
  const seenNodes = async (sight: Sight): Promise<readonly PublishRow[]> =>
    (await published()).filter(({ lineId }) => seesLine(sight, lineId));
  const counts = async (sight: Sight) => {
    const [row] = await db.query<{ quarantine: number; forks: number }>(
      `SELECT (SELECT count(*) FROM quarantine q JOIN stream s USING (stream_id) WHERE ${stationSeen('s', 1)}) AS quarantine,
         (SELECT count(*) FROM fork f WHERE acknowledged_at IS NULL AND ${stationSeen('f', 1)}) AS forks`,
      [sight.stations],
    );
    const nodes = await seenNodes(sight);
    return {
      quarantine: row?.quarantine ?? 0,
      forks: row?.forks ?? 0,
      deadLetters: await letters.count(sight),
      unpublished: nodes.filter(({ state }) => state === 'failing' || state === 'nobody').length,
    };
  };
  return os.router({
    watch: os.watch.handler(async function* ({ context: { caller }, signal }) {
      for await (const _ of feed.revisions(signal)) yield await counts(see(caller));
    }),
    quarantine: os.quarantine.handler(({ context: { caller }, input }) => quarantinePage(db, input, see(caller))),
    replay: os.replay.handler(async ({ context, input }) => {
      const wanted = await change(
        context.caller,
        input.commandId,
        { right: 'trouble.replay' },
        async ({ tx, caller, need, audit }) => {
          // All: what the person has the right for.
          const all = input.ids.length === 0;
          const { stations } = all ? sightOf(caller.grants, configuration(), 'trouble.replay') : see(caller);
          const rows = await tx.query<{ id: number; station_id: string }>(
            `SELECT q.quarantine_id AS id, s.station_id FROM quarantine q JOIN stream s USING (stream_id)
             WHERE ($1::boolean OR quarantine_id::text = ANY($2::text[])) AND ${stationSeen('s', 3)} ORDER BY 1`,
            [all, input.ids, stations],
          );
          const missing = input.ids.find((id) => !rows.some((row) => String(row.id) === id));
          if (missing !== undefined) refuse('quarantine.unknown', { id: missing }, 'ids');
          for (const { station_id } of rows) need('trouble.replay', lineOf(station_id));
          await audit({
            what: 'trouble.replayed',
            subject: 'quarantine',
            before: null,
            after: { events: rows.length },
          });
          return rows.map(({ id }) => id);
        },
      );
      // Outside of the command's transaction: each event is folded in one of its own, and folding twice is harmless.
      if (!wanted.ok) return wanted;
      // An empty list means all to the projector; here it means that there is nothing the person may have folded.
      const nothing = { folded: 0, kept: 0 };
      return { ok: true as const, value: wanted.value.length === 0 ? nothing : await replay(wanted.value) };
    }),
    forks: os.forks.handler(({ context: { caller }, input }) => forkPage(db, input, see(caller))),
    acknowledgeFork: os.acknowledgeFork.handler(({ context, input }) =>
      change(context.caller, input.commandId, { right: 'trouble.replay' }, async ({ tx, caller, at, need, audit }) => {
        const { stationId, epoch, branch, note } = input;
        need('trouble.replay', lineOf(stationId));
        const [row] = await tx.query<{ acknowledged_at: Date | null; acknowledged_by: string | null }>(
          'SELECT acknowledged_at, acknowledged_by FROM fork WHERE station_id = $1 AND epoch = $2 AND branch = $3 FOR UPDATE',
          [stationId, epoch, branch],
        );
        if (row === undefined) refuse('fork.unknown', { station: stationId, epoch });
        if (row.acknowledged_at !== null)
          refuse('fork.acknowledged', { by: row.acknowledged_by, acknowledgedAt: row.acknowledged_at.getTime() });
        await tx.execute(
          `UPDATE fork SET acknowledged_at = $4, acknowledged_by = $5, acknowledged_note = $6
           WHERE station_id = $1 AND epoch = $2 AND branch = $3`,
          [stationId, epoch, branch, new Date(at), caller.name, note],
        );
        await tellChanged(tx, 'trouble');
        await audit({
          what: 'fork.acknowledged',
          subject: `${stationId}/${epoch}/${branch}`,
          before: null,
          after: { note },
        });
        return undefined;
      }),
    ),
    deadLetters: os.deadLetters.handler(({ context: { caller }, input }) => letters.list(input, see(caller))),
    sendAgain: os.sendAgain.handler(({ context, input }) => letters.sendAgain(context.caller, input)),
    discard: os.discard.handler(({ context, input }) => letters.discard(context.caller, input)),
    publishing: os.publishing.handler(({ context: { caller } }) => seenNodes(see(caller))),
  });
}

/** Condition on a row of a table with `station_id`; parameter `n`: stations that are seen, null: all, also the plant's own. */
const stationSeen = (row: string, n: number): string => `($${n}::text[] IS NULL OR ${row}.station_id = ANY($${n}))`;

interface QuarantineSql {
  readonly id: number;
  readonly station_id: string;
  readonly epoch: string;
  readonly branch: string;
  readonly seq: number;
  readonly type: string;
  readonly version: number;
  readonly received_at: Date;
  readonly reason: QuarantineRow['reason'];
  readonly detail: string;
  readonly record: string;
}

async function quarantinePage(db: Db, { cursor, limit }: PageInput, { stations }: Sight): Promise<Page<QuarantineRow>> {
  const rows = await db.query<QuarantineSql>(
    `SELECT q.quarantine_id AS id, s.station_id, s.epoch, s.branch, q.seq, q.type, q.version, e.received_at, q.reason,
       q.detail, e.record
     FROM quarantine q JOIN stream s USING (stream_id) JOIN event e ON e.stream_id = q.stream_id AND e.seq = q.seq
     WHERE q.quarantine_id > $1 AND ${stationSeen('s', 3)} ORDER BY q.quarantine_id LIMIT $2`,
    [Number(cursor ?? 0), limit + 1, stations],
  );
  const [count] = await db.query<{ n: number }>(
    `SELECT count(*) AS n FROM quarantine JOIN stream s USING (stream_id) WHERE ${stationSeen('s', 1)}`,
    [stations],
  );
  const items = rows.slice(0, limit).map(({ id, station_id, received_at, ...row }) => ({
    ...row,
    id: String(id),
    stationId: station_id,
    at: Number((JSON.parse(row.record) as { at?: unknown }).at ?? 0),
    receivedAt: received_at.getTime(),
  }));
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null, total: count?.n ?? 0 };
}

interface ForkSql {
  readonly station_id: string;
  readonly epoch: string;
  readonly branch: string;
  readonly from_seq: number;
  readonly found_at: Date;
  readonly events: number;
  readonly acknowledged_at: Date | null;
  readonly acknowledged_by: string | null;
  readonly acknowledged_note: string | null;
}

/** Open ones first, newest first. They are few: a page is cut by number. */
async function forkPage(db: Db, { cursor, limit }: PageInput, { stations }: Sight): Promise<Page<ForkRow>> {
  const offset = Number(cursor ?? 0);
  const rows = await db.query<ForkSql>(
    `SELECT f.*, CASE WHEN f.branch = '' OR s.stream_id IS NULL THEN 0 ELSE s.head_seq - s.first_seq + 1 END AS events
     FROM fork f LEFT JOIN stream s USING (station_id, epoch, branch) WHERE ${stationSeen('f', 3)}
     ORDER BY f.acknowledged_at IS NOT NULL, f.found_at DESC, f.station_id, f.epoch, f.branch LIMIT $1 OFFSET $2`,
    [limit + 1, offset, stations],
  );
  const [count] = await db.query<{ n: number }>(`SELECT count(*) AS n FROM fork f WHERE ${stationSeen('f', 1)}`, [
    stations,
  ]);
  const items = rows.slice(0, limit).map((row) => ({
    stationId: row.station_id,
    epoch: row.epoch,
    branch: row.branch,
    fromSeq: row.from_seq,
    foundAt: row.found_at.getTime(),
    events: row.events,
    acknowledged:
      row.acknowledged_at === null
        ? null
        : { at: row.acknowledged_at.getTime(), by: row.acknowledged_by ?? '', note: row.acknowledged_note ?? '' },
  }));
  return { items, next: rows.length > limit ? String(offset + limit) : null, total: count?.n ?? 0 };
}
