import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter } from './byte-buffer.ts';
import { integerLimit, readIntegers, writeIntegers } from './integer-column.ts';
import {
  arrivalsOf,
  instant,
  readArrivals,
  readBlock,
  readChunk,
  Samples,
  writeArrivals,
  writeBlock,
  writeChunk,
} from './samples.ts';
import { readValues, writeValues } from './value-column.ts';

function valuesThere(values: readonly number[]): { back: number[]; bytes: number } {
  const out = new ByteWriter(1);
  writeValues(out, Float64Array.from(values), values.length);
  const blob = out.take();
  const input = new ByteReader(blob);
  const into = new Float64Array(values.length);
  readValues(input, values.length, into);
  expect(input.position).toBe(blob.length);
  return { back: [...into], bytes: blob.length };
}

const safe = fc.integer({ min: -integerLimit, max: integerLimit });
const anyDouble = fc.oneof(
  fc.double(),
  fc.constantFrom(Number.NaN, -0, 0, Infinity, -Infinity, Number.MAX_VALUE, 5e-324),
);

describe('bytes', () => {
  test('varints and signed integers come back', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat()), fc.array(safe), (naturals, integers) => {
        const out = new ByteWriter(1);
        for (const value of naturals) out.varint(value);
        for (const value of integers) out.signed(value);
        const input = new ByteReader(out.take());
        expect(naturals.map(() => input.varint())).toEqual(naturals);
        expect(integers.map(() => input.signed())).toEqual(integers);
        expect(() => input.byte()).toThrow(RangeError);
      }),
    );
  });
});

describe('integer column', () => {
  const there = (values: readonly number[]): { back: number[]; bytes: number } => {
    const out = new ByteWriter(1);
    writeIntegers(out, Float64Array.from(values), values.length);
    const input = new ByteReader(out.take());
    const into = new Float64Array(values.length);
    readIntegers(input, values.length, into);
    expect(input.position).toBe(out.length);
    return { back: [...into], bytes: out.length };
  };

  test.each([
    ['small', fc.integer({ min: -5, max: 5 })],
    ['16 bit', fc.integer({ min: 0, max: 65_535 })],
    ['17 to 32 bit', fc.integer({ min: -2_147_483_648, max: 2_147_483_647 })],
    ['any', safe],
    ['mixed', fc.oneof(fc.integer({ min: 0, max: 3 }), safe)],
  ])('%s come back', (_name, value) => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 700 }), (values) => {
        expect(there(values).back).toEqual(values);
      }),
    );
  });

  test('every width comes back at its extremes', () => {
    for (let bits = 0; bits <= 50; bits += 1) {
      const top = 2 ** bits - 1;
      const values = Array.from({ length: 300 }, (_unused, i) => (i % 3 === 0 ? 0 : i % 3 === 1 ? top : top - (i % 7)));
      expect(there(values).back).toEqual(values);
      expect(there(values.map((value) => -value + 0)).back).toEqual(values.map((value) => -value + 0));
    }
  });

  test('a steady count takes no bits', () => {
    expect(there(Array.from({ length: 1_280 }, (_unused, i) => 1_760_000_000_000 + i * 100)).bytes).toBeLessThan(80);
  });
});

