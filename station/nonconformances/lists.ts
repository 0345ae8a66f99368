/** What else may have a defect, the printed codes of such a list, and the Pareto of what was found. */
import { toSVG } from 'bwip-js/node';
import type {
  ContainmentBasis,
  ContainmentView,
  ParetoBar,
  ParetoKey,
  ParetoView,
  UnitCode,
} from '#contract/rpc/nonconformances.ts';
import type { Criterion } from '#contract/containment.ts';
import type { Localized } from '#contract/config/text.ts';
import { defectText } from '#domain/nonconformances/defects.ts';
import { serialsOf, type Nonconformance } from '#domain/nonconformances/nonconformance.ts';
import { readUnit } from '#station/store/projections/aggregates.ts';
import { placeOf } from '#station/units/view.ts';
import type { NonconformanceSources } from './view.ts';

const mostUnits = 500;
const dayMs = 86_400_000;

export interface ContainmentQuery {
  readonly basis: ContainmentBasis;
  readonly sinceAt: number | null;
  readonly materialId: string | null;
  readonly lot: string | null;
}

/** Units other than its own, newest first: of the same operation since, of the same order, or with the same lot in them. */
export function containmentView(
  nc: Nonconformance,
  query: ContainmentQuery,
  sources: NonconformanceSources,
): ContainmentView {
  const lots = lotsOf(nc, sources);
  const own = new Set(serialsOf(nc));
  const found = candidates(nc, query, lots, sources).filter(({ serial }) => !own.has(serial));
  return {
    basis: query.basis,
    lots,
    units: found.slice(0, mostUnits).flatMap(({ serial, at }) => {
      const unit = readUnit(sources.read, serial);
      if (unit === null) return [];
      return [{ serial, status: unit.status, stationId: placeOf(unit), at }];
    }),
    more: found.length > mostUnits,
    criterion: criterionOf(nc, query, lots),
  };
}

/** What fits the same at all stations. A window has no end: what is made from now on is in it until the containment is lifted. */
function criterionOf(
  { recorded }: Nonconformance,
  query: ContainmentQuery,
  lots: ContainmentView['lots'],
): Criterion | null {
  switch (query.basis) {
    case 'operation': {
      const { operationId, definition, at } = recorded;
      if (operationId === null || definition === null) return null;
      const from = query.sinceAt ?? at - dayMs;
      return { kind: 'operation', definitionId: definition.id, operationId, stationId: null, from, until: null };
    }
    case 'order':
      return recorded.orderId === null ? null : { kind: 'order', orderId: recorded.orderId };
    case 'lot': {
      const of = lotOf(query, lots);
      return of === undefined ? null : { kind: 'lot', materialId: of.materialId, lot: of.lot };
    }
  }
}

const lotOf = (
  { materialId, lot }: Pick<ContainmentQuery, 'materialId' | 'lot'>,
  lots: ContainmentView['lots'],
): ContainmentView['lots'][number] | undefined =>
  lots.find((each) => each.materialId === materialId && each.lot === lot) ?? lots[0];

interface Candidate {
  readonly serial: string;
  readonly at: number | null;
}

