/** Which device served which unit: a table of the projection `production`, which knows the unit of a run. */
import type { StoredEvent } from '#contract/events/index.ts';
import { devicesOf } from '#domain/containments/devices.ts';
import type { ReadModelDb } from '../projection.ts';

/** Once per instant. */
export const deviceUseTable = `
  CREATE TABLE device_use (
    device_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    serial TEXT NOT NULL,
    station_id TEXT NOT NULL,
    PRIMARY KEY (device_id, at, serial, station_id)
  ) STRICT, WITHOUT ROWID;
`;

export function addDeviceUse(db: ReadModelDb, event: StoredEvent, serial: string): void {
  for (const deviceId of devicesOf(event))
    db.run(
      'INSERT INTO device_use (device_id, at, serial, station_id) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      deviceId,
      Math.trunc(event.at),
      serial,
      event.stationId,
    );
}
