/** Gauges as the plant view sees them. */
import type { Gauge } from '#contract/config/gauges.ts';
import type { Passport } from '#contract/passport.ts';
import type { PlantGauge, PlantGaugeRow, PlantRecall } from '#contract/plant/gauges.ts';
import type { UnitStatus } from '#contract/rpc/units.ts';
import { foundGoodAfter, newGauge, recallHoldId, recallsOf, type GaugeBody } from '#domain/gauges/gauge.ts';
import { calibrationOf } from '#domain/gauges/judge.ts';
import { decimalsOf, isCheckAsked, standingOf, standingRank } from '#domain/gauges/standing.ts';
import { suspicion, type SuspectOf } from '#domain/gauges/suspect.ts';
import { actorName } from '#domain/units/holder.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import { unitsIn } from '../projections/write-gauges.ts';
import type { Sight } from '../rpc/sight.ts';

interface Asked {
  readonly force: InForce;
  readonly sight: Sight;
  /** UTC ms. */
  readonly now: number;
}

const stationsOf = ({ device }: Gauge, { configuration }: InForce): readonly string[] =>
  device === undefined
    ? []
    : configuration.stations.filter(({ devices }) => devices.includes(device)).map(({ id }) => id);

/** A gauge without a device belongs to no station: it may be used at those that the person sees. */
function isSeen(gauge: Gauge, { force, sight: { stations } }: Pick<Asked, 'force' | 'sight'>): boolean {
  const at = stationsOf(gauge, force);
  return stations === null || gauge.device === undefined || at.some((id) => stations.includes(id));
}

export const seenGauges = (asked: Pick<Asked, 'force' | 'sight'>): readonly Gauge[] =>
  asked.force.catalogue.gauges.filter((gauge) => isSeen(gauge, asked));

async function statesOf(db: Queries, ids: readonly string[]): Promise<Map<string, GaugeBody>> {
  const rows = await db.query<{ gauge_id: string; part: string }>(
    "SELECT gauge_id, part FROM gauge WHERE gauge_id = ANY($1) AND part <> ''",
    [ids],
  );
  return new Map(rows.map(({ gauge_id, part }) => [gauge_id, JSON.parse(part) as GaugeBody]));
}

/** Which values cannot be relied on, by what all stations told of gauges that were found bad. */
export async function suspicionOn(db: Queries): Promise<SuspectOf> {
  const rows = await db.query<{ gauge_id: string; part: string }>(
    "SELECT gauge_id, part FROM gauge WHERE watched_since IS NOT NULL AND part <> ''",
    [],
  );
  const states = new Map(rows.map(({ gauge_id, part }) => [gauge_id, JSON.parse(part) as GaugeBody]));
  return suspicion({ gauges: { state: (gaugeId) => states.get(gaugeId) ?? newGauge(gaugeId) } });
}

function rowOf(
  gauge: Gauge,
  state: GaugeBody,
  measured: readonly { readonly recallId: string; readonly units: readonly string[] }[],
  { force, now }: Asked,
): PlantGaugeRow {
  return {
    gaugeId: gauge.id,
    title: gauge.title,
    type: gauge.type,
    stations: stationsOf(gauge, force),
    ...standingOf(gauge, state, {
      plant: force.catalogue.plant,
      now,
      checkCounts: isCheckAsked(gauge, force.catalogue),
    }),
    openRecalls: recallsOf(state).filter(
      ({ recallId }) =>
        !state.recalls.some((each) => each.recallId === recallId) &&
        measured.some((each) => each.recallId === recallId && each.units.length > 0),
    ).length,
  };
}

