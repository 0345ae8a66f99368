/** Units of the whole plant: search by any identifier, one unit with its parts and contradictions, its facts. */
import type { PlantCase, PlantFact, PlantUnit, PlantUnitRow, CaseKind } from '#contract/plant/units.ts';
import type { Passport } from '#contract/passport.ts';
import type { EventRecord } from '#contract/envelope.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { UnitStatus } from '#contract/rpc/units.ts';
import type { Queries } from '../db/db.ts';
import { unitSeen, unitValues, type Sight } from '../rpc/sight.ts';

export interface Asked {
  readonly cursor: string | null;
  readonly limit: number;
}
const offsetOf = ({ cursor }: Asked): number => {
  const offset = cursor === null ? 0 : Number(cursor);
  return Number.isSafeInteger(offset) && offset > 0 ? offset : 0;
};
function pageOf<Row, T>(rows: readonly Row[], asked: Asked, total: number, of: (row: Row) => T): Page<T> {
  const more = rows.length > asked.limit;
  return {
    items: rows.slice(0, asked.limit).map(of),
    next: more ? String(offsetOf(asked) + asked.limit) : null,
    total,
  };
}

interface UnitRow {
  readonly serial: string;
  readonly order_id: string | null;
  readonly material_id: string | null;
  readonly status: UnitStatus;
  readonly station_id: string | null;
  readonly changed_at: number;
  readonly open_cases: number;
  readonly kind: 'component' | 'lot' | 'order' | null;
  readonly value: string | null;
}
const openCases = `(SELECT count(*)::int FROM unit_case c WHERE c.serial = u.serial
  AND NOT EXISTS (SELECT FROM case_closing k WHERE k.case_id = c.case_id)) AS open_cases`;
const rowOf = (row: UnitRow): PlantUnitRow => ({
  serial: row.serial,
  orderId: row.order_id ?? '',
  materialId: row.material_id ?? '',
  status: row.status,
  stationId: row.station_id,
  changedAt: row.changed_at,
  foundBy: row.kind === null || row.value === null ? null : { kind: row.kind, value: row.value },
  openCases: row.open_cases,
});

const likeOf = (text: string): string => text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);
/** Counting stops here: nobody pages further, and a short query would count the whole plant. */
const mostFound = 2_000;

/**
 * Newest first without a query. Else exact matches first (serial, component serial, lot, order), then serials that begin
 * and that end with it, small and capital letters alike: each by an index.
 */
