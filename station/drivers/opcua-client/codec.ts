/** DataValue to TagReading, and values to Variants. The reading side runs for every value: no closures, no copies. */
import { DataType, type DataValue, Variant, VariantArrayType } from 'node-opcua-client';
import type { TagBinding } from '#contract/driver.ts';
import type { Quality, TagReading, TagValue } from '#contract/reading.ts';

/** Status bits 7 and 10: "Overflow" of a data value (OPC 10000-4, 7.39.1). */
const overflowBits = 0x0480;
/** node-opcua decodes "no time" to null, but some servers send the epoch of OPC UA, 1601-01-01. */
const noTime = Date.UTC(1601, 0, 2);

export function hasOverflow(value: DataValue): boolean {
  const code = value.statusCode.value;
  return code !== 0 && (code & overflowBits) === overflowBits;
}

/**
 * @param type what the tag is configured as; another type in good quality becomes a bad reading `BadTypeMismatch`, a
 *   number that is none (NaN, Infinity) `BadOutOfRange`: neither may pass as a value.
 */
export function toReading(tag: number, type: TagBinding['type'], data: DataValue, receivedAt: number): TagReading {
  const code = data.statusCode.value;
  const variant = data.value;
  let quality: Quality = 'good';
  let status = 'Good';
  if (code !== 0) {
    const severity = code >>> 30;
    quality = severity === 0 ? 'good' : severity === 1 ? 'uncertain' : 'bad';
    status = baseName(data.statusCode.name);
  }
  let value: TagValue = variant === undefined || variant === null ? null : variantValue(variant);
  if (quality !== 'bad') {
    const fault = type === 'number' && typeof value === 'number' && Number.isFinite(value) ? null : judge(type, value);
    if (fault !== null) {
      quality = 'bad';
      status = fault;
      value = null;
    } else if (type === 'text' && typeof value !== 'string') value = String(value);
  }
  return {
    tag,
    value,
    quality,
    status,
    sourceAt: instant(data.sourceTimestamp),
    serverAt: instant(data.serverTimestamp),
    receivedAt,
  };
}

function baseName(name: string): string {
  const extra = name.indexOf('#');
  return extra < 0 ? name : name.slice(0, extra);
}

function instant(at: Date | null | undefined): number | null {
  if (at === null || at === undefined) return null;
  const ms = at.getTime();
  return ms < noTime ? null : ms;
}

/** @returns the status of a value that may not pass as the configured type, or null. */
function judge(type: TagBinding['type'], value: TagValue): string | null {
  if (value === null) return 'BadNoData';
  if (typeof value === 'number' && !Number.isFinite(value)) return 'BadOutOfRange';
  switch (type) {
    case 'number':
      // A 64-bit integer that a double cannot hold comes as its digits.
      return typeof value === 'number' || (typeof value === 'string' && /^-?\d{16,}$/.test(value))
        ? null
        : 'BadTypeMismatch';
    case 'boolean':
      return typeof value === 'boolean' ? null : 'BadTypeMismatch';
    case 'text':
      return Array.isArray(value) ? 'BadTypeMismatch' : null;
    case 'numbers':
      if (!Array.isArray(value)) return 'BadTypeMismatch';
      return value.every((one) => Number.isFinite(one)) ? null : 'BadOutOfRange';
  }
}

/** Any Variant as a TagValue: 64-bit integers as numbers when a double holds them, structures as JSON text. */
export function variantValue(variant: Variant): TagValue {
  const value: unknown = variant.value;
  if (value === null || value === undefined) return null;
  if (variant.arrayType === VariantArrayType.Scalar) return scalarValue(variant.dataType, value);
  const items = Array.from(value as ArrayLike<unknown>, (item) => scalarValue(variant.dataType, item));
  if (items.every((item) => typeof item === 'number')) return items;
  if (items.every((item) => typeof item === 'boolean')) return items.map(Number);
  return JSON.stringify(items);
}

function scalarValue(dataType: DataType, value: unknown): TagValue {
  switch (typeof value) {
    case 'number':
    case 'boolean':
    case 'string':
      return value;
    case 'bigint':
      return fromInteger(value);
    default:
  }
  if (value === null || value === undefined) return null;
  if (dataType === DataType.Int64 || dataType === DataType.UInt64) return fromInteger(wide(dataType, value as Pair));
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return value.toString('base64');
  const named = value as { readonly text?: unknown; readonly name?: unknown; toJSON?(): unknown };
  if (dataType === DataType.LocalizedText) return typeof named.text === 'string' ? named.text : '';
  if (dataType === DataType.QualifiedName || dataType === DataType.StatusCode) return String(named.name ?? '');
  if (dataType === DataType.ExtensionObject) return JSON.stringify(named.toJSON?.() ?? named);
  return String(value);
}