function candidates(
  nc: Nonconformance,
  { basis, sinceAt, materialId, lot }: ContainmentQuery,
  lots: ContainmentView['lots'],
  { read }: NonconformanceSources,
): readonly Candidate[] {
  const { recorded } = nc;
  const most = mostUnits + serialsOf(nc).length + 1;
  switch (basis) {
    case 'operation': {
      const since = sinceAt ?? recorded.at - dayMs;
      return recorded.operationId === null || recorded.definition === null
        ? []
        : read.all<Candidate>(
            `SELECT u.serial, max(CAST(json_extract(p.value, '$.at') AS INTEGER)) AS at
             FROM unit u, json_each(u.state, '$.passed') p
             WHERE u.changed_at >= ? AND json_extract(u.state, '$.definitionId') = ?
               AND json_extract(p.value, '$.operationId') = ? AND json_extract(p.value, '$.at') >= ?
             GROUP BY u.serial ORDER BY at DESC, u.serial DESC LIMIT ?`,
            Math.trunc(since),
            recorded.definition.id,
            recorded.operationId,
            since,
            most,
          );
    }
    case 'order':
      return recorded.orderId === null
        ? []
        : read.all<Candidate>(
            `SELECT serial, changed_at AS at FROM unit WHERE order_id = ? ORDER BY changed_at DESC, serial DESC LIMIT ?`,
            recorded.orderId,
            most,
          );
    case 'lot': {
      const of = lotOf({ materialId, lot }, lots);
      return of === undefined
        ? []
        : read.all<Candidate>(
            `SELECT serial, max(at) AS at FROM component WHERE material_id = ? AND lot = ? AND removed = 0
             GROUP BY serial ORDER BY at DESC, serial DESC LIMIT ?`,
            of.materialId,
            of.lot,
            most,
          );
    }
  }
}

/** Lots of components in its units; of a quantity its own lot. */
function lotsOf(nc: Nonconformance, { read, facts }: NonconformanceSources): ContainmentView['lots'] {
  const { subject } = nc.recorded;
  const held =
    subject.kind === 'quantity'
      ? subject.lot === null
        ? []
        : [{ materialId: subject.materialId, lot: subject.lot }]
      : serialsOf(nc).flatMap((serial) =>
          (readUnit(read, serial)?.components ?? []).flatMap(({ materialId, lot }) =>
            lot === null ? [] : [{ materialId, lot }],
          ),
        );
  const unlike = new Map(held.map((each) => [JSON.stringify([each.materialId, each.lot]), each]));
  return [...unlike.values()].map((each) => ({
    ...each,
    title: facts.catalogue.material(each.materialId)?.title ?? { en: each.materialId, de: each.materialId },
  }));
}

/** DataMatrix of each serial number (ISO/IEC 16022), as a scan of the unit itself would read. */
export const unitCodes = (serials: readonly string[]): readonly UnitCode[] =>
  serials.map((serial) => ({
    serial,
    dataMatrix: toSVG({
      bcid: 'datamatrix',
      text: serial,
      scale: 1,
      barcolor: '000000',
      backgroundcolor: 'ffffff',
      padding: 2,
    }),
  }));

const columns = { defect: 'defect_id', station: 'station_id', product: 'definition_id' } as const satisfies Record<
  ParetoKey,
  string
>;

/** Pieces that were found within the last days, most first. */
export function paretoView(
  { by, days, definitionId }: { readonly by: ParetoKey; readonly days: number; readonly definitionId: string | null },
  { read, facts }: NonconformanceSources,
): ParetoView {
  const toAt = facts.now;
  const fromAt = toAt - days * dayMs;
  const bars = read
    .all<{ readonly key: string | null; readonly count: number }>(
      `SELECT ${columns[by]} AS key, sum(quantity) AS count FROM nonconformance
       WHERE recorded_at >= ? AND (? IS NULL OR definition_id = ?)
       GROUP BY ${columns[by]} ORDER BY count DESC, key`,
      Math.trunc(fromAt),
      definitionId,
      definitionId,
    )
    .map(({ key, count }): ParetoBar => ({ key: key ?? '', title: titleOf(by, key, facts), count }));
  return { by, fromAt, toAt, bars, total: bars.reduce((sum, { count }) => sum + count, 0) };
}

function titleOf(by: ParetoKey, key: string | null, { catalogue }: NonconformanceSources['facts']): Localized {
  if (key === null) return { en: 'Components', de: 'Komponenten' };
  switch (by) {
    case 'defect':
      return defectText(key, catalogue);
    case 'station':
      return { en: key, de: key };
    case 'product':
      return catalogue.definitions.findLast(({ id }) => id === key)?.title ?? { en: key, de: key };
  }
}