export async function searchUnits(
  db: Queries,
  asked: Asked & { readonly query: string },
  sight: Sight,
): Promise<Page<PlantUnitRow>> {
  const query = asked.query.trim();
  if (query === '') {
    const where = `order_id IS NOT NULL AND ${unitSeen('u', 1)}`;
    const rows = await db.query<UnitRow>(
      `SELECT u.*, ${openCases}, NULL AS kind, NULL AS value FROM unit u WHERE ${where}
       ORDER BY changed_at DESC, serial LIMIT $4 OFFSET $5`,
      [...unitValues(sight), asked.limit + 1, offsetOf(asked)],
    );
    const [total] = await db.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM unit u WHERE ${where}`,
      unitValues(sight),
    );
    return pageOf(rows, asked, total?.n ?? 0, rowOf);
  }
  const small = query.toLowerCase();
  // What the person may not see is left out of each part, so that it does not fill the part's limit.
  const seen = unitSeen('u', 4);
  const byComponent = (kind: 'component' | 'lot', column: string): string =>
    `(SELECT 1, u.serial, '${kind}', c.${column} FROM component c JOIN execution x USING (execution_id)
        JOIN unit u ON u.serial = x.serial WHERE c.${column} = $1 AND NOT c.removed AND ${seen} LIMIT ${mostFound})`;
  const found = `WITH hit AS (
      (SELECT 0 AS rank, serial, NULL AS kind, NULL AS value FROM unit u WHERE serial = $1 AND ${seen})
      UNION ALL ${byComponent('component', 'component_serial')}
      UNION ALL ${byComponent('lot', 'lot')}
      UNION ALL (SELECT 1, serial, 'order', order_id FROM unit u WHERE order_id = $1 AND ${seen} LIMIT ${mostFound})
      UNION ALL (SELECT 2, serial, NULL, NULL FROM unit u WHERE lower(serial) LIKE $2 AND ${seen} LIMIT ${mostFound})
      UNION ALL (SELECT 3, serial, NULL, NULL FROM unit u WHERE reverse(lower(serial)) LIKE $3 AND ${seen}
        LIMIT ${mostFound})
    ), best AS (SELECT DISTINCT ON (serial) * FROM hit ORDER BY serial, rank, kind)`;
  const values = [query, `${likeOf(small)}%`, `${likeOf([...small].toReversed().join(''))}%`, ...unitValues(sight)];
  const rows = await db.query<UnitRow>(
    `${found} SELECT u.*, ${openCases}, best.kind, best.value FROM best JOIN unit u USING (serial)
     ORDER BY best.rank, u.changed_at DESC, u.serial LIMIT $7 OFFSET $8`,
    [...values, asked.limit + 1, offsetOf(asked)],
  );
  const [total] = await db.query<{ n: number }>(`${found} SELECT count(*)::int AS n FROM best`, values);
  return pageOf(rows, asked, total?.n ?? 0, rowOf);
}

/** @returns null: there is none, or none that the person sees. */
export async function readUnit(db: Queries, serial: string, sight: Sight): Promise<PlantUnit | null> {
  const [row] = await db.query<UnitRow & { passport: string }>(
    `SELECT u.*, ${openCases}, NULL AS kind, NULL AS value FROM unit u
     WHERE serial = $1 AND order_id IS NOT NULL AND ${unitSeen('u', 2)}`,
    [serial, ...unitValues(sight)],
  );
  if (row === undefined) return null;
  const components = await db.query<{
    bom_line: string;
    material_id: string;
    lot: string | null;
    component_serial: string | null;
    at: number;
    removed: boolean;
  }>(
    `SELECT c.bom_line, c.material_id, c.lot, c.component_serial, c.at, EXISTS (
       SELECT FROM component r WHERE r.removed AND r.stream_id = c.stream_id AND r.seq > c.seq
         AND r.execution_id = c.execution_id AND r.bom_line = c.bom_line AND r.material_id = c.material_id
         AND r.lot IS NOT DISTINCT FROM c.lot AND r.component_serial IS NOT DISTINCT FROM c.component_serial) AS removed
     FROM component c JOIN execution x USING (execution_id) WHERE x.serial = $1 AND NOT c.removed
     ORDER BY c.at, c.stream_id, c.seq`,
    [serial],
  );
  const cases = await db.query<CaseRow>(`SELECT * FROM (${allCases}) c WHERE serial = $1 ORDER BY opened_at, case_id`, [
    serial,
  ]);
  return {
    ...rowOf(row),
    passport: JSON.parse(row.passport) as Passport,
    components: components.map((each) => ({
      bomLine: each.bom_line,
      materialId: each.material_id,
      lot: each.lot,
      serial: each.component_serial,
      at: each.at,
      removed: each.removed,
    })),
    cases: cases.map(caseOf),
  };
}

interface CaseRow {
  readonly case_id: string;
  readonly serial: string;
  readonly kind: CaseKind;
  readonly opened_at: number;
  readonly details: string;
  readonly closed_at: number | null;
  readonly closed_by: string | null;
  readonly note: string | null;
}
/** Those that the passports show, and those that people closed, also when later facts explained them away. */
const allCases = `
  SELECT c.case_id, c.serial, c.kind, c.opened_at, c.details, NULL::bigint AS closed_at, NULL AS closed_by, NULL AS note
  FROM unit_case c WHERE NOT EXISTS (SELECT FROM case_closing k WHERE k.case_id = c.case_id)
  UNION ALL SELECT case_id, serial, kind, opened_at, details, closed_at, closed_by, note FROM case_closing`;
const caseOf = (row: CaseRow): PlantCase => ({
  caseId: row.case_id,
  kind: row.kind,
  serial: row.serial,
  openedAt: row.opened_at,
  details: JSON.parse(row.details) as PlantCase['details'],
  closed: row.closed_at === null ? null : { at: row.closed_at, by: row.closed_by ?? '', note: row.note ?? '' },
});

/** Newest first. */
export async function listCases(
  db: Queries,
  asked: Asked & { readonly open: boolean },
  sight: Sight,
): Promise<Page<PlantCase>> {
  const where = `($1::text = 'all' OR closed_at IS NULL)
    AND ($2::text[] IS NULL OR EXISTS (SELECT FROM unit u WHERE u.serial = c.serial AND ${unitSeen('u', 2)}))`;
  const values = [asked.open ? 'open' : 'all', ...unitValues(sight)];
  const rows = await db.query<CaseRow>(
    `SELECT * FROM (${allCases}) c WHERE ${where} ORDER BY opened_at DESC, case_id LIMIT $5 OFFSET $6`,
    [...values, asked.limit + 1, offsetOf(asked)],
  );
  const [total] = await db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM (${allCases}) c WHERE ${where}`,
    values,
  );
  return pageOf(rows, asked, total?.n ?? 0, caseOf);
}

