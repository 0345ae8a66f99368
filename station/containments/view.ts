/** What the screens show of containments. */
import type { Localized } from '#contract/config/text.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { ContainedUnits, ContainmentRow } from '#contract/rpc/containments.ts';
import type { ContainmentBody } from '#contract/sync/down.ts';
import { containmentHoldId, type Containment } from '#domain/containments/containment.ts';
import type { Facts } from '#domain/facts.ts';
import { actorName } from '#domain/units/holder.ts';
import { openHolds } from '#domain/units/unit.ts';
import { cursorParts, pageOf } from '#station/core/pages.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readUnit } from '#station/store/projections/aggregates.ts';
import { readContainment } from '#station/store/projections/containments.ts';
import { placeOf } from '#station/units/view.ts';

export interface ContainmentSources {
  readonly read: ReadModelReader;
  readonly facts: Facts;
}

export interface ContainmentQuery {
  readonly cursor: string | null;
  readonly limit: number;
  /** null: of any, or of none. */
  readonly nonconformanceId: string | null;
}

/** In force first, then the newest. */
export function containmentList(query: ContainmentQuery, sources: ContainmentSources): Page<ContainmentRow> {
  const { read } = sources;
  const where = 'begun_at IS NOT NULL AND (? IS NULL OR nonconformance_id = ?)';
  const wanted = [query.nonconformanceId, query.nonconformanceId];
  const after = cursorParts(query.cursor, 3);
  const total = read.get<{ n: number }>(`SELECT count(*) AS n FROM containment WHERE ${where}`, ...wanted)?.n ?? 0;
  const rows = read.all<{ over: number; at: number; id: string; state: string; told: string | null }>(
    `SELECT 1 - in_force AS over, begun_at AS at, containment_id AS id, state, told FROM containment
     WHERE ${where} AND (? = 0 OR (1 - in_force, -begun_at, containment_id) > (?, ?, ?))
     ORDER BY in_force DESC, begun_at DESC, containment_id LIMIT ?`,
    ...wanted,
    after === null ? 0 : 1,
    ...(after ?? [0, 0, '']),
    query.limit + 1,
  );
  return pageOf(
    rows,
    query.limit,
    total,
    ({ over, at, id }) => [over, -at, id],
    ({ state, told }) =>
      rowOf(JSON.parse(state) as Containment, told === null ? null : (JSON.parse(told) as ContainmentBody), sources),
  );
}

function rowOf(
  { containmentId, begun, lifted }: Containment,
  told: ContainmentBody | null,
  { read, facts }: ContainmentSources,
): ContainmentRow {
  const here =
    read.get<{ n: number }>('SELECT count(*) AS n FROM contained_unit WHERE containment_id = ?', containmentId)?.n ?? 0;
  const nameOf = ({ by, stationId }: Pick<Containment['begun'], 'by' | 'stationId'>): string =>
    actorName(by, stationId, facts);
  const heard = told !== null && (lifted === null || told.lifted !== null);
  return {
    containmentId,
    criterion: begun.criterion,
    title: criterionTitle(begun.criterion, facts),
    reason: begun.reason,
    nonconformanceId: begun.nonconformanceId,
    at: begun.at,
    by: nameOf(begun),
    stationId: begun.stationId,
    lifted: lifted === null ? null : { at: lifted.at, by: nameOf(lifted), reason: lifted.reason },
    road: !facts.server.configured ? 'alone' : heard ? 'told' : 'waiting',
    held: Math.max(here, told?.held.count ?? 0),
  };
}

/** Of the lot's material or the definition's last revision; null: of neither, or unknown. */
export function criterionTitle(
  criterion: Containment['begun']['criterion'],
  { catalogue }: Pick<Facts, 'catalogue'>,
): Localized | null {
  if (criterion.kind === 'lot') return catalogue.material(criterion.materialId)?.title ?? null;
  if (criterion.kind === 'device') return catalogue.device(criterion.deviceId)?.title ?? null;
  if (criterion.kind !== 'operation') return null;
  return catalogue.definitions.findLast(({ id }) => id === criterion.definitionId)?.title ?? null;
}

const mostUnits = 500;

/** Those that are known here, and those that the server told of. */
export function containedUnits(containmentId: string, { read, facts }: ContainmentSources): ContainedUnits {
  const told = readContainment(read, containmentId)?.told?.held.serials ?? [];
  const serials = [...new Set([...facts.containments.held(containmentId), ...told])].sort();
  return {
    units: serials.slice(0, mostUnits).map((serial) => {
      const unit = readUnit(read, serial);
      const holdId = containmentHoldId(containmentId, serial);
      return {
        serial,
        status: unit?.status ?? null,
        stationId: unit === null ? null : placeOf(unit),
        // Of a unit that is not known here the server's word counts as long as the containment is in force.
        held:
          unit === null
            ? facts.containments.find(containmentId)?.lifted === null
            : openHolds(unit).some((hold) => hold.holdId === holdId),
      };
    }),
    more: serials.length > mostUnits,
  };
}
