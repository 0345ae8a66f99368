/** Calls and handovers as the plant view sees them. */
import type { PlantCall } from '#contract/plant/andon.ts';
import type { PlantHandover } from '#contract/plant/handover.ts';
import type { Page } from '#contract/rpc/base.ts';
import { isRaised, type Call, type CallPart } from '#domain/andon/call.ts';
import { isWritten, type HandoverPart } from '#domain/handover/handover.ts';
import { actorName } from '#domain/units/holder.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { Sight } from '../rpc/sight.ts';

const callsOf = (rows: readonly { readonly part: string }[]): readonly Call[] =>
  rows.map(({ part }) => JSON.parse(part) as CallPart).filter(isRaised);

export async function readOpenCalls(db: Queries, onlyOpen: boolean): Promise<readonly Call[]> {
  return callsOf(
    await db.query(
      `SELECT part FROM andon_call WHERE raised_at IS NOT NULL AND (open OR NOT $1)
       ORDER BY raised_at DESC, call_id DESC LIMIT 200`,
      [onlyOpen],
    ),
  );
}

/** Held to the end of the transaction: what is told of its ticket comes one after the other. */
export async function readCall(db: Queries, callId: string): Promise<Call | null> {
  const rows = await db.query<{ part: string }>(
    'SELECT part FROM andon_call WHERE call_id = $1 AND raised_at IS NOT NULL FOR UPDATE',
    [callId],
  );
  return callsOf(rows)[0] ?? null;
}

/** Open calls of these stations, oldest first. */
export async function openCallsOf(db: Queries, stations: readonly string[]): Promise<readonly Call[]> {
  return callsOf(
    await db.query('SELECT part FROM andon_call WHERE open AND station_id = ANY($1) ORDER BY raised_at, call_id', [
      stations,
    ]),
  );
}

export function plantCall(call: Call, force: InForce): PlantCall {
  const { raised, answered, closed, ticket } = call;
  const { catalogue } = force;
  const kind = catalogue.andon?.calls.find(({ id }) => id === raised.kind) ?? null;
  return {
    callId: call.callId,
    kind: raised.kind,
    title: kind?.title ?? raised.title,
    icon: kind?.icon ?? 'other',
    lineId: force.lineOf(raised.stationId)?.id ?? null,
    stationId: raised.stationId,
    stationTitle: catalogue.station(raised.stationId)?.title ?? { en: raised.stationId, de: raised.stationId },
    raisedAt: raised.at,
    by: raised.by.kind === 'person' ? actorName(raised.by, raised.stationId, force) : null,
    note: raised.note,
    machineId: raised.machineId,
    serial: raised.serial,
    orderId: raised.orderId,
    called: [
      { level: 0, role: raised.role, at: raised.at },
      ...call.escalated.map(({ level, role, at }) => ({ level, role, at })),
    ],
    answered:
      answered === null
        ? null
        : {
            at: answered.at,
            by: actorName(answered.by, answered.stationId, force),
            stationId: answered.stationId,
            note: answered.note,
          },
    closed:
      closed === null
        ? null
        : {
            at: closed.at,
            by: actorName(closed.by, closed.stationId, force),
            stationId: closed.stationId,
            outcome: closed.outcome,
            note: closed.note,
          },
    ticket: ticket === null ? null : { at: ticket.at, state: ticket.state, ticket: ticket.ticket, text: ticket.text },
  };
}

/** Calls and handovers are few, and the order of calls changes as they are closed: a place in the list is cursor enough. */
const offsetOf = (cursor: string | null): number => {
  const skip = Number(cursor ?? '0');
  return Number.isSafeInteger(skip) && skip > 0 ? skip : 0;
};

interface Counted {
  readonly part: string;
  readonly total: number;
}
interface PageQuery {
  readonly cursor: string | null;
  readonly limit: number;
}

function pageOf<T>(rows: readonly Counted[], items: readonly T[], offset: number): Page<T> {
  const total = rows[0]?.total ?? 0;
  return { items, next: offset + rows.length < total ? String(offset + rows.length) : null, total };
}

export async function listCalls(
  db: Queries,
  force: InForce,
  query: PageQuery,
  { stations }: Sight,
): Promise<Page<PlantCall>> {
  const offset = offsetOf(query.cursor);
  const rows = await db.query<Counted>(
    `SELECT part, count(*) OVER ()::int AS total FROM andon_call
     WHERE raised_at IS NOT NULL AND ($1::text[] IS NULL OR station_id = ANY($1))
     ORDER BY open DESC, raised_at DESC, call_id DESC OFFSET $2 LIMIT $3`,
    [stations, offset, query.limit],
  );
  return pageOf(
    rows,
    callsOf(rows).map((call) => plantCall(call, force)),
    offset,
  );
}

export async function listHandovers(
  db: Queries,
  force: InForce,
  query: PageQuery & { readonly lineId: string | null },
  { stations }: Sight,
): Promise<Page<PlantHandover>> {
  const offset = offsetOf(query.cursor);
  const ofLine =
    query.lineId === null ? null : (force.configuration.lines.find(({ id }) => id === query.lineId)?.stations ?? []);
  const rows = await db.query<Counted>(
    `SELECT part, count(*) OVER ()::int AS total FROM handover
     WHERE written_at IS NOT NULL AND ($1::text[] IS NULL OR station_id = ANY($1))
       AND ($2::text[] IS NULL OR station_id = ANY($2))
     ORDER BY written_at DESC, handover_id DESC OFFSET $3 LIMIT $4`,
    [stations, ofLine, offset, query.limit],
  );
  const items = rows
    .map(({ part }) => JSON.parse(part) as HandoverPart)
    .filter(isWritten)
    .map(({ handoverId, written, taken }): PlantHandover => {
      const [, shiftId] = written.shift.split('/');
      return {
        handoverId,
        lineId: force.lineOf(written.stationId)?.id ?? null,
        stationId: written.stationId,
        shift: written.shift,
        title: force.catalogue.plant.shifts.find(({ id }) => id === shiftId)?.title ?? null,
        from: written.from,
        to: written.to,
        open: written.open,
        figures: written.figures,
        note: written.note,
        writtenAt: written.at,
        writtenBy: actorName(written.by, written.stationId, force),
        taken:
          taken === null ? null : { at: taken.at, by: actorName(taken.by, taken.stationId, force), note: taken.note },
      };
    });
  return pageOf(rows, items, offset);
}
