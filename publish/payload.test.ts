import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { dataTypes, decodePayload, encodePayload, type Metric } from './payload.ts';

const times = fc.integer({ min: 0, max: 2 ** 45 });
const values = fc.oneof(
  fc.record({ type: fc.constant('double' as const), value: fc.double({ noNaN: true }) }),
  fc.record({ type: fc.constant('int64' as const), value: fc.maxSafeNat() }),
  fc.record({ type: fc.constant('boolean' as const), value: fc.boolean() }),
  fc.record({ type: fc.constant('string' as const), value: fc.string({ unit: 'grapheme', maxLength: 300 }) }),
  fc.record({ type: fc.constantFrom(...(Object.keys(dataTypes) as Metric['type'][])), value: fc.constant(null) }),
);
const metrics = fc
  .record({
    name: fc.string({ maxLength: 40 }),
    alias: fc.nat(),
    at: times,
    unit: fc.option(fc.constantFrom('mm', 'kW.h', 'Cel')),
    historical: fc.boolean(),
    said: values,
  })
  .map(({ said, ...rest }) => ({ ...rest, ...said }));

test('what is written by hand is read by protobufjs as it was meant, whatever its length', () => {
  fc.assert(
    fc.property(
      times,
      fc.option(fc.integer({ min: 0, max: 255 })),
      fc.array(metrics, { maxLength: 60 }),
      (at, seq, list) => {
        const decoded = decodePayload(encodePayload(at, seq, list));
        expect([decoded.timestamp, decoded.seq]).toEqual([at, seq]);
        expect(decoded.metrics).toEqual(
          list.map(({ name, alias, at: timestamp, type, value, unit, historical }) => {
            return { name, alias, timestamp, datatype: dataTypes[type], historical, unit, value };
          }),
        );
      },
    ),
  );
});

test('a message longer than the buffer at first', () => {
  const list = Array.from({ length: 20_000 }, (_, n): Metric => ({
    name: `Characteristic/${n}`,
    alias: n,
    at: n,
    type: 'double',
    value: n,
  }));
  expect(decodePayload(encodePayload(1, 7, list)).metrics.at(-1)).toMatchObject({
    name: 'Characteristic/19999',
    value: 19_999,
  });
});
