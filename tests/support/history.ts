/**
 * Runs of long ago, straight in the read model, for what must not become slower with them. Of run n: unit `H-n` of order
 * `HO-(n/20)`, operation 10 of PMP-100 passed at one of 8 stations, a component of lot `HL-(n/20)` (of each 50th taken out
 * again; of each 10th it is the unit before), three values that gauge `HG-(n%20)` gave through device `hd-(n%20)`, a cycle of its
 * station's press; of each fifth a value of a sample.
 */
import type { Queries } from '#server/db/db.ts';

const from = 1_700_000_000_000;
const everyMs = 10_000;
/** When run n ended, UTC ms. */
export const historyAt = (n: number): number => from + n * everyMs;
const at = `(${from} + n * ${everyMs})`;
const station = "'HST' || n % 8 + 1";

/** Also gathers the statistics that the planner goes by. */
export async function fillHistory(db: Queries, runs: number): Promise<void> {
  const each = `FROM generate_series(1, ${runs}::bigint) AS n`;
  await db.execute(`
    INSERT INTO stream (stream_id, station_id, epoch, branch, first_seq, head_seq, head_hash, begun_at)
      SELECT n + 1, ${station}, 'h', '', 1, 0, decode(repeat('00', 32), 'hex'), now() FROM generate_series(0, 7) AS n;
    INSERT INTO unit (serial, order_id, material_id, definition_id, revision, status, station_id, changed_at, received_at)
      SELECT 'H-' || n, 'HO-' || n / 20, 'PMP-100', 'PMP-100', 'C', 'done', ${station}, ${at}, ${at} ${each};
    INSERT INTO execution (execution_id, serial, order_id, operation_id, definition_id, revision, station_id, started_at, ended_at, outcome)
      SELECT 'hx-' || n, 'H-' || n, 'HO-' || n / 20, '10', 'PMP-100', 'C', ${station}, ${at} - 5000, ${at}, 'passed' ${each};
    INSERT INTO component (stream_id, seq, execution_id, bom_line, material_id, lot, component_serial, at, removed)
      SELECT n % 8 + 1, 2 * n + removed, 'hx-' || n, 'housing', 'HSG-100', 'HL-' || n / 20,
        CASE WHEN n % 10 = 0 THEN 'H-' || n - 1 END, ${at}, removed = 1
      ${each}, generate_series(0, 1) AS removed WHERE removed = 0 OR n % 50 = 0;
    INSERT INTO measured_value (stream_id, seq, execution_id, step_id, attempt, characteristic_id, index, value, unit, verdict,
        entry, device_id, gauge_id, station_id, at)
      SELECT n % 8 + 1, n * 3 + i, 'hx-' || n, 'bore', 1, 'bore-' || i, 1, 24 + i / 1000.0, 'mm', 'ok',
        'device', 'hd-' || n % 20, 'HG-' || n % 20, ${station}, ${at} ${each}, generate_series(0, 2) AS i;
    INSERT INTO device_work (stream_id, seq, device_id, execution_id, station_id, at)
      SELECT n % 8 + 1, n, 'hpress-' || n % 8 + 1, 'hx-' || n, ${station}, ${at} ${each};
    INSERT INTO gauge_sample (stream_id, seq, gauge_id, serial, station_id, at)
      SELECT n % 8 + 1, n, 'HG-' || n % 20, 'H-' || n, ${station}, ${at} ${each} WHERE n % 5 = 0;
  `);
  for (const table of historyTables) await db.execute(`ANALYZE ${table}`);
}
export const historyTables = [
  'unit',
  'execution',
  'component',
  'measured_value',
  'device_work',
  'gauge_sample',
] as const;
