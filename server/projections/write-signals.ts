/** Signals of control charts: joined with what was known, and told to the line of the station that they are about. */
import { isRaised, isSignalOpen, joinSignals, noSignal, type SignalPart } from '#domain/control/signal.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { NewDocument } from '../downlink/publish.ts';
import type { PageChanges } from './fold.ts';

/** @returns documents for the lines concerned. */
export async function writeSignals(tx: Queries, { signals }: PageChanges, force: InForce): Promise<NewDocument[]> {
  if (signals.size === 0) return [];
  // Everybody locks signals in one order.
  const ids = [...signals.keys()].sort();
  await tx.execute('INSERT INTO signal (signal_id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [ids]);
  const rows = await tx.query<{ signal_id: string; part: string }>(
    'SELECT signal_id, part FROM signal WHERE signal_id = ANY($1) ORDER BY signal_id FOR UPDATE',
    [ids],
  );
  const joined = rows.map(({ signal_id: id, part }) => {
    const before = part === '' ? noSignal(id) : (JSON.parse(part) as SignalPart);
    return joinSignals(before, signals.get(id) ?? noSignal(id));
  });
  await tx.execute(
    `UPDATE signal SET part = n.part, station_id = n.station_id, told_by = n.told_by, definition_id = n.definition_id,
       operation_id = n.operation_id, raised_at = n.raised_at, closed_at = n.closed_at, open = n.open::boolean,
       documented = n.raised_at IS NOT NULL
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],
       $9::text[]) AS n (signal_id, part, station_id, told_by, definition_id, operation_id, raised_at, closed_at, open)
     WHERE signal.signal_id = n.signal_id`,
    [
      joined.map(({ signalId }) => signalId),
      joined.map((part) => JSON.stringify(part)),
      joined.map(({ raised }) => raised?.chart.stationId ?? null),
      joined.map(({ raised }) => raised?.stationId ?? null),
      joined.map(({ raised }) => raised?.definitionId ?? null),
      joined.map(({ raised }) => raised?.operationId ?? null),
      joined.map(({ raised }) => raised?.at ?? null),
      joined.map(({ closed }) => closed?.at ?? null),
      joined.map((part) => String(isSignalOpen(part))),
    ],
  );
  // Without its raising nobody could act on it; the stations get it when that was heard.
  return joined.filter(isRaised).map((signal): NewDocument<'signal'> => ({
    scope: force.scopeOfStation(signal.raised.chart.stationId),
    kind: 'signal',
    id: signal.signalId,
    body: signal,
  }));
}
