import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineSplitter, terminators, type RawFrame } from './line-splitter.ts';

const bytesArb = fc.array(fc.oneof(fc.constantFrom(0x0d, 0x0a, 0x41, 0x1d), fc.integer({ min: 0, max: 255 })), {
  maxLength: 400,
});

function plain(frames: readonly RawFrame[]): unknown {
  return frames.map(({ kind, bytes }) => [kind, [...bytes]]);
}

describe('LineSplitter', () => {
  test('any chunking of a stream gives the same frames', () => {
    fc.assert(
      fc.property(
        bytesArb,
        fc.constantFrom(...terminators),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 40 }),
        (bytes, terminator, maxLength, cuts) => {
          const whole = new LineSplitter(terminator, maxLength);
          const expected = [...whole.push(Uint8Array.from(bytes)), ...[whole.flush() ?? []].flat()];
          const parts = new LineSplitter(terminator, maxLength);
          const got: RawFrame[] = [];
          let at = 0;
          for (const cut of [...cuts, bytes.length]) {
            got.push(...parts.push(Uint8Array.from(bytes.slice(at, at + cut))));
            at += cut;
          }
          got.push(...[parts.flush() ?? []].flat());
          expect(plain(got)).toEqual(plain(expected));
        },
      ),
    );
  });

  test('no frame is longer than allowed and none has its terminator inside', () => {
    fc.assert(
      fc.property(bytesArb, fc.constantFrom(...terminators), fc.integer({ min: 1, max: 20 }), (bytes, ends, most) => {
        for (const frame of new LineSplitter(ends, most).push(Uint8Array.from(bytes))) {
          if (frame.kind !== 'frame') continue;
          expect(frame.bytes.length).toBeLessThanOrEqual(most);
          expect(frame.bytes.length).toBeGreaterThan(0);
          if (ends === 'any' || ends === 'cr') expect(frame.bytes.includes(0x0d)).toBe(false);
          if (ends === 'any' || ends === 'lf') expect(frame.bytes.includes(0x0a)).toBe(false);
        }
      }),
    );
  });

  test('a good line after any garbage and one terminator is found', () => {
    fc.assert(
      fc.property(bytesArb, fc.constantFrom('cr', 'lf', 'any'), (bytes, ends) => {
        const end = ends === 'lf' ? 0x0a : 0x0d;
        const frames = new LineSplitter(ends, 20).push(Uint8Array.from([...bytes, end, 0x42, 0x42, end]));
        expect(plain(frames.slice(-1))).toEqual([['frame', [0x42, 0x42]]]);
      }),
    );
  });

  test('quiet after an overlong line ends the skipping, so that the next line is whole', () => {
    const splitter = new LineSplitter('cr', 3);
    expect(splitter.push(Buffer.from('AAAAAAAA')).map(({ kind }) => kind)).toEqual(['overlong']);
    expect(splitter.pending).toBe(true);
    expect(splitter.flush()).toBeNull();
    expect(splitter.pending).toBe(false);
    expect(plain(splitter.push(Buffer.from('BB\r')))).toEqual([['frame', [0x42, 0x42]]]);
  });
});