describe('value column', () => {
  test.each([
    ['any double', anyDouble],
    ['integers', safe],
    ['booleans', fc.constantFrom(0, 1)],
    ['decimals, divided', fc.integer().map((i) => i / 1_000)],
    ['decimals, multiplied', fc.integer().map((i) => i * 0.001)],
    ['binary fractions', fc.integer().map((i) => (i * 10) / 16_384)],
    ['floats', fc.float()],
    ['few', fc.constantFrom(Math.PI, Math.E, Math.SQRT2, Number.NaN)],
    [
      'mixed',
      fc.oneof(
        anyDouble,
        fc.integer(),
        fc.integer().map((i) => i / 100),
      ),
    ],
  ])('%s come back bit by bit', (_name, value) => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 600 }), (values) => {
        expect(valuesThere(values).back).toEqual(values);
      }),
    );
  });

  // A noisy 14-bit converter, whatever it is scaled by, must not cost more than its bits and a little.
  const noise = Array.from({ length: 512 }, (_unused, i) => (Math.imul(i + 1, 2_654_435_761) >>> 8) & 16_383);
  test.each([
    ['raw', (x: number) => x],
    ['x / 100', (x: number) => x / 100],
    ['x * 0.01', (x: number) => x * 0.01],
    ['x * 10 / 16384', (x: number) => (x * 10) / 16_384],
    ['x * (10 / 16384)', (x: number) => x * (10 / 16_384)],
    ['x * 5 - 20000', (x: number) => x * 5 - 20_000],
  ])('noise of 14 bits stays at 14 bits: %s', (_name, scaled) => {
    const { back, bytes } = valuesThere(noise.map(scaled));
    expect(back).toEqual(noise.map(scaled));
    expect(bytes).toBeLessThan(512 * 1.75 + 60);
  });

  test('a constant takes a few bytes; floats take 4, few values their index', () => {
    expect(valuesThere(Array.from({ length: 512 }, () => Math.PI)).bytes).toBeLessThan(40);
    expect(valuesThere(noise.map((x) => Math.fround(x / 3))).bytes).toBeLessThan(512 * 4 + 60);
    expect(valuesThere(noise.map((x) => (x % 16) / 7)).bytes).toBeLessThan(512 / 2 + 16 * 8 + 60);
  });
});

const time = fc.oneof(
  fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
  fc.constantFrom(0, 946_684_800_000, 4_102_444_800_000, -11_644_473_600_000),
);
const sample = fc.record({ at: time, received: time, value: anyDouble, word: fc.integer({ min: 0, max: 0xffff }) });

function columns(samples: readonly { at: number; received: number; value: number; word: number }[]): Samples {
  const into = new Samples(0);
  for (const { at, received, value, word } of samples) into.push(at, received, value, word);
  return into;
}
const listed = (samples: Samples): unknown =>
  Array.from({ length: samples.count }, (_unused, i) => ({
    at: samples.at[i],
    received: samples.received[i],
    value: samples.value[i],
    word: samples.word[i],
  }));

test('a chunk comes back, times running backwards and all', () => {
  const into = new Samples(3);
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 400 }), (samples) => {
      const out = new ByteWriter(1);
      const written = columns(samples);
      writeArrivals(out, arrivalsOf([written]));
      writeChunk(out, written, arrivalsOf([written]));
      const input = new ByteReader(out.take());
      const { position } = input;
      const arrivals = readArrivals(input);
      expect(input.position).toBeGreaterThan(position);
      readChunk(input, into, arrivals, true);
      expect(listed(into)).toEqual(samples);
      expect(input.position).toBe(out.length);
    }),
  );
});

test('a block of many tags comes back', () => {
  const tagged = fc.tuple(fc.integer({ min: 0, max: 10_000 }), sample);
  fc.assert(
    fc.property(fc.array(tagged, { maxLength: 400 }), (rows) => {
      const out = new ByteWriter(1);
      writeBlock(out, {
        tags: Float64Array.from(rows.map(([tag]) => tag)),
        samples: columns(rows.map(([, row]) => row)),
      });
      const back = readBlock(new ByteReader(out.take()));
      expect([...back.tags]).toEqual(rows.map(([tag]) => tag));
      expect(listed(back.samples)).toEqual(rows.map(([, row]) => row));
    }),
  );
});

test('a damaged blob is an error or other numbers, never an endless loop', () => {
  const out = new ByteWriter();
  const samples = columns(Array.from({ length: 100 }, (_unused, i) => ({ at: i, received: i, value: i / 3, word: 1 })));
  writeArrivals(out, arrivalsOf([samples]));
  writeChunk(out, samples, arrivalsOf([samples]));
  const blob = out.take();
  fc.assert(
    fc.property(fc.nat(blob.length - 1), fc.nat(255), (place, byte) => {
      const damaged = blob.slice(0, Math.max(1, place));
      damaged[place % damaged.length] = byte;
      try {
        const input = new ByteReader(damaged);
        readChunk(input, new Samples(0), readArrivals(input), true);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});

test('what is no instant is none', () => {
  expect([null, Number.NaN, Infinity, 1e300].map(instant)).toEqual([null, null, null, null]);
  expect([1.4, 0, -0.2].map(instant)).toEqual([1, 0, 0]);
});