interface FactRow {
  readonly station_id: string;
  readonly epoch: string;
  readonly branch: string;
  readonly seq: number;
  readonly received_at: Date;
  readonly record: string;
}
/** Every event about the unit from all streams, by the clocks of the stations. */
export async function listFacts(
  db: Queries,
  asked: Asked & { readonly serial: string },
  sight: Sight,
): Promise<Page<PlantFact>> {
  const [seen] = await db.query(`SELECT FROM unit u WHERE serial = $1 AND ${unitSeen('u', 2)}`, [
    asked.serial,
    ...unitValues(sight),
  ]);
  if (seen === undefined) return { items: [], next: null, total: 0 };
  const found = `WITH span AS (
      SELECT stream_id, seq AS from_seq, seq AS to_seq, month, NULL AS execution_id FROM unit_fact WHERE serial = $1
      UNION ALL SELECT s.stream_id, s.from_seq, s.to_seq, s.from_month, s.execution_id
        FROM execution x JOIN execution_span s USING (execution_id) WHERE x.serial = $1
    ), fact AS (
      SELECT DISTINCT e.stream_id, e.seq, e.received_at, e.record FROM span JOIN LATERAL (
        SELECT * FROM event e WHERE e.stream_id = span.stream_id AND e.seq BETWEEN span.from_seq AND span.to_seq
          AND e.received_month >= span.month) e
      ON span.execution_id IS NULL OR strpos(e.record, span.execution_id) > 0)`;
  const rows = await db.query<FactRow>(
    `${found} SELECT s.station_id, s.epoch, s.branch, f.seq, f.received_at, f.record FROM fact f JOIN stream s USING (stream_id)
     ORDER BY (f.record::json ->> 'at')::numeric, f.stream_id, f.seq LIMIT $2 OFFSET $3`,
    [asked.serial, asked.limit + 1, offsetOf(asked)],
  );
  const [total] = await db.query<{ n: number }>(`${found} SELECT count(*)::int AS n FROM fact`, [asked.serial]);
  return pageOf(rows, asked, total?.n ?? 0, (row) => {
    const record = JSON.parse(row.record) as EventRecord;
    return {
      stationId: row.station_id,
      epoch: row.epoch,
      branch: row.branch,
      seq: row.seq,
      at: record.at,
      receivedAt: row.received_at.getTime(),
      type: record.type,
      by: record.actor,
      body: record.body,
    };
  });
}