export async function listGauges(db: Queries, asked: Asked): Promise<readonly PlantGaugeRow[]> {
  const gauges = seenGauges(asked);
  const states = await statesOf(
    db,
    gauges.map(({ id }) => id),
  );
  const measured = await unitsIn(db, [...states.values()], asked.sight.stations);
  return gauges
    .map((gauge) => rowOf(gauge, states.get(gauge.id) ?? newGauge(gauge.id), measured.get(gauge.id) ?? [], asked))
    .sort(
      (a, b) =>
        standingRank(a.standing) - standingRank(b.standing) ||
        (a.dueAt ?? 0) - (b.dueAt ?? 0) ||
        (a.gaugeId < b.gaugeId ? -1 : 1),
    );
}

/** @returns null when the register has none such, or the person does not see it. */
export async function readGauge(db: Queries, gaugeId: string, asked: Asked): Promise<PlantGauge | null> {
  const gauge = seenGauges(asked).find(({ id }) => id === gaugeId);
  if (gauge === undefined) return null;
  const { catalogue } = asked.force;
  const state = (await statesOf(db, [gaugeId])).get(gaugeId) ?? newGauge(gaugeId);
  const measured = (await unitsIn(db, [state], asked.sight.stations)).get(gaugeId) ?? [];
  const calibration = calibrationOf(gauge, state, catalogue.plant.timeZone);
  const recorded = calibration !== null && calibration === state.calibration ? state.calibration : null;
  const { check, use } = state;
  const told = ({ at, by, stationId }: NonNullable<GaugeBody['use']>) => ({
    at,
    by: actorName(by, stationId, { catalogue }),
    stationId,
  });
  return {
    ...rowOf(gauge, state, measured, asked),
    unit: gauge.unit,
    decimals: decimalsOf(gauge),
    calibration:
      calibration === null
        ? null
        : {
            on: calibration.on,
            result: calibration.result,
            certificate: calibration.certificate,
            asFound: recorded?.asFound?.deviation ?? null,
            recorded: recorded === null ? null : told({ ...recorded, condemned: false, reason: '' }),
          },
    check:
      check === null
        ? null
        : {
            ...told({ ...check, condemned: false, reason: '' }),
            result: check.result,
            deviation: check.deviation,
            tolerance: check.master.tolerance,
          },
    use: use === null ? null : { condemned: use.condemned, reason: use.reason, ...told(use) },
    recalls: await recallViews(db, state, measured, asked),
  };
}

async function recallViews(
  db: Queries,
  state: GaugeBody,
  measured: readonly { readonly recallId: string; readonly units: readonly string[] }[],
  { force }: Asked,
): Promise<readonly PlantRecall[]> {
  const { catalogue } = force;
  const found = recallsOf(state);
  const inForceOnly = state.recalls
    .filter(({ recallId }) => !found.some((each) => each.recallId === recallId))
    .map(({ recallId, since, foundAt, stationId }) => ({
      recallId,
      since,
      foundAt,
      stationId,
      kind: 'condemned' as const,
      until: foundGoodAfter(state, foundAt),
    }));
  const serials = [...new Set(measured.flatMap(({ units }) => units))];
  const rows = await db.query<{ serial: string; status: UnitStatus; passport: string }>(
    'SELECT serial, status, passport FROM unit WHERE serial = ANY($1)',
    [serials],
  );
  const known = new Map(rows.map((row) => [row.serial, row]));
  return [...found, ...inForceOnly].map((recall) => {
    const inForce = state.recalls.find(({ recallId }) => recallId === recall.recallId);
    const units = measured.find(({ recallId }) => recallId === recall.recallId)?.units ?? [];
    return {
      ...recall,
      inForce:
        inForce === undefined
          ? null
          : {
              at: inForce.at,
              by: actorName(inForce.by, inForce.stationId, { catalogue }),
              stationId: inForce.stationId,
            },
      units: units.map((serial) => {
        const row = known.get(serial);
        const holds = row === undefined || row.passport === '' ? [] : (JSON.parse(row.passport) as Passport).holds;
        const id = recallHoldId(recall.recallId, serial);
        return {
          serial,
          status: row?.status ?? null,
          held: holds.some(({ holdId, lifted }) => holdId === id && lifted === null),
        };
      }),
    };
  });
}
