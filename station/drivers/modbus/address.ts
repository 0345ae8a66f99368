/**
 * Addresses of tags: `holding=100;type=float32;order=CDAB;scale=0.1`. Numbers count from 0, as on the wire (Modbus
 * Application Protocol 1.1b3, 4.4): the 40001 of many manuals is `holding=0`.
 */

export const tables = ['coil', 'discrete', 'input', 'holding'] as const;
export type Table = (typeof tables)[number];

/** Words one value takes; `bit` and `string` are told apart by their own rules. */
export const wordsOf = {
  int16: 1,
  uint16: 1,
  int32: 2,
  uint32: 2,
  float32: 2,
  int64: 4,
  uint64: 4,
  float64: 4,
} as const;
export type NumberType = keyof typeof wordsOf;

/** How the bytes of 0xAABBCCDD lie in two registers. ABCD is the standard's; CDAB has the words, BADC the bytes swapped. */
export const orders = ['ABCD', 'CDAB', 'BADC', 'DCBA'] as const;
export type ByteOrder = (typeof orders)[number];

export interface Address {
  /** null: the unit of the device's settings. */
  readonly unit: number | null;
  readonly table: Table;
  /** 0 to 65535, as on the wire. */
  readonly start: number;
  /** Bits of coil and discrete, else registers, that the tag takes in all. */
  readonly length: number;
  readonly type: NumberType | 'bit' | 'string';
  /** Only `bit` of a register: 0 = the lowest. */
  readonly bit: number;
  /** null: the order of the device's settings. */
  readonly order: ByteOrder | null;
  readonly scale: number;
  readonly offset: number;
  /** Values in a row; more than 1 makes a tag of the type `numbers`. */
  readonly count: number;
}

const known = ['unit', ...tables, 'type', 'bit', 'order', 'scale', 'offset', 'length', 'count'];
const isOneOf = <T extends string>(all: readonly T[], text: string): text is T =>
  (all as readonly string[]).includes(text);
const typeNames = [...(Object.keys(wordsOf) as NumberType[]), 'bit', 'string'] as const;

/** @returns the parts, or what is wrong and what to write instead, in English. */
export function parseAddress(address: string): Address | string {
  const parts = new Map<string, string>();
  for (const part of address.split(';')) {
    const [key, value, ...more] = part.split('=');
    if (key === undefined || value === undefined || value === '' || more.length > 0) {
      return `${address}: "${part}" is not key=value; write e.g. holding=100;type=float32`;
    }
    if (!known.includes(key)) return `${address}: there is no "${key}"; there are: ${known.join(', ')}`;
    if (parts.has(key)) return `${address}: "${key}" stands twice`;
    parts.set(key, value);
  }
  const named = tables.filter((table) => parts.has(table));
  const table = named[0];
  if (table === undefined || named.length > 1)
    return `${address}: name one of coil=, discrete=, input=, holding= with a number`;
  const wrong = (key: string, what: string): string => `${address}: ${key}=${parts.get(key)} must be ${what}`;
  const whole = (key: string, otherwise: number, least: number, most: number): number | null => {
    const text = parts.get(key);
    if (text === undefined) return otherwise;
    if (!/^(\d{1,10}|0x[0-9a-fA-F]{1,8})$/.test(text)) return null;
    const value = Number(text);
    return value >= least && value <= most ? value : null;
  };
  const finite = (key: string, otherwise: number): number | null => {
    const text = parts.get(key);
    if (text === undefined) return otherwise;
    return /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text) && Number.isFinite(Number(text)) ? Number(text) : null;
  };

  const start = whole(table, 0, 0, 0xffff);
  if (start === null) return wrong(table, 'a number from 0 to 65535, as on the wire (40001 of a manual is holding=0)');
  const unit = parts.has('unit') ? whole('unit', 1, 0, 255) : null;
  if (parts.has('unit') && unit === null) return wrong('unit', 'a number from 0 to 255');
  const ofBits = table === 'coil' || table === 'discrete';
  const type = parts.get('type') ?? (ofBits || parts.has('bit') ? 'bit' : 'uint16');
  if (!isOneOf(typeNames, type)) return wrong('type', `one of ${typeNames.join(', ')}`);
  if (ofBits && type !== 'bit') return `${address}: a ${table} is a bit; leave type away`;
  const order = parts.get('order') ?? null;
  if (order !== null && !isOneOf(orders, order)) return wrong('order', `one of ${orders.join(', ')}`);
  const scale = finite('scale', 1);
  if (scale === null || scale === 0) return wrong('scale', 'a number other than 0');
  const offset = finite('offset', 0);
  if (offset === null) return wrong('offset', 'a number');
  const count = whole('count', 1, 1, 125);
  if (count === null) return wrong('count', 'a number from 1 to 125');
  const bit = whole('bit', 0, 0, 15);
  if (bit === null) return wrong('bit', 'a number from 0 (the lowest) to 15');
  const text = whole('length', 1, 1, 125);
  if (text === null) return wrong('length', 'a number of registers from 1 to 125');

  const isNumber = type !== 'bit' && type !== 'string';
  for (const [key, fits, where] of [
    ['bit', type === 'bit' && !ofBits, 'goes with a bit of a register: holding=10;bit=3'],
    ['length', type === 'string', 'goes with type=string and counts registers'],
    ['scale', isNumber, 'goes with numbers'],
    ['offset', isNumber, 'goes with numbers'],
    ['count', isNumber, 'goes with numbers'],
    ['order', !ofBits, 'goes with registers'],
  ] as const) {
    if (parts.has(key) && !fits) return `${address}: ${key} ${where}`;
  }
  if (type === 'bit' && !ofBits && !parts.has('bit'))
    return `${address}: say which bit, from 0 (the lowest) to 15: bit=3`;
  if (type === 'string' && !parts.has('length')) return `${address}: say how many registers the text has: length=8`;
  const length = type === 'string' ? text : type === 'bit' ? 1 : wordsOf[type] * count;
  if (length > 125) return `${address}: ${length} registers do not go into one answer; 125 do`;
  if (start + length > 0x1_0000) return `${address}: ends behind 65535, the last address`;
  return { unit, table, start, length, type, bit, order, scale, offset, count };
}

/** For `linewright check`. */
export function checkAddress(address: string): string | null {
  const parsed = parseAddress(address);
  return typeof parsed === 'string' ? parsed : null;
}

/** Discrete inputs and input registers are only read (Modbus Application Protocol 1.1b3, 4.3). */
export function readOnly(address: string): string | null {
  const parsed = parseAddress(address);
  if (typeof parsed === 'string' || parsed.table === 'coil' || parsed.table === 'holding') return null;
  return `${parsed.table} is only read; a coil or a holding register can be written`;
}
