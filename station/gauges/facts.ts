/** What the rules may know of gauges, from the read model and the devices. */
import type { GaugeFacts } from '#domain/gauges/facts.ts';
import { newGauge } from '#domain/gauges/gauge.ts';
import { usedKey } from '#domain/gauges/suspect.ts';
import type { DeviceSource } from '#station/core/ports.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readGaugeRow } from '#station/store/projections/gauges.ts';

export function gaugeFacts(db: ReadModelReader, devices: Pick<DeviceSource, 'serialNumber'>): GaugeFacts {
  return {
    state: (gaugeId) => readGaugeRow(db, gaugeId)?.state ?? newGauge(gaugeId),
    deviceSerial: (deviceId) => devices.serialNumber(deviceId),
    measuredWith: (gaugeId, since, until) =>
      db
        .all<{ readonly serial: string }>(
          `SELECT serial FROM gauge_use WHERE gauge_id = ? AND at >= ? AND at <= ? GROUP BY serial ORDER BY min(id)`,
          gaugeId,
          Math.trunc(since ?? 0),
          Math.trunc(until ?? Number.MAX_SAFE_INTEGER),
        )
        .map(({ serial }) => serial),
    used(characteristicId, values) {
      const serials = [...new Set(values.map(({ serial }) => serial))];
      const rows = db.all<{ readonly key: string; readonly gaugeId: string; readonly at: number }>(
        `SELECT value_key AS key, gauge_id AS gaugeId, at FROM gauge_use
         WHERE serial IN (SELECT value FROM json_each(?)) AND characteristic_id = ?`,
        JSON.stringify(serials),
        characteristicId,
      );
      const known = new Map(rows.map(({ key, gaugeId, at }) => [key, { gaugeId, at }]));
      return values.map((value) => known.get(usedKey(value)) ?? null);
    },
    usedOn: (serial) =>
      db.all<{ readonly gaugeId: string; readonly at: number }>(
        'SELECT gauge_id AS gaugeId, at FROM gauge_use WHERE serial = ? ORDER BY id',
        serial,
      ),
  };
}
