/** Nonconformances as the screen sees them: the list, one with its units and dispositions, what can be captured. */
import type { Localized } from '#contract/config/text.ts';
import type { Page } from '#contract/rpc/base.ts';
import type {
  CaptureView,
  DefectChoice,
  DispositionView,
  NonconformanceRow,
  NonconformanceView,
  PictureView,
} from '#contract/rpc/nonconformances.ts';
import type { PartPicture } from '#contract/config/defects.ts';
import { foundAt } from '#domain/nonconformances/decide.ts';
import {
  defectOf,
  defectText,
  isFoundAt,
  picturedIn,
  picturesOf,
  proposedFor,
  reworkLimitOf,
} from '#domain/nonconformances/defects.ts';
import {
  closedAtOf,
  dispositionOf,
  isRecorded,
  isReworkDone,
  needsWork,
  nonconformanceHoldId,
  returnHoldId,
  serialsOf,
  shares,
  standingOf,
  type Disposition,
  type Nonconformance,
  type NonconformancePart,
} from '#domain/nonconformances/nonconformance.ts';
import type { Facts } from '#domain/facts.ts';
import { actorName } from '#domain/units/holder.ts';
import { timesReworked } from '#domain/units/rework.ts';
import { cursorParts, pageOf } from '#station/core/pages.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readOpenExecution, readUnit } from '#station/store/projections/aggregates.ts';
import { readNonconformance, statusRank } from '#station/store/projections/nonconformances.ts';
import { placeOf } from '#station/units/view.ts';

export interface NonconformanceSources {
  readonly read: ReadModelReader;
  readonly facts: Facts;
}

const untitled = (id: string): Localized => ({ en: id, de: id });

const productOf = (definitionId: string, { catalogue }: Pick<Facts, 'catalogue'>): Localized =>
  catalogue.definitions.findLast(({ id }) => id === definitionId)?.title ?? untitled(definitionId);

function pictureView(picture: PartPicture, { catalogue }: Pick<Facts, 'catalogue'>): PictureView | null {
  const of = picturedIn(picture.definition, catalogue);
  if (of === null) return null;
  const path = [of.hash, ...picture.image.split('/')].map(encodeURIComponent).join('/');
  return { id: picture.id, title: picture.title, url: `/definition-images/${path}`, places: picture.places };
}

/** @param asked null: the unit in work here, or none. */
export function captureView(asked: string | null, sources: NonconformanceSources): CaptureView {
  const { read, facts } = sources;
  const { catalogue, station } = facts;
  const open = readOpenExecution(read, station.id);
  const serial = asked ?? open?.serial ?? null;
  const unit = serial === null ? null : readUnit(read, serial);
  const definition = unit === null ? null : catalogue.definition(unit.definitionId, unit.revision);
  const { operationId } = foundAt(unit, open, facts);
  const operation = definition?.operations.find(({ id }) => id === operationId) ?? null;
  const definitionId = unit?.definitionId ?? null;
  const boms = definition === null ? catalogue.definitions.filter((d) => d.status === 'released') : [definition];
  const materials = [...new Set(boms.flatMap(({ bom }) => bom.map(({ material }) => material)))];
  return {
    serial: unit?.serial ?? null,
    product: definitionId === null ? null : { definitionId, title: productOf(definitionId, facts) },
    operation: operation === null ? null : { id: operation.id, title: operation.title },
    defects: choices(definitionId, operationId, sources),
    pictures: picturesOf(definitionId, catalogue).flatMap((picture) => pictureView(picture, facts) ?? []),
    materials: materials.map((materialId) => ({
      materialId,
      title: catalogue.material(materialId)?.title ?? untitled(materialId),
      lot: unit?.components.findLast((c) => c.materialId === materialId && c.lot !== null)?.lot ?? null,
    })),
    open:
      unit === null
        ? []
        : facts.nonconformances
            .on(unit.serial)
            .filter((nc) => standingOf(nc).status !== 'closed')
            .map((nc) => ({
              nonconformanceId: nc.nonconformanceId,
              title: defectText(nc.recorded.defectId, catalogue),
            })),
  };
}

/** By how often each was found at this operation; of equal ones as the catalogue has them. */
function choices(
  definitionId: string | null,
  operationId: string | null,
  { read, facts }: NonconformanceSources,
): readonly DefectChoice[] {
  const { catalogue } = facts;
  const { defects } = catalogue;
  if (defects === null) return [];
  const counts = new Map(
    read
      .all<{ readonly id: string; readonly n: number }>(
        `SELECT defect_id AS id, count(*) AS n FROM nonconformance
         WHERE definition_id IS ? AND operation_id IS ? AND defect_id IS NOT NULL GROUP BY defect_id`,
        definitionId,
        operationId,
      )
      .map(({ id, n }) => [id, n]),
  );
  return defects.defects
    .filter((defect) => isFoundAt(defect, definitionId, operationId))
    .map(({ id, title, group, severity, marked }) => ({
      id,
      title,
      group: defects.groups.find((each) => each.id === group)?.title ?? untitled(group),
      severity,
      count: counts.get(id) ?? 0,
      marked,
    }))
    .sort((a, b) => b.count - a.count);
}

