/**
 * Stops: their facts in the order of their streams, and the card that they make. A fact that is folded late, out of its order,
 * comes to its place, so that the card is the one of the station.
 */
import { evolveStop, unexplained, type StopCard } from '#domain/stops/card.ts';
import type { Queries } from '../db/db.ts';
import { markUnsummed, type Changed } from '../oee/unsummed.ts';
import type { PageChanges, StopFact } from './fold.ts';

export async function writeStops(tx: Queries, { stops }: PageChanges): Promise<void> {
  if (stops.size === 0) return;
  // Everybody locks stops in one order.
  const ids = [...stops.keys()].sort();
  await tx.execute('INSERT INTO stop (stop_id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [ids]);
  const rows = await tx.query<{ stop_id: string; facts: string; card: string }>(
    'SELECT stop_id, facts, card FROM stop WHERE stop_id = ANY($1) ORDER BY stop_id FOR UPDATE',
    [ids],
  );
  const written = rows.map(({ stop_id: id, facts: known, card: told }) => {
    const facts = inOrder([...(JSON.parse(known) as readonly StopFact[]), ...(stops.get(id) ?? [])]);
    const card = facts.reduce<StopCard | null>((made, { fact }) => evolveStop(made, fact), null);
    const before = told === '' ? null : (JSON.parse(told) as StopCard);
    return { id, facts: JSON.stringify(facts), card, before };
  });
  const at = (instant: number | null | undefined): number | null =>
    instant === null || instant === undefined ? null : Math.trunc(instant);
  await tx.execute(
    `UPDATE stop SET facts = n.facts, card = n.card, station_id = n.station_id, machine_id = n.machine_id,
       from_at = n.from_at, to_at = n.to_at, unexplained = n.unexplained, withdrawn = n.withdrawn::boolean
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::int[],
       $9::text[]) AS n (stop_id, facts, card, station_id, machine_id, from_at, to_at, unexplained, withdrawn)
     WHERE stop.stop_id = n.stop_id`,
    [
      written.map(({ id }) => id),
      written.map(({ facts }) => facts),
      written.map(({ card }) => (card === null ? '' : JSON.stringify(card))),
      written.map(({ card }) => card?.stationId ?? null),
      written.map(({ card }) => card?.machineId ?? null),
      written.map(({ card }) => at(card?.from)),
      written.map(({ card }) => at(card?.to)),
      written.map(({ card }) => (card === null ? 0 : unexplained(card))),
      written.map(({ card }) => String((card?.withdrawn ?? null) !== null)),
    ],
  );
  await markUnsummed(
    tx,
    'stops',
    written.flatMap(({ before, card }) => changedBy(before, card)),
  );
}

/** The time of a stop that counts otherwise than before: its edges, its parts, or what was said of them. */
function changedBy(before: StopCard | null, card: StopCard | null): readonly Changed[] {
  const counts = (of: StopCard | null): string =>
    JSON.stringify(
      of === null || of.withdrawn !== null
        ? null
        : [of.to, of.parts.map((part) => [part.from, part.classified?.reason])],
    );
  if (card === null || counts(before) === counts(card)) return [];
  return [before, card].flatMap((of) =>
    of === null ? [] : [{ machineId: of.machineId, from: of.from, to: of.to ?? Infinity }],
  );
}

/** Each once; a later stream is of a later life of the station's database. */
function inOrder(facts: readonly StopFact[]): readonly StopFact[] {
  const once = new Map(facts.map((each) => [`${each.streamId} ${each.seq}`, each]));
  return [...once.values()].sort((a, b) => a.streamId - b.streamId || a.seq - b.seq);
}
