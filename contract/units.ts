/** Engineering units: UCUM code (what is stored) to the symbol shown. The only list of units in the product. */
export const unitSymbols = {
  '1': '',
  '%': '%',
  um: 'µm',
  mm: 'mm',
  cm: 'cm',
  m: 'm',
  '[in_i]': 'in',
  ug: 'µg',
  mg: 'mg',
  g: 'g',
  kg: 'kg',
  t: 't',
  '[car_m]': 'ct',
  '[lb_av]': 'lb',
  '[oz_av]': 'oz',
  '[oz_tr]': 'ozt',
  '[gr]': 'gr',
  '[pwt_tr]': 'dwt',
  N: 'N',
  kN: 'kN',
  'N.m': 'Nm',
  deg: '°',
  Pa: 'Pa',
  kPa: 'kPa',
  mbar: 'mbar',
  bar: 'bar',
  Cel: '°C',
  K: 'K',
  ms: 'ms',
  s: 's',
  min: 'min',
  h: 'h',
  'mm/s': 'mm/s',
  '/min': '1/min',
  Hz: 'Hz',
  V: 'V',
  A: 'A',
  W: 'W',
  kW: 'kW',
  'kW.h': 'kWh',
  'L/min': 'l/min',
} as const;

export type UnitCode = keyof typeof unitSymbols;

export const unitCodes = Object.keys(unitSymbols) as UnitCode[];

export function isUnitCode(code: string): code is UnitCode {
  return Object.hasOwn(unitSymbols, code);
}
