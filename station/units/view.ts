/** Units: the list with its search, and one unit with its routing, holds and components. */
import type { Localized } from '#contract/config/text.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { UnitDetail, UnitRow, UnitStatus } from '#contract/rpc/units.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { actorName, holdReason } from '#domain/units/holder.ts';
import { passedOperation, type Unit } from '#domain/units/unit.ts';
import { cursorParts, pageOf } from '#station/core/pages.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readUnit } from '#station/store/projections/aggregates.ts';

interface UnitRecord {
  readonly id: number;
  readonly serial: string;
  readonly orderId: string;
  readonly material: string;
  readonly status: UnitStatus;
  readonly changedAt: number;
}

/** Serial, order number, and lot or serial of a component that is in the unit, each containing the text. */
const matches = `(? = '' OR serial LIKE ? ESCAPE '\\' OR order_id LIKE ? ESCAPE '\\' OR serial IN (
  SELECT serial FROM component WHERE removed = 0
    AND (component_serial LIKE ? ESCAPE '\\' OR lot LIKE ? ESCAPE '\\')))`;

/** Newest change first. */
export function unitList(
  read: ReadModelReader,
  query: { readonly cursor: string | null; readonly limit: number; readonly query: string },
): Page<UnitRow> {
  const text = query.query.trim();
  const like = `%${text.replaceAll(/[\\%_]/g, (c) => `\\${c}`)}%`;
  const wanted = [text, like, like, like, like];
  const after = cursorParts(query.cursor, 2);
  const total = read.get<{ n: number }>(`SELECT count(*) AS n FROM unit WHERE ${matches}`, ...wanted)?.n ?? 0;
  const rows = read.all<UnitRecord>(
    `SELECT id, serial, order_id AS orderId, material_id AS material, status, changed_at AS changedAt FROM unit
     WHERE ${matches} AND (? = 0 OR (changed_at, id) < (?, ?))
     ORDER BY changed_at DESC, id DESC LIMIT ?`,
    ...wanted,
    after === null ? 0 : 1,
    ...(after ?? [0, 0]),
    query.limit + 1,
  );
  return pageOf(
    rows,
    query.limit,
    total,
    ({ changedAt, id }) => [changedAt, id],
    ({ id: _id, ...row }) => row,
  );
}

const untitled = (id: string): Localized => ({ en: id, de: id });

export function unitDetail(
  read: ReadModelReader,
  catalogue: Catalogue,
  server: { has(epoch: string, seq: number): boolean },
  serial: string,
): UnitDetail | null {
  const unit = readUnit(read, serial);
  if (unit === null) return null;
  const definition = catalogue.definition(unit.definitionId, unit.revision);
  // Streams are sent in order: of each epoch the last event tells for all.
  const ends = read.all<{ readonly epoch: string; readonly seq: number }>(
    'SELECT epoch, max(seq) AS seq FROM unit_event WHERE serial = ? GROUP BY epoch',
    serial,
  );
  return {
    serial,
    orderId: unit.orderId,
    material: unit.materialId,
    status: unit.status,
    changedAt: unit.changedAt,
    materialTitle: catalogue.material(unit.materialId)?.title ?? untitled(unit.materialId),
    definition: {
      id: unit.definitionId,
      revision: unit.revision,
      title: definition?.title ?? untitled(unit.definitionId),
    },
    operations: (definition?.operations ?? []).map(({ id, title, stations }) => {
      const passed = passedOperation(unit, id);
      const open = unit.open?.operationId === id ? unit.open : null;
      return {
        id,
        title,
        status: passed !== null ? 'passed' : open !== null ? 'in-work' : 'open',
        stations,
        at: passed?.at ?? open?.startedAt ?? null,
        attempts: unit.attempts[id] ?? 0,
      };
    }),
    holds: holds(unit, catalogue),
    components: unit.components.map(({ bomLine, materialId, lot, serial: componentSerial, at }) => ({
      bomLine,
      material: materialId,
      title: catalogue.material(materialId)?.title ?? untitled(materialId),
      lot,
      serial: componentSerial,
      at,
    })),
    where: ends.every(({ epoch, seq }) => server.has(epoch, seq)) ? 'server' : 'station',
  };
}

function holds(unit: Unit, catalogue: Catalogue): UnitDetail['holds'] {
  return unit.holds.map((hold) => {
    const { holdId, at, by, stationId, liftedAt, liftedBy } = hold;
    return {
      holdId,
      reason: holdReason(hold, unit, { catalogue }),
      at,
      by: actorName(by, stationId, { catalogue }),
      liftedAt,
      liftedBy: liftedBy === null ? null : actorName(liftedBy, stationId, { catalogue }),
    };
  });
}
