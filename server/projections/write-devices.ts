/** Which devices were at work on units, besides what measured in runs (`measured_value`). */
import type { Queries } from '../db/db.ts';
import type { PageChanges } from './fold.ts';

export async function writeDeviceWork(tx: Queries, { deviceWork }: Pick<PageChanges, 'deviceWork'>): Promise<void> {
  if (deviceWork.length === 0) return;
  await tx.execute(
    `INSERT INTO device_work (stream_id, seq, device_id, execution_id, serial, station_id, at)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
     ON CONFLICT DO NOTHING`,
    [
      deviceWork.map(({ streamId }) => streamId),
      deviceWork.map(({ seq }) => seq),
      deviceWork.map(({ deviceId }) => deviceId),
      deviceWork.map(({ executionId }) => executionId),
      deviceWork.map(({ serial }) => serial),
      deviceWork.map(({ stationId }) => stationId),
      deviceWork.map(({ at }) => Math.trunc(at)),
    ],
  );
}
