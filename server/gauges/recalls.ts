/**
 * Recalls that somebody put into force: what was measured with the gauge at any station is put on hold by facts of the plant,
 * also when it arrives late (docs/quality.md). What the station that put it into force knew of, it holds itself.
 */
import { event } from '#contract/events/index.ts';
import type { Passport } from '#contract/passport.ts';
import { foundGoodAfter, recallHoldId, recallReason, type GaugeBody } from '#domain/gauges/gauge.ts';
import type { Queries } from '../db/db.ts';
import type { PageChanges } from '../projections/fold.ts';
import type { React } from '../projections/projector.ts';
import type { PlantStream } from '../units/plant-stream.ts';

interface Row {
  readonly gauge_id: string;
  readonly part: string;
  readonly serial: string;
  readonly passport: string;
  readonly station_id: string;
  readonly at: number;
}

/** @param now the server's clock, UTC ms. */
export function createRecallReactions(plantStream: PlantStream, now: () => number): React {
  return async (tx, changes) => {
    const wanted = new Map<string, { recallId: string; serial: string; gaugeId: string; part: GaugeBody }>();
    for (const row of await candidates(tx, changes)) {
      const part = JSON.parse(row.part) as GaugeBody;
      const passport = JSON.parse(row.passport) as Passport;
      for (const { recallId, since, foundAt } of part.recalls) {
        const until = foundGoodAfter(part, foundAt);
        if (row.at < (since ?? 0) || (until !== null && row.at > until)) continue;
        const { serial } = row;
        if (mayBeHeld(passport, row.station_id, recallHoldId(recallId, serial)))
          wanted.set(recallHoldId(recallId, serial), { recallId, serial, gaugeId: row.gauge_id, part });
      }
    }
    const added = [...wanted.values()];
    if (added.length === 0) return [];
    // What was decided once is not decided again, however often the facts are folded.
    const fresh = await tx.query<{ recall_id: string; serial: string }>(
      `INSERT INTO gauge_hold (recall_id, serial) SELECT * FROM unnest($1::text[], $2::text[])
       ON CONFLICT DO NOTHING RETURNING recall_id, serial`,
      [added.map(({ recallId }) => recallId), added.map(({ serial }) => serial)],
    );
    const isFresh = new Set(fresh.map((row) => recallHoldId(row.recall_id, row.serial)));
    const events = added.flatMap(({ recallId, serial, gaugeId, part }) => {
      const recall = part.recalls.find((each) => each.recallId === recallId);
      const holdId = recallHoldId(recallId, serial);
      if (recall === undefined || !isFresh.has(holdId)) return [];
      const reasons = [recallReason(gaugeId, recall)];
      return [event('unit.held', { serial, holdId, reason: '', executionId: null, stepId: null, reasons })];
    });
    if (events.length > 0)
      await plantStream.append(tx, { actor: { kind: 'system' }, commandId: null, at: now() }, events);
    return [];
  };
}

/** Values in the time of recalls, of gauges or runs that this page told of. */
async function candidates(
  tx: Queries,
  { gauges, measured, executions, samples }: PageChanges,
): Promise<readonly Row[]> {
  const runs = [
    ...new Set([
      ...measured.filter(({ body }) => body.gaugeId !== null).map(({ body }) => body.executionId),
      ...executions.keys(),
    ]),
  ];
  const told = [...gauges.keys()];
  const sampled = samples.filter(({ body }) => body.gaugeId !== null).map(({ body }) => body.serial);
  if (runs.length + told.length + sampled.length === 0) return [];
  return tx.query<Row>(
    // Each by its own index (OFFSET 0 keeps the view apart from the gauge; both ends, because the planner takes one for a third of
    // all): a page of facts must not read all uses there ever were.
    `WITH used AS (
       SELECT m.* FROM gauge g, LATERAL (SELECT gauge_id, serial, station_id, at FROM gauge_use
         WHERE gauge_id = g.gauge_id AND at BETWEEN g.watched_since AND ${Number.MAX_SAFE_INTEGER} OFFSET 0) m WHERE g.gauge_id = ANY($1)
       UNION SELECT gauge_id, serial, station_id, at FROM gauge_use WHERE execution_id = ANY($2)
       UNION SELECT gauge_id, serial, station_id, at FROM gauge_use WHERE serial = ANY($3))
     SELECT g.gauge_id, g.part, m.serial, u.passport, m.station_id, m.at FROM used m
     JOIN gauge g ON g.gauge_id = m.gauge_id AND m.at >= g.watched_since
     JOIN unit u ON u.serial = m.serial
     WHERE g.part LIKE '%"recallId"%' ORDER BY g.gauge_id, m.serial`,
    [told, runs, sampled],
  );
}

/** A unit in its run where it was measured is put on hold by that station, at the end of the run. */
function mayBeHeld({ scrapped, holds, runs, origins }: Passport, measuredAt: string, holdId: string): boolean {
  const there = runs.some((run) => run.ended === null && run.stationId === measuredAt);
  return origins.length > 0 && scrapped === null && !there && !holds.some((hold) => hold.holdId === holdId);
}
