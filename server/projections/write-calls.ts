/** Calls for help, joined with what was known and told to the line; handovers; what the machines do now. */
import { isCallOpen, isRaised, joinCalls, noCall, type CallPart } from '#domain/andon/call.ts';
import { joinHandovers, noHandover, type HandoverPart } from '#domain/handover/handover.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { NewDocument } from '../downlink/publish.ts';
import type { PageChanges } from './fold.ts';

/** @returns documents for the lines concerned. */
export async function writeCalls(tx: Queries, { calls }: PageChanges, force: InForce): Promise<NewDocument[]> {
  if (calls.size === 0) return [];
  // Everybody locks calls in one order.
  const ids = [...calls.keys()].sort();
  await tx.execute('INSERT INTO andon_call (call_id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [ids]);
  const rows = await tx.query<{ call_id: string; part: string }>(
    'SELECT call_id, part FROM andon_call WHERE call_id = ANY($1) ORDER BY call_id FOR UPDATE',
    [ids],
  );
  const joined = rows.map(({ call_id: id, part }) => {
    const before = part === '' ? noCall(id) : (JSON.parse(part) as CallPart);
    return joinCalls(before, calls.get(id) ?? noCall(id));
  });
  await tx.execute(
    `UPDATE andon_call SET part = n.part, station_id = n.station_id, raised_at = n.raised_at, closed_at = n.closed_at,
       open = n.open::boolean, documented = n.raised_at IS NOT NULL
     FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[])
       AS n (call_id, part, station_id, raised_at, closed_at, open)
     WHERE andon_call.call_id = n.call_id`,
    [
      joined.map(({ callId }) => callId),
      joined.map((part) => JSON.stringify(part)),
      joined.map(({ raised }) => raised?.stationId ?? null),
      joined.map(({ raised }) => (raised === null ? null : Math.trunc(raised.at))),
      joined.map(({ closed }) => (closed === null ? null : Math.trunc(closed.at))),
      joined.map((part) => String(isCallOpen(part))),
    ],
  );
  // Without its raising nobody could act on it; the stations get it when that was heard.
  return joined.filter(isRaised).map((call): NewDocument<'call'> => ({
    scope: force.scopeOfStation(call.raised.stationId),
    kind: 'call',
    id: call.callId,
    body: call,
  }));
}

export async function writeHandovers(tx: Queries, { handovers }: PageChanges): Promise<void> {
  if (handovers.size === 0) return;
  const ids = [...handovers.keys()].sort();
  await tx.execute('INSERT INTO handover (handover_id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [ids]);
  const rows = await tx.query<{ handover_id: string; part: string }>(
    'SELECT handover_id, part FROM handover WHERE handover_id = ANY($1) ORDER BY handover_id FOR UPDATE',
    [ids],
  );
  const joined = rows.map(({ handover_id: id, part }) => {
    const before = part === '' ? noHandover(id) : (JSON.parse(part) as HandoverPart);
    return joinHandovers(before, handovers.get(id) ?? noHandover(id));
  });
  await tx.execute(
    `UPDATE handover SET part = n.part, station_id = n.station_id, shift = n.shift, written_at = n.written_at
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
       AS n (handover_id, part, station_id, shift, written_at)
     WHERE handover.handover_id = n.handover_id`,
    [
      joined.map(({ handoverId }) => handoverId),
      joined.map((part) => JSON.stringify(part)),
      joined.map(({ written }) => written?.stationId ?? null),
      joined.map(({ written }) => written?.shift ?? null),
      joined.map(({ written }) => (written === null ? null : Math.trunc(written.at))),
    ],
  );
}
