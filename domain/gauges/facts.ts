/** What the rules may know of gauges: everything comes in by these questions (the station's read model). */
import type { ChartedValue } from '#contract/events/shared.ts';
import type { GaugeBody } from './gauge.ts';
import type { Used } from './suspect.ts';

export interface GaugeFacts {
  /** Of this log and of the server; of a gauge nothing was heard of: a new one. */
  state(gaugeId: string): GaugeBody;
  /** What the device says its serial number is; null: it tells none. */
  deviceSerial(deviceId: string): string | null;
  /** Serials of units measured here with the gauge, in order of the first value. @param until null: to this day; UTC ms, both ends count. */
  measuredWith(gaugeId: string, since: number | null, until: number | null): readonly string[];
  /** Which gauge gave each of the values here, and when, in their order; null: none of the register, or not measured here. */
  used(characteristicId: string, values: readonly ChartedValue[]): readonly (Used | null)[];
  /** Gauges that gave values of the unit here, with when (UTC ms). */
  usedOn(serial: string): readonly { readonly gaugeId: string; readonly at: number }[];
}
