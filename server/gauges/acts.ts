/** Recalls that people put into force on the plant view: a fact of the plant's stream; the holds follow (recalls.ts). */
import { event } from '#contract/events/index.ts';
import type { PlantOutcome } from '#contract/plant/base.ts';
import type { GaugeBody } from '#domain/gauges/gauge.ts';
import { knownRecall } from '#domain/gauges/recall.ts';
import { plantFault } from '#domain/work-orders/decide.ts';
import type { Act } from '../act.ts';
import type { ReleasedConfiguration } from '../configuration.ts';
import type { PlantStream } from '../units/plant-stream.ts';

export interface GaugeActs {
  recall(act: Act, gaugeId: string, recallId: string): Promise<PlantOutcome>;
}

export function createGaugeActs(configuration: ReleasedConfiguration, plantStream: PlantStream): GaugeActs {
  return {
    async recall(act, gaugeId, recallId) {
      // Held to the end of the transaction, so that two people do not decide on the same state.
      const [row] = await act.tx.query<{ part: string }>(
        "SELECT part FROM gauge WHERE gauge_id = $1 AND part <> '' FOR UPDATE",
        [gaugeId],
      );
      const part = row === undefined ? null : (JSON.parse(row.part) as GaugeBody);
      const recall = part === null ? null : knownRecall(part, recallId);
      const measured = recall === null ? [] : await measuredIn(act, gaugeId, recall);
      if (part === null || recall === null || measured.length === 0) {
        act.need('unit.hold', null);
        return { ok: false, faults: [plantFault('gauge.recall-unknown', { gauge: gaugeId, recall: recallId })] };
      }
      // Whoever holds the units needs the right on every line that measured with it.
      const force = configuration();
      for (const lineId of new Set(measured.map(({ stationId }) => force.lineOf(stationId)?.id ?? null)))
        act.need('unit.hold', lineId);
      if (part.recalls.some((each) => each.recallId === recallId)) return { ok: true, value: undefined };
      const { since, foundAt } = recall;
      const units = [...new Set(measured.map(({ serial }) => serial))];
      const actor = { kind: 'person', id: act.caller.accountId } as const;
      await plantStream.append(act.tx, { actor, commandId: null, at: act.at }, [
        event('gauge.recalled', { gaugeId, recallId, since, foundAt, units }),
      ]);
      await act.audit({
        what: 'gauge.recalled',
        subject: `gauge:${gaugeId}`,
        before: null,
        after: { recallId, since, foundAt, units: units.length },
      });
      return { ok: true, value: undefined };
    },
  };
}

const measuredIn = (
  { tx }: Act,
  gaugeId: string,
  { since, until }: { readonly since: number | null; readonly until: number | null },
): Promise<readonly { readonly serial: string; readonly stationId: string }[]> =>
  tx.query(
    `SELECT DISTINCT serial, station_id AS "stationId" FROM gauge_use
     WHERE gauge_id = $1 AND at >= $2 AND ($3::bigint IS NULL OR at <= $3) ORDER BY serial, 2`,
    [gaugeId, Math.trunc(since ?? 0), until === null ? null : Math.trunc(until)],
  );
