/** What the rules of charts and signals ask, answered by the read model. */
import type { ChartedValue } from '#contract/events/shared.ts';
import { chartKeyText, type Anchor, type ChartKey } from '#domain/control/chart.ts';
import type { ChartedPoint, ControlFacts, PassedRun } from '#domain/control/facts.ts';
import type { Signal, SignalPart } from '#domain/control/signal.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readUnit } from '#station/store/projections/aggregates.ts';
import { newestPass, readChart, readSignalRow } from '#station/store/projections/control.ts';

export interface PointRow {
  readonly id: number;
  readonly at: number;
  readonly excluded: number;
  readonly replaced: number;
  readonly body: string;
}
export const pointOf = ({ at, excluded, replaced, body }: PointRow): ChartedPoint => ({
  body: JSON.parse(body) as ChartedPoint['body'],
  at,
  excluded: excluded === 1,
  replaced: replaced === 1,
});

const columns = 'id, at, excluded, replaced, body';
/** More values than any subgroup has. */
const mostUncharted = 50;

export const signalsWhere = (db: ReadModelReader, where: string, ...params: readonly (string | number)[]): Signal[] =>
  db
    .all<{ readonly state: string }>(
      `SELECT state FROM control_signal WHERE raised_at IS NOT NULL AND ${where}`,
      ...params,
    )
    .map(({ state }) => JSON.parse(state) as Signal);

export function controlFacts(db: ReadModelReader, stationId: string): ControlFacts {
  return {
    chart: (key) => readChart(db, key),
    point(pointId) {
      const row = db.get<PointRow>(`SELECT ${columns} FROM control_point WHERE point_id = ?`, pointId);
      return row === undefined ? null : pointOf(row);
    },
    points(key, since, most) {
      const rows = db.all<PointRow>(
        `SELECT ${columns} FROM control_point WHERE chart_key = ? AND excluded = 0 AND replaced = 0
           AND id >= coalesce((SELECT id FROM control_point WHERE point_id = ?), 0)
         ORDER BY id DESC LIMIT ?`,
        chartKeyText(key),
        since,
        most,
      );
      return rows.reverse().map(pointOf);
    },
    uncharted: (key, definitionId, operationId) => uncharted(db, key, definitionId, operationId),
    passedSince: (key, anchor, definitionId, operationId) =>
      key.stationId !== stationId
        ? passedElsewhere(db, key, anchor, definitionId, operationId)
        : db.all<PassedRun>(
            `SELECT serial, execution_id AS executionId FROM control_run
         WHERE station_id = ? AND definition_id = ? AND operation_id = ? AND pass > ? ORDER BY pass`,
            stationId,
            definitionId,
            operationId,
            passOf(db, key, anchor),
          ),
    signal: (signalId) => readSignalRow(db, signalId)?.state ?? null,
    ownSignal: (signalId): SignalPart | null => readSignalRow(db, signalId)?.own ?? null,
    openSignals: () => signalsWhere(db, 'open = 1 AND station_id = ? ORDER BY raised_at, signal_id', stationId),
    signalsOn: (serial) =>
      signalsWhere(db, 'signal_id IN (SELECT signal_id FROM control_suspect WHERE serial = ?)', serial),
    unit: (serial) => readUnit(db, serial),
  };
}

/**
 * Of another station, heard of through passports: after the newest run of the anchor, in order of that station's clock; what was
 * not heard of yet is added by the server. Without an anchor from the first point's runs on.
 */
function passedElsewhere(
  db: ReadModelReader,
  key: ChartKey,
  anchor: Anchor | null,
  definitionId: string,
  operationId: string,
): readonly PassedRun[] {
  const first = db.get<{ readonly body: string }>(
    'SELECT body FROM control_point WHERE chart_key = ? ORDER BY id LIMIT 1',
    chartKeyText(key),
  );
  const points = first === undefined ? [] : (JSON.parse(first.body) as ChartedPoint['body']).values;
  const runs = anchor?.executionIds ?? points.flatMap(({ executionId }) => executionId ?? []);
  const times = runs.flatMap(
    (id) => db.get<{ readonly at: number }>('SELECT at FROM bench_pass WHERE execution_id = ?', id)?.at ?? [],
  );
  // Of a window without an anchor the first point's own units belong to it.
  const from = anchor === null ? Math.min(...times) : Math.max(...times) + 1;
  if (times.length === 0) return [];
  return db.all<PassedRun>(
    `SELECT serial, execution_id AS executionId FROM bench_pass
     WHERE station_id = ? AND definition_id = ? AND operation_id = ? AND at >= ? ORDER BY at, execution_id`,
    key.stationId,
    definitionId,
    operationId,
    from,
  );
}

/** Rank of the run after which the window begins: the anchor's newest run; where that did not pass, the newest before its point. */
function passOf(db: ReadModelReader, key: ChartKey, anchor: Anchor | null): number {
  if (anchor === null) {
    // No point was ever in control: what was made before the chart's first point was never judged by it.
    const first = db.get<{ readonly pass: number }>(
      'SELECT after_pass AS pass FROM control_point WHERE chart_key = ? ORDER BY id LIMIT 1',
      chartKeyText(key),
    );
    return first?.pass ?? newestPass(db);
  }
  const ranks = anchor.executionIds.flatMap((id) => {
    const row = db.get<{ readonly pass: number | null }>('SELECT pass FROM control_run WHERE execution_id = ?', id);
    return row?.pass ?? [];
  });
  if (ranks.length > 0) return Math.max(...ranks);
  const point = db.get<{ readonly pass: number }>(
    'SELECT after_pass AS pass FROM control_point WHERE point_id = ?',
    anchor.pointId,
  );
  return point?.pass ?? 0;
}

function uncharted(
  db: ReadModelReader,
  key: ChartKey,
  definitionId: string,
  operationId: string,
): readonly ChartedValue[] {
  const newest = db.get<{ readonly body: string }>(
    'SELECT body FROM control_point WHERE chart_key = ? AND replaced = 0 ORDER BY id DESC LIMIT 1',
    chartKeyText(key),
  );
  const last = newest === undefined ? undefined : (JSON.parse(newest.body) as ChartedPoint['body']).values.at(-1);
  const rows = db.all<ChartedValue>(
    `SELECT value, serial, execution_id AS executionId, step_id AS stepId, attempt, idx AS "index" FROM measured m
     WHERE definition_id = ? AND characteristic_id = ? AND operation_id = ? AND station_id = ?
       AND id > coalesce((SELECT max(id) FROM measured WHERE definition_id = ? AND characteristic_id = ?
         AND execution_id = ? AND step_id = ? AND attempt = ? AND idx = ?), 0)
       AND NOT EXISTS (SELECT 1 FROM measured l WHERE l.definition_id = m.definition_id
         AND l.characteristic_id = m.characteristic_id AND l.id > m.id
         AND l.execution_id = m.execution_id AND l.step_id = m.step_id AND l.attempt > m.attempt)
     ORDER BY id DESC LIMIT ?`,
    definitionId,
    key.characteristicId,
    operationId,
    key.stationId,
    definitionId,
    key.characteristicId,
    last?.executionId ?? '',
    last?.stepId ?? '',
    last?.attempt ?? 0,
    last?.index ?? 0,
    mostUncharted,
  );
  return rows.reverse();
}
