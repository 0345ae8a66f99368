/** What the rules of machine time ask, answered by the read model. */
import type { SliceContext } from '#contract/events/shared.ts';
import type { MachineFacts } from '#domain/machines/facts.ts';
import { noContext } from '#domain/machines/series.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readDoubt, readLastCount, readSliceAt, readSlices } from '#station/store/projections/machines.ts';

export function machineFacts(db: ReadModelReader, stationId: string): MachineFacts {
  return {
    sliceAt: (machineId, at) => readSliceAt(db, machineId, at),
    slices: (machineId, from, to) => readSlices(db, machineId, from, to),
    lastCount: (machineId) => readLastCount(db, machineId),
    doubt(doubtId) {
      const doubt = readDoubt(db, doubtId);
      if (doubt === null) return null;
      const { machineId, seen } = doubt;
      return { machineId, seenAt: seen?.at ?? null, seenBy: seen?.actor.kind === 'person' ? seen.actor.id : '' };
    },
    running: () => running(db, stationId),
  };
}

interface RunRow {
  readonly status: string;
  readonly definitionId: string;
  readonly operationId: string;
  readonly orderId: string;
  readonly orderStatus: string | null;
}

/** Between two units the machine still runs their order, as long as that is released. */
function running(db: ReadModelReader, stationId: string): SliceContext {
  const run = db.get<RunRow>(
    `SELECT e.status, json_extract(e.state, '$.definition.id') AS definitionId,
       json_extract(e.state, '$.operationId') AS operationId, u.order_id AS orderId, o.status AS orderStatus
     FROM execution e JOIN unit u ON u.serial = e.serial LEFT JOIN work_order o ON o.order_id = u.order_id
     WHERE e.station_id = ? ORDER BY e.id DESC LIMIT 1`,
    stationId,
  );
  if (run === undefined) return noContext;
  const open = run.status === 'running' || run.status === 'failed';
  if (!open && run.orderStatus !== 'released') return noContext;
  return { orderId: run.orderId, definitionId: run.definitionId, operationId: run.operationId };
}