/** node-opcua's 64-bit integers: [high word, low word]. */
type Pair = readonly [number, number];

function wide(dataType: DataType, [high, low]: Pair): bigint {
  const bits = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  return dataType === DataType.Int64 ? BigInt.asIntN(64, bits) : bits;
}

function fromInteger(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

const integerRange: Partial<Record<DataType, readonly [bigint, bigint]>> = {
  [DataType.SByte]: [-128n, 127n],
  [DataType.Byte]: [0n, 255n],
  [DataType.Int16]: [-32_768n, 32_767n],
  [DataType.UInt16]: [0n, 65_535n],
  [DataType.Int32]: [-2_147_483_648n, 2_147_483_647n],
  [DataType.UInt32]: [0n, 4_294_967_295n],
  [DataType.Int64]: [-(2n ** 63n), 2n ** 63n - 1n],
  [DataType.UInt64]: [0n, 2n ** 64n - 1n],
};

/** A value that cannot be carried by the wanted type. `status` is an OPC UA name. */
export class ValueFault extends Error {
  readonly status: string;
  constructor(status: string, message: string) {
    super(message);
    this.name = 'ValueFault';
    this.status = status;
  }
}

/** @param typeName OPC UA built-in type, e.g. `Double`. @throws ValueFault */
export function toVariantOf(typeName: string, value: TagValue): Variant {
  const dataType = Object.hasOwn(DataType, typeName) ? DataType[typeName as keyof typeof DataType] : undefined;
  if (typeof dataType !== 'number' || dataType === DataType.Null) {
    throw new ValueFault(
      'BadTypeMismatch',
      `${typeName} is not an OPC UA type; write e.g. Double, Int32, String, Boolean`,
    );
  }
  return toVariant(dataType, value);
}

/** Nothing is rounded, cut or guessed: what the type cannot hold exactly is refused. @throws ValueFault */
export function toVariant(dataType: DataType, value: TagValue): Variant {
  if (value === null) throw new ValueFault('BadTypeMismatch', 'there is no value to send');
  if (typeof value === 'object') {
    const items = value.map((item) => toScalar(dataType, item));
    return new Variant({ dataType, arrayType: VariantArrayType.Array, value: items });
  }
  return new Variant({ dataType, arrayType: VariantArrayType.Scalar, value: toScalar(dataType, value) });
}

function toScalar(dataType: DataType, value: number | boolean | string): unknown {
  const refuse = (status: string): never => {
    throw new ValueFault(status, `${JSON.stringify(value)} cannot be sent as ${DataType[dataType]}`);
  };
  const range = integerRange[dataType];
  if (range !== undefined) {
    let whole = 0n;
    if (typeof value === 'number' && Number.isSafeInteger(value)) whole = BigInt(value);
    else if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) whole = BigInt(value);
    else refuse('BadTypeMismatch');
    if (whole < range[0] || whole > range[1]) refuse('BadOutOfRange');
    if (dataType !== DataType.Int64 && dataType !== DataType.UInt64) return Number(whole);
    const bits = BigInt.asUintN(64, whole);
    return [Number(bits >> 32n), Number(bits & 0xffff_ffffn)];
  }
  switch (dataType) {
    case DataType.Boolean:
      return typeof value === 'boolean' ? value : refuse('BadTypeMismatch');
    case DataType.Float:
    case DataType.Double:
      if (typeof value !== 'number') return refuse('BadTypeMismatch');
      return Number.isFinite(dataType === DataType.Float ? Math.fround(value) : value)
        ? value
        : refuse('BadOutOfRange');
    case DataType.String:
    case DataType.XmlElement:
      return typeof value === 'string' ? value : refuse('BadTypeMismatch');
    case DataType.LocalizedText:
      return typeof value === 'string' ? { text: value } : refuse('BadTypeMismatch');
    case DataType.Guid:
      return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)
        ? value
        : refuse('BadTypeMismatch');
    case DataType.ByteString:
      return typeof value === 'string' ? Buffer.from(value, 'base64') : refuse('BadTypeMismatch');
    case DataType.DateTime: {
      const at = typeof value === 'string' ? Date.parse(value) : typeof value === 'number' ? value : Number.NaN;
      return Number.isNaN(at) ? refuse('BadTypeMismatch') : new Date(at);
    }
    default:
      return refuse('BadNotSupported');
  }
}
