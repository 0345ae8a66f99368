/**
 * The suspect window of a signal that was found at another station than the one it is about: what the finder had not heard
 * of is put on hold by facts of the plant, also when it arrives late (docs/quality.md). A station knows its own passes best,
 * so signals found where the operation is done need nothing of this.
 */
import { event } from '#contract/events/index.ts';
import type { Passport } from '#contract/passport.ts';
import { suspectReason } from '#domain/control/follow.ts';
import { isRaised, signalHoldId, type SignalPart } from '#domain/control/signal.ts';
import type { ReleasedConfiguration } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { PageChanges } from '../projections/fold.ts';
import type { React } from '../projections/projector.ts';
import type { PlantStream } from '../units/plant-stream.ts';

interface Row {
  readonly signal_id: string;
  readonly part: string;
  readonly serial: string;
  readonly passport: string;
}

/** @param now the server's clock, UTC ms. */
export function createSuspectReactions(
  configuration: ReleasedConfiguration,
  plantStream: PlantStream,
  now: () => number,
): React {
  return async (tx, changes) => {
    const added = (await candidates(tx, changes)).flatMap(({ signal_id: id, part, serial, passport }) => {
      const signal = JSON.parse(part) as SignalPart;
      return isRaised(signal) && mayBeHeld(JSON.parse(passport) as Passport, signal, serial)
        ? [{ id, serial, signal }]
        : [];
    });
    if (added.length === 0) return [];
    // What was decided once is not decided again, however often the facts are folded.
    const fresh = await tx.query<{ signal_id: string; serial: string }>(
      `INSERT INTO signal_hold (signal_id, serial) SELECT * FROM unnest($1::text[], $2::text[])
       ON CONFLICT DO NOTHING RETURNING signal_id, serial`,
      [added.map(({ id }) => id), added.map(({ serial }) => serial)],
    );
    const isFresh = new Set(fresh.map((row) => signalHoldId(row.signal_id, row.serial)));
    const { catalogue } = configuration();
    const events = added
      .filter(({ id, serial }) => isFresh.has(signalHoldId(id, serial)))
      .map(({ id, serial, signal }) =>
        event('unit.held', {
          serial,
          holdId: signalHoldId(id, serial),
          reason: '',
          executionId: null,
          stepId: null,
          reasons: [suspectReason({ ...signal.raised, signalId: id }, { catalogue })],
        }),
      );
    if (events.length > 0)
      await plantStream.append(tx, { actor: { kind: 'system' }, commandId: null, at: now() }, events);
    return [];
  };
}

/**
 * Runs that passed at the station a signal is about, after the last point in control and before the closing, of signals or
 * runs that this page told of. Instants are all of that one station, except the closing.
 */
async function candidates(tx: Queries, { signals, executions }: PageChanges): Promise<readonly Row[]> {
  const passed = [...executions.values()].filter(({ outcome }) => outcome === 'passed');
  if (signals.size + passed.length === 0) return [];
  return tx.query<Row>(
    `SELECT DISTINCT s.signal_id, s.part, e.serial, u.passport FROM signal s
     JOIN execution e ON e.station_id = s.station_id AND e.definition_id = s.definition_id
       AND e.operation_id = s.operation_id AND e.outcome = 'passed'
     JOIN unit u ON u.serial = e.serial
     WHERE s.told_by <> s.station_id AND (s.signal_id = ANY($1) OR e.execution_id = ANY($2))
       AND (s.closed_at IS NULL OR e.ended_at <= s.closed_at)
       AND e.ended_at > coalesce(
         (SELECT max(x.ended_at) FROM execution x WHERE x.execution_id IN (
           SELECT jsonb_array_elements_text(s.part::jsonb #> '{raised,lastInControl,executionIds}'))),
         (s.part::jsonb #>> '{raised,lastInControl,at}')::double precision,
         s.raised_at)
     ORDER BY s.signal_id, e.serial`,
    [[...signals.keys()], passed.map(({ executionId }) => executionId)],
  );
}

/** A unit in its run there is put on hold by that station, at the end of the run. */
function mayBeHeld(
  { scrapped, holds, runs, origins }: Passport,
  { raised, signalId }: SignalPart,
  serial: string,
): boolean {
  const there = runs.some((run) => run.ended === null && run.stationId === raised?.chart.stationId);
  const held = holds.some(({ holdId }) => holdId === signalHoldId(signalId, serial));
  return origins.length > 0 && scrapped === null && !there && !held;
}
