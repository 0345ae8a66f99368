import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { BinaryStream } from 'node-opcua';
import { DataType, DataValue, Variant } from 'node-opcua-client';
import { describe, expect, it } from 'vitest';
import type { TagBinding } from '#contract/driver.ts';
import type { Quality, TagValue } from '#contract/reading.ts';
import { ValueFault, hasOverflow, toReading, toVariant, toVariantOf, variantValue } from './codec.ts';

interface Fixture {
  readonly what: string;
  readonly type: TagBinding['type'];
  /** OPC UA binary encoding of the DataValue. */
  readonly hex: string;
  readonly expected: { value: TagValue; quality: Quality; status: string; overflow?: boolean };
}
const fixtures = JSON.parse(
  readFileSync(new URL('./fixtures/data-values.json', import.meta.url), 'utf8'),
) as readonly Fixture[];

function decode(hex: string): DataValue {
  const data = new DataValue();
  data.decode(new BinaryStream(Buffer.from(hex, 'hex')));
  return data;
}

/** Over the wire form and back, as the device would get it. */
function sent(variant: Variant): Variant {
  const stream = new BinaryStream(10_000);
  new DataValue({ value: variant }).encode(stream);
  return decode(stream.buffer.subarray(0, stream.length).toString('hex')).value;
}

describe('a DataValue becomes a reading', () => {
  it.each(fixtures)('$what', ({ type, hex, expected: { overflow = false, ...expected } }) => {
    const data = decode(hex);
    expect(toReading(3, type, data, 5)).toEqual({ tag: 3, receivedAt: 5, ...expected });
    expect(hasOverflow(data)).toBe(overflow);
  });
});

describe('a value is sent as the type the node takes', () => {
  it('keeps every double, and every integer its type holds, exactly', () => {
    const exact: [keyof typeof DataType, fc.Arbitrary<number>][] = [
      ['Double', fc.double({ noNaN: true, noDefaultInfinity: true })],
      ['SByte', fc.integer({ min: -128, max: 127 })],
      ['Byte', fc.integer({ min: 0, max: 255 })],
      ['Int16', fc.integer({ min: -32_768, max: 32_767 })],
      ['UInt16', fc.integer({ min: 0, max: 65_535 })],
      ['Int32', fc.integer()],
      ['UInt32', fc.integer({ min: 0, max: 4_294_967_295 })],
      ['Int64', fc.maxSafeInteger()],
      ['UInt64', fc.maxSafeNat()],
    ];
    for (const [name, numbers] of exact) {
      fc.assert(
        fc.property(numbers, (value) => {
          expect(variantValue(sent(toVariantOf(name, value)))).toBe(value);
        }),
        { numRuns: 50 },
      );
    }
  });

  it('keeps 64-bit integers beyond a double, as digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(String(variantValue(sent(toVariant(DataType.Int64, value.toString()))))).toBe(value.toString());
      }),
    );
  });

  it('keeps text, arrays, instants', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(variantValue(sent(toVariant(DataType.String, text)))).toBe(text);
        expect(variantValue(sent(toVariant(DataType.LocalizedText, text))) ?? '').toBe(text);
      }),
    );
    expect(variantValue(sent(toVariant(DataType.Double, [1, -2.5])))).toEqual([1, -2.5]);
    expect(variantValue(sent(toVariant(DataType.DateTime, '2026-11-22T07:30:00.123Z')))).toBe(
      '2026-11-22T07:30:00.123Z',
    );
  });

  it.each<[keyof typeof DataType, TagValue, string]>([
    ['Int32', 1.5, 'BadTypeMismatch'],
    ['Int32', 2_147_483_648, 'BadOutOfRange'],
    ['Byte', -1, 'BadOutOfRange'],
    ['UInt64', '18446744073709551616', 'BadOutOfRange'],
    ['Double', 'a', 'BadTypeMismatch'],
    ['Double', Number.NaN, 'BadOutOfRange'],
    ['Float', 1e39, 'BadOutOfRange'],
    ['Boolean', 1, 'BadTypeMismatch'],
    ['String', 1, 'BadTypeMismatch'],
    ['DateTime', 'yesterday', 'BadTypeMismatch'],
    ['Guid', 'x', 'BadTypeMismatch'],
    ['Double', null, 'BadTypeMismatch'],
    ['ExtensionObject', '{}', 'BadNotSupported'],
  ])('refuses as %s: %j', (type, value, status) => {
    expect(() => toVariantOf(type, value)).toThrow(expect.objectContaining({ status }) as Error);
  });

  it('refuses a type that does not exist', () => {
    expect(() => toVariantOf('Number', 1)).toThrow(ValueFault);
    expect(() => toVariantOf('toString', 1)).toThrow(ValueFault);
  });
});
