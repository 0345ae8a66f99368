/** What the rules may know of gauges: everything comes in by these questions (the station's read model). */
import type { GaugeBody } from './gauge.ts';

export interface GaugeFacts {
  /** Of this log and of the server; of a gauge nothing was heard of: a new one. */
  state(gaugeId: string): GaugeBody;
  /** What the device says its serial number is; null: it tells none. */
  deviceSerial(deviceId: string): string | null;
  /** Serials of units measured here with the gauge, in order of the first value. @param until null: to this day; UTC ms, both ends count. */
  measuredWith(gaugeId: string, since: number | null, until: number | null): readonly string[];
  /** Gauges that gave values of the unit here, with when (UTC ms). */
  usedOn(serial: string): readonly { readonly gaugeId: string; readonly at: number }[];
}