function rowOf(nc: Nonconformance, { facts }: NonconformanceSources): NonconformanceRow {
  const { recorded } = nc;
  const { subject } = recorded;
  const { status, quantity, waiting } = standingOf(nc);
  return {
    nonconformanceId: nc.nonconformanceId,
    title: defectText(recorded.defectId, facts.catalogue),
    severity: recorded.severity,
    status,
    subject:
      subject.kind === 'units'
        ? { kind: 'units', serials: serialsOf(nc) }
        : {
            kind: 'quantity',
            material: subject.materialId,
            title: facts.catalogue.material(subject.materialId)?.title ?? untitled(subject.materialId),
            lot: subject.lot,
          },
    quantity,
    waiting,
    stationId: recorded.stationId,
    operationId: recorded.operationId,
    at: recorded.at,
    by: actorName(recorded.by, recorded.stationId, facts),
  };
}

export interface ListQuery {
  readonly cursor: string | null;
  readonly limit: number;
  readonly show: 'open' | 'mine' | 'all';
  readonly definitionId: string | null;
  readonly serial: string | null;
}

/** Open ones first, then in rework, then the newest. */
export function nonconformanceList(query: ListQuery, sources: NonconformanceSources): Page<NonconformanceRow> {
  const { read, facts } = sources;
  const me = facts.session.person?.personId ?? null;
  const where = `status IS NOT NULL AND (? <> 'open' OR status < ${statusRank.closed}) AND (? <> 'mine' OR person_id IS ?)
    AND (? IS NULL OR definition_id = ?) AND (? IS NULL OR nonconformance_id IN (
      SELECT nonconformance_id FROM nonconformance_unit WHERE serial = ?))`;
  const wanted = [query.show, query.show, me, query.definitionId, query.definitionId, query.serial, query.serial];
  const after = cursorParts(query.cursor, 3);
  const total = read.get<{ n: number }>(`SELECT count(*) AS n FROM nonconformance WHERE ${where}`, ...wanted)?.n ?? 0;
  const rows = read.all<{ status: number; at: number; id: string; state: string }>(
    `SELECT status, recorded_at AS at, nonconformance_id AS id, state FROM nonconformance
     WHERE ${where} AND (? = 0 OR (status, -recorded_at, nonconformance_id) > (?, ?, ?))
     ORDER BY status, recorded_at DESC, nonconformance_id LIMIT ?`,
    ...wanted,
    after === null ? 0 : 1,
    ...(after ?? [0, 0, '']),
    query.limit + 1,
  );
  return pageOf(
    rows,
    query.limit,
    total,
    ({ status, at, id }) => [status, -at, id],
    ({ state }) => rowOf(JSON.parse(state) as Nonconformance, sources),
  );
}

/** Products of which there are nonconformances. */
export function productList({ read, facts }: NonconformanceSources) {
  return read
    .all<{ readonly id: string }>(
      'SELECT DISTINCT definition_id AS id FROM nonconformance WHERE definition_id IS NOT NULL ORDER BY definition_id',
    )
    .map(({ id }) => ({ definitionId: id, title: productOf(id, facts) }));
}

export const openCount = ({ read }: Pick<NonconformanceSources, 'read'>): number =>
  read.get<{ n: number }>(`SELECT count(*) AS n FROM nonconformance WHERE status = ${statusRank.open}`)?.n ?? 0;

export function knownNonconformance(id: string, { read }: Pick<NonconformanceSources, 'read'>): Nonconformance | null {
  const state: NonconformancePart | null = readNonconformance(read, id)?.state ?? null;
  return isRecorded(state) ? state : null;
}

