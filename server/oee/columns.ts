/** Columns of `machine_hour` that are sums, and what they are sums of. */
import type { Sums } from '#contract/rpc/oee.ts';
import { emptySums } from '#domain/oee/sums.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] extends object ? Writable<T[K]> : T[K] };

interface Column {
  readonly name: string;
  of(sums: Sums): number;
  put(sums: Writable<Sums>, value: number): void;
}
const ms = (name: string, key: keyof Sums['ms']): Column => ({
  name,
  of: (sums) => sums.ms[key],
  put: (sums, value) => (sums.ms[key] = value),
});
const loss = (name: string, key: keyof Sums['lossMs']): Column => ({
  name,
  of: (sums) => sums.lossMs[key],
  put: (sums, value) => (sums.lossMs[key] = value),
});
const begun = (name: string, key: keyof Sums['events']): Column => ({
  name,
  of: (sums) => sums.events[key],
  put: (sums, value) => (sums.events[key] = value),
});
const plain = (name: string, key: Exclude<keyof Sums, 'ms' | 'lossMs' | 'events'>): Column => ({
  name,
  of: (sums) => sums[key],
  put: (sums, value) => (sums[key] = value),
});

export const sumColumns: readonly Column[] = [
  ms('apt_ms', 'APT'),
  ms('aust_ms', 'AUST'),
  ms('adet_ms', 'ADET'),
  ms('adot_ms', 'ADOT'),
  ms('pdot_ms', 'PDOT'),
  ms('unplanned_ms', 'unplanned'),
  ms('unknown_ms', 'unknown'),
  loss('breakdown_ms', 'breakdown'),
  loss('setup_ms', 'setup'),
  loss('minor_stop_ms', 'minor-stop'),
  loss('other_ms', 'other'),
  begun('breakdowns', 'breakdown'),
  begun('setups', 'setup'),
  begun('minor_stops', 'minor-stop'),
  begun('others', 'other'),
  plain('maintenance_ms', 'maintenanceMs'),
  plain('order_ms', 'orderMs'),
  plain('order_busy_ms', 'orderBusyMs'),
  plain('produced', 'produced'),
  plain('good', 'good'),
  plain('scrap', 'scrap'),
  plain('order_produced', 'orderProduced'),
  plain('startup_scrap', 'startupScrap'),
  plain('spread', 'spread'),
  plain('judged', 'judged'),
  plain('by_units', 'byUnits'),
  plain('units_made', 'unitsMade'),
  plain('units_scrap', 'unitsScrap'),
  plain('units_rework', 'unitsRework'),
  plain('units_waiting', 'unitsWaiting'),
  plain('units_inspected', 'unitsInspected'),
  plain('units_first_passed', 'unitsFirstPassed'),
  plain('unrated', 'unrated'),
  plain('outside', 'outside'),
  plain('ideal_us', 'idealUs'),
  plain('ideal_good_us', 'idealGoodUs'),
  plain('ideal_startup_us', 'idealStartupUs'),
];

/** @param row with the columns' names as keys */
export function sumsOfRow(row: Readonly<Record<string, unknown>>): Sums {
  const sums = emptySums();
  for (const { name, put } of sumColumns) put(sums, Number(row[name]));
  return sums;
}
