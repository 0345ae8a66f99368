/** What the rules of samples ask, answered by the read model. */
import type { SetUpFact } from '#contract/events/shared.ts';
import type { Decided, MadeUnit, Stream } from '#domain/bench/due.ts';
import type { BenchFacts } from '#domain/bench/facts.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readOrder } from '#station/store/projections/aggregates.ts';
import { newestSample, readSample, readSetUpsSince } from '#station/store/projections/bench.ts';

/** More samples than anybody measures within the window. */
const mostDecided = 5_000;
/** More units than a station makes within the window. */
const mostMade = 20_000;

const of = 'station_id = ? AND definition_id = ? AND operation_id = ?';
const keyOf = ({ stationId, definitionId, operationId }: Stream): [string, string, string] => [
  stationId,
  definitionId,
  operationId,
];

export function benchFacts(db: ReadModelReader, stationId: string): BenchFacts {
  return {
    made(stream, since) {
      const rows = db.all<Omit<MadeUnit, 'first' | 'setUps'> & { readonly first: number; readonly setUps: string }>(
        `SELECT serial, execution_id AS executionId, order_id AS orderId, revision, at, set_ups AS setUps,
           NOT EXISTS (SELECT 1 FROM bench_pass e WHERE e.order_id = p.order_id AND e.station_id = p.station_id
             AND e.operation_id = p.operation_id AND (e.at, e.execution_id) < (p.at, p.execution_id)) AS first
         FROM bench_pass p WHERE ${of} AND at >= ? ORDER BY at, execution_id LIMIT ?`,
        ...keyOf(stream),
        since,
        mostMade,
      );
      return rows.map((row) => ({
        ...row,
        first: row.first === 1,
        setUps: JSON.parse(row.setUps) as SetUpFact[],
      }));
    },
    decided: ({ planId, operationId, stationId: at }) =>
      db.all<Decided>(
        `SELECT characteristic_id AS characteristicId, reason, due_key AS key FROM bench_decided
         WHERE plan_id = ? AND operation_id = ? AND station_id = ? ORDER BY id DESC LIMIT ?`,
        planId,
        operationId,
        at,
        mostDecided,
      ),
    orderDone(stream, orderId) {
      const order = readOrder(db, orderId);
      if (order === null) return false;
      if (order.status === 'closed') return true;
      const made = db.get<{ readonly n: number }>(
        `SELECT count(DISTINCT serial) AS n FROM bench_pass
         WHERE order_id = ? AND station_id = ? AND operation_id = ?`,
        orderId,
        stream.stationId,
        stream.operationId,
      );
      return (made?.n ?? 0) >= order.quantity;
    },
    measurable: (stream, most) =>
      db
        .all<{ readonly serial: string }>(
          `SELECT serial, max(at) AS at FROM (
             SELECT serial, at FROM bench_pass WHERE ${of}
             UNION ALL SELECT serial, 0 AS at FROM bench_imported WHERE ${of})
           GROUP BY serial ORDER BY at DESC, serial LIMIT ?`,
          ...keyOf(stream),
          ...keyOf(stream),
          most,
        )
        .map(({ serial }) => serial),
    passed: (stream, serial) =>
      db.get<{ readonly executionId: string | null; readonly revision: string }>(
        `SELECT execution_id AS executionId, revision FROM bench_pass WHERE serial = ? AND ${of}
         ORDER BY at DESC, execution_id DESC LIMIT 1`,
        serial,
        ...keyOf(stream),
      ) ??
      db.get<{ readonly executionId: null; readonly revision: string }>(
        `SELECT NULL AS executionId, revision FROM bench_imported WHERE serial = ? AND ${of}`,
        serial,
        ...keyOf(stream),
      ) ??
      null,
    sample: (sampleId) => readSample(db, sampleId),
    open() {
      const row = db.get<{ readonly sampleId: string }>(
        'SELECT sample_id AS sampleId FROM bench_sample WHERE bench_id = ? AND open = 1',
        stationId,
      );
      return row === undefined ? null : readSample(db, row.sampleId);
    },
    newest: () => newestSample(db, stationId),
    setUpsSince: (operationId) => readSetUpsSince(db, operationId),
  };
}
