/** Slices, counts and doubts of machines. A stream is in order, and within it the later word about the past holds. */
import { editOf, type Beginning } from '#domain/machines/series.ts';
import type { Queries } from '../db/db.ts';
import { readBeginningAt } from '../machines/read-time.ts';
import { markUnsummed, type Changed } from '../oee/unsummed.ts';
import type { MachineFact } from './fold.ts';

export async function writeMachines(tx: Queries, facts: readonly MachineFact[]): Promise<void> {
  if (facts.length === 0) return;
  await writeSlices(tx, facts);
  await writeCounts(tx, facts);
  await writeDoubts(tx, facts);
  await markUnsummed(tx, 'machine', facts.flatMap(changedBy));
}

/** The time that a fact tells of. A slice that begins goes on until something else is told. */
function changedBy({ type, body }: MachineFact): readonly Changed[] {
  const { machineId } = body;
  if (type === 'slice.begun') return [{ machineId, from: body.beganAt, to: Infinity }];
  if (type === 'slices.restated') return [{ machineId, from: body.from, to: Math.max(body.to, body.from) + 1 }];
  return type === 'pieces.counted' ? [{ machineId, from: body.from, to: Math.max(body.to, body.from + 1) }] : [];
}

interface Put extends Beginning {
  readonly machineId: string;
  readonly stationId: string;
}

async function writeSlices(tx: Queries, facts: readonly MachineFact[]): Promise<void> {
  // By machine and instant: of those that begin at once the later told holds.
  let begun = new Map<string, Put>();
  const flush = async (): Promise<void> => {
    const rows = [...begun.values()];
    begun = new Map();
    await putSlices(tx, rows);
  };
  for (const fact of facts) {
    if (fact.type === 'slice.begun') {
      const { machineId } = fact.body;
      for (const one of editOf(fact, () => null).put)
        begun.set(`${machineId} ${one.beganAt}`, { ...one, machineId, stationId: fact.stationId });
    }
    if (fact.type !== 'slices.restated') continue;
    // It cuts into what was told before.
    await flush();
    const { machineId, to: end } = fact.body;
    const after = await readBeginningAt(tx, machineId, Math.trunc(end));
    const { from, to, put } = editOf(fact, () => after);
    await tx.execute('DELETE FROM machine_slice WHERE machine_id = $1 AND began_at >= $2 AND began_at < $3', [
      machineId,
      from,
      to,
    ]);
    await putSlices(
      tx,
      put.map((one) => ({ ...one, machineId, stationId: fact.stationId })),
    );
  }
  await flush();
}

async function putSlices(tx: Queries, rows: readonly Put[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(
    `INSERT INTO machine_slice (machine_id, began_at, state, told, alarm, order_id, definition_id, operation_id, restated, station_id)
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
       $9::text[], $10::text[]) ORDER BY 1, 2
     ON CONFLICT (machine_id, began_at) DO UPDATE SET state = excluded.state, told = excluded.told, alarm = excluded.alarm,
       order_id = excluded.order_id, definition_id = excluded.definition_id, operation_id = excluded.operation_id,
       restated = excluded.restated, station_id = excluded.station_id`,
    [
      rows.map(({ machineId }) => machineId),
      rows.map(({ beganAt }) => beganAt),
      rows.map(({ state }) => state),
      rows.map(({ told }) => told),
      rows.map(({ alarm }) => alarm),
      rows.map(({ context }) => context.orderId),
      rows.map(({ context }) => context.definitionId),
      rows.map(({ context }) => context.operationId),
      rows.map(({ restated }) => restated),
      rows.map(({ stationId }) => stationId),
    ],
  );
}

async function writeCounts(tx: Queries, facts: readonly MachineFact[]): Promise<void> {
  const counts = facts.flatMap((fact) => (fact.type === 'pieces.counted' ? [fact] : []));
  if (counts.length === 0) return;
  await tx.execute(
    `INSERT INTO machine_count (machine_id, from_at, to_at, kind, produced, good, scrap, cycles_ms, order_id, definition_id,
       operation_id, station_id)
     SELECT machine_id, from_at, to_at, kind, produced, good, scrap,
       ARRAY(SELECT jsonb_array_elements_text(cycles::jsonb)::float8), order_id, definition_id, operation_id, station_id
     FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[],
       $9::text[], $10::text[], $11::text[], $12::text[])
       AS c (machine_id, from_at, to_at, kind, produced, good, scrap, cycles, order_id, definition_id, operation_id, station_id)
     ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING`,
    [
      counts.map(({ body }) => body.machineId),
      counts.map(({ body }) => Math.trunc(body.from)),
      counts.map(({ body }) => Math.trunc(body.to)),
      counts.map(({ body }) => body.kind),
      counts.map(({ body }) => body.produced),
      counts.map(({ body }) => body.good),
      counts.map(({ body }) => body.scrap),
      counts.map(({ body }) => JSON.stringify(body.cyclesMs)),
      counts.map(({ body }) => body.context.orderId),
      counts.map(({ body }) => body.context.definitionId),
      counts.map(({ body }) => body.context.operationId),
      counts.map(({ stationId }) => stationId),
    ],
  );
}

/** That it was seen may be folded before the doubt, by another instance or after a replay. */
async function writeDoubts(tx: Queries, facts: readonly MachineFact[]): Promise<void> {
  for (const fact of facts) {
    if (fact.type === 'machine.doubted')
      await tx.execute(
        `INSERT INTO machine_doubt (doubt_id, machine_id, station_id, at, body) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (doubt_id) DO UPDATE SET at = excluded.at, body = excluded.body`,
        [fact.body.doubtId, fact.body.machineId, fact.stationId, Math.trunc(fact.at), JSON.stringify(fact.body)],
      );
    if (fact.type === 'machine.doubt-seen')
      await tx.execute(
        `INSERT INTO machine_doubt (doubt_id, machine_id, station_id, seen_at, seen_by, seen_note) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (doubt_id) DO UPDATE SET seen_at = excluded.seen_at, seen_by = excluded.seen_by,
           seen_note = excluded.seen_note WHERE machine_doubt.seen_at IS NULL`,
        [
          fact.body.doubtId,
          fact.body.machineId,
          fact.stationId,
          Math.trunc(fact.at),
          JSON.stringify(fact.actor),
          fact.body.note,
        ],
      );
  }
}