/** @returns null when this station knows of no such nonconformance. */
export function nonconformanceView(id: string, sources: NonconformanceSources): NonconformanceView | null {
  const { facts } = sources;
  const { catalogue } = facts;
  const nc = knownNonconformance(id, sources);
  if (nc === null) return null;
  const { recorded, amended } = nc;
  const definition =
    recorded.definition === null ? null : catalogue.definition(recorded.definition.id, recorded.definition.revision);
  const titleOf = (operationId: string): Localized =>
    definition?.operations.find((each) => each.id === operationId)?.title ?? untitled(operationId);
  const group = catalogue.defects?.groups.find((each) => each.id === defectOf(recorded.defectId, catalogue)?.group);
  const told = ({ at, by, stationId }: { at: number; by: typeof recorded.by; stationId: string }) => ({
    at,
    by: actorName(by, stationId, facts),
  });
  const notes = [recorded, ...amended].filter(({ note }) => note !== '');
  const row = rowOf(nc, sources);
  return {
    ...row,
    defectId: recorded.defectId,
    group: group?.title ?? null,
    product:
      recorded.definition === null
        ? null
        : {
            definitionId: recorded.definition.id,
            revision: recorded.definition.revision,
            title: productOf(recorded.definition.id, facts),
          },
    orderId: recorded.orderId,
    operationTitle: recorded.operationId === null ? null : titleOf(recorded.operationId),
    ...markOf(nc, facts),
    notes: notes.map((each) => ({ text: each.note, ...told(each) })),
    photos: amended.flatMap((each) => (each.photo === null ? [] : [{ ...each.photo, ...told(each) }])),
    units: serialsOf(nc).map((serial) => unitOf(nc, serial, sources)),
    dispositions: nc.disposed.map((each) => dispositionView(nc, each, titleOf, facts)),
    limit: reworkLimitOf(recorded.defectId, catalogue),
    proposed: proposalOf(nc, facts),
    operations: (definition?.operations ?? []).map((operation) => ({ id: operation.id, title: operation.title })),
    closedAt: row.status === 'closed' ? closedAtOf(nc) : null,
  };
}

/** As the catalogue says; where it names no operation, the one in which it was found. */
function proposalOf({ recorded }: Nonconformance, { catalogue }: Facts): NonconformanceView['proposed'] {
  const { kind, operations } = proposedFor(recorded.defectId, recorded.definition?.id ?? null, catalogue);
  const found = recorded.operationId === null ? [] : [recorded.operationId];
  return { kind: kind ?? null, operations: operations.length > 0 ? operations : found };
}

function markOf({ recorded }: Nonconformance, facts: Facts): Pick<NonconformanceView, 'mark' | 'picture'> {
  const { mark, definition } = recorded;
  if (mark === null) return { mark: null, picture: null };
  const picture = picturesOf(definition?.id ?? null, facts.catalogue).find(({ id }) => id === mark.picture);
  const placeText = picture?.places.find(({ id }) => id === mark.placeId)?.title ?? null;
  return {
    mark: { ...mark, placeText },
    picture: picture === undefined ? null : pictureView(picture, facts),
  };
}

function unitOf(
  nc: Nonconformance,
  serial: string,
  { read, facts }: NonconformanceSources,
): NonconformanceView['units'][number] {
  const id = nc.nonconformanceId;
  const disposition = dispositionOf(nc, serial);
  const unit = readUnit(read, serial);
  const ids = [nonconformanceHoldId(id, serial), returnHoldId(id, serial)];
  const holds = unit?.holds.filter(({ holdId }) => ids.includes(holdId)) ?? [];
  const coming = disposition === null && unit !== null && unit.open !== null;
  const limit = reworkLimitOf(nc.recorded.defectId, facts.catalogue);
  const definition = unit === null ? null : facts.catalogue.definition(unit.definitionId, unit.revision);
  return {
    serial,
    status: unit?.status ?? null,
    stationId: unit === null ? null : placeOf(unit),
    disposition: disposition?.kind ?? null,
    dispositionId: disposition?.dispositionId ?? null,
    reworked:
      disposition !== null && needsWork(disposition.kind) && isReworkDone(nc, disposition.dispositionId, serial),
    hold: holds.some(({ liftedAt }) => liftedAt === null)
      ? 'held'
      : holds.length > 0
        ? 'lifted'
        : coming
          ? 'coming'
          : 'none',
    reworks: (unit === null ? [] : (definition?.operations ?? [])).flatMap((operation) => {
      const done = timesReworked(unit?.reworks ?? [], operation.id);
      return done === 0 && limit > 0 ? [] : [{ operationId: operation.id, done, beyond: done >= limit }];
    }),
  };
}

function dispositionView(
  nc: Nonconformance,
  disposition: Disposition,
  titleOf: (operationId: string) => Localized,
  facts: Facts,
): DispositionView {
  const { dispositionId, kind, serials, quantity, operations, reason, concession, at, by, stationId } = disposition;
  const ofQuantity = nc.recorded.subject.kind === 'quantity' && needsWork(kind);
  return {
    dispositionId,
    kind,
    serials,
    quantity,
    counts: shares(nc).get(dispositionId) ?? 0,
    operations: operations.map((id) => ({ id, title: titleOf(id) })),
    reason,
    concession,
    at,
    by: actorName(by, stationId, facts),
    stationId,
    done: ofQuantity ? isReworkDone(nc, dispositionId, null) : null,
  };
}
