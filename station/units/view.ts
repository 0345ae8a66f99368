/** Units: the list with its search, and one unit with its routing, holds and components. */
import type { Localized } from '#contract/config/text.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { UnitDetail, UnitRow, UnitStatus } from '#contract/rpc/units.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { actorName, holdReason } from '#domain/units/holder.ts';
import { timesReworked } from '#domain/units/rework.ts';
import type { Unit } from '#domain/units/unit-state.ts';
import { passedOperation } from '#domain/units/unit.ts';
import { cursorParts, pageOf } from '#station/core/pages.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readCases, readHeardAt, readOwnUnit, readUnit } from '#station/store/projections/aggregates.ts';

interface UnitRecord {
  readonly serial: string;
  readonly orderId: string;
  readonly material: string;
  readonly status: UnitStatus;
  readonly changedAt: number;
  readonly here: number;
  readonly heardAt: number | null;
  readonly state: string;
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
    `SELECT serial, order_id AS orderId, material_id AS material, status, changed_at AS changedAt, here, state,
       (SELECT received_at FROM passport p WHERE p.serial = unit.serial) AS heardAt
     FROM unit
     WHERE ${matches} AND (? = 0 OR (changed_at, serial) < (?, ?))
     ORDER BY changed_at DESC, serial DESC LIMIT ?`,
    ...wanted,
    after === null ? 0 : 1,
    ...(after ?? [0, '']),
    query.limit + 1,
  );
  return pageOf(
    rows,
    query.limit,
    total,
    ({ changedAt, serial }) => [changedAt, serial],
    ({ state, here, ...row }) => ({ ...row, here: here === 1, stationId: placeOf(JSON.parse(state) as Unit) }),
  );
}

/** Where it is in work, else where something of it passed last. */
export function placeOf({ open, passed }: Unit): string | null {
  if (open !== null) return open.stationId;
  const last = passed.reduce<Unit['passed'][number] | null>(
    (latest, each) => (latest === null || (each.at ?? 0) >= (latest.at ?? 0) ? each : latest),
    null,
  );
  return last?.stationId ?? null;
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
    stationId: placeOf(unit),
    heardAt: readHeardAt(read, serial),
    here: readOwnUnit(read, serial) !== null,
    cases: readCases(read, serial),
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
        stationId: passed?.stationId ?? open?.stationId ?? null,
        at: passed?.at ?? open?.startedAt ?? null,
        attempts: unit.attempts[id] ?? 0,
        reworks: timesReworked(unit.reworks, id),
      };
    }),
    concessions: unit.concessions.map(({ number, defectText, expiresAt, at, by, stationId }) => ({
      number,
      title: defectText,
      expiresAt,
      at,
      by: actorName(by, stationId, { catalogue }),
    })),
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
