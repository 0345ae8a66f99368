import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkAddress, orders, parseAddress, wordsOf, type Address, type NumberType } from './address.ts';
import {
  MbapFraming,
  RtuFraming,
  crc16,
  readAnswer,
  readRequest,
  type Frame,
  type Framing,
  type Pdu,
} from './codec.ts';
import { OrderHint, rawNumber, toSaid, toWords } from './values.ts';

interface Fixture {
  readonly what: string;
  readonly framing: 'rtu' | 'tcp';
  readonly request: string;
  readonly answer: string;
  readonly says: unknown;
}
const fixtures = JSON.parse(readFileSync(new URL('fixtures/exchanges.json', import.meta.url), 'utf8')) as Fixture[];
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const make = (framing: 'rtu' | 'tcp'): Framing => (framing === 'rtu' ? new RtuFraming() : new MbapFraming());

describe('exchanges of the specifications', () => {
  test.each(fixtures)('$what', ({ framing, request, answer, says }) => {
    const asked = bytes(request);
    const pdu = framing === 'rtu' ? asked.slice(1, -2) : asked.slice(7);
    const unit = framing === 'rtu' ? asked[0]! : asked[6]!;
    const transaction = framing === 'rtu' ? 0 : (asked[0]! << 8) | asked[1]!;
    expect(make(framing).encode(unit, transaction, pdu)).toEqual(asked);
    for (const pieces of [[bytes(answer)], [...bytes(answer)].map((byte) => Uint8Array.of(byte))]) {
      const line = make(framing);
      const frames = pieces.flatMap((piece) => line.push(piece));
      expect(frames).toHaveLength(1);
      expect(frames[0]).toMatchObject({ kind: 'answer', unit });
      expect(readAnswer(pdu, (frames[0] as { pdu: Pdu }).pdu)).toEqual(says);
      expect(line.pending).toBe(false);
    }
  });
});

const answers = fc.oneof(
  fc
    .record({
      code: fc.constantFrom(3, 4),
      words: fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 125 }),
    })
    .map(({ code, words }) =>
      Uint8Array.of(code, words.length * 2, ...words.flatMap((word) => [word >> 8, word & 0xff])),
    ),
  fc
    .record({ code: fc.constantFrom(1, 2), data: fc.uint8Array({ minLength: 1, maxLength: 250 }) })
    .map(({ code, data }) => Uint8Array.of(code, data.length, ...data)),
  fc
    .record({ code: fc.constantFrom(5, 6, 15, 16), rest: fc.uint8Array({ minLength: 4, maxLength: 4 }) })
    .map(({ code, rest }) => Uint8Array.of(code, ...rest)),
  fc
    .record({ code: fc.constantFrom(1, 2, 3, 4, 5, 6, 15, 16), exception: fc.integer({ min: 1, max: 11 }) })
    .map(({ code, exception }) => Uint8Array.of(code | 0x80, exception)),
);
const said = fc.record({
  unit: fc.integer({ min: 0, max: 255 }),
  transaction: fc.integer({ min: 0, max: 0xffff }),
  pdu: answers,
});
const framings = fc.constantFrom('rtu' as const, 'tcp' as const);
const cuts = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 12 });

function deliver(line: Framing, all: Uint8Array, sizes: readonly number[]): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0, n = 0; at < all.length; n += 1) {
    const size = sizes[n % sizes.length]!;
    frames.push(...line.push(all.subarray(at, at + size)));
    at += size;
  }
  return frames;
}
const good = (frames: readonly Frame[]): unknown[] =>
  frames.flatMap((frame) => (frame.kind === 'answer' ? [[frame.unit, [...frame.pdu]]] : []));

describe('whatever the line does', () => {
  test('frames that are merged and cut anywhere come out whole, in order, and nothing else', () => {
    fc.assert(
      fc.property(framings, fc.array(said, { minLength: 1, maxLength: 5 }), cuts, (framing, list, sizes) => {
        const line = make(framing);
        const all = Buffer.concat(list.map(({ unit, transaction, pdu }) => line.encode(unit, transaction, pdu)));
        const frames = deliver(line, all, sizes);
        expect(frames.every(({ kind }) => kind === 'answer')).toBe(true);
        expect(good(frames)).toEqual(list.map(({ unit, pdu }) => [unit, [...pdu]]));
        expect(line.pending).toBe(false);
      }),
    );
  });

  test('half a frame is never a frame, and the next one is not lost', () => {
    fc.assert(
      fc.property(framings, said, said, fc.nat(), (framing, first, second, at) => {
        const line = make(framing);
        const whole = line.encode(first.unit, first.transaction, first.pdu);
        const half = whole.subarray(0, 1 + (at % (whole.length - 1)));
        const frames = [...line.push(half), ...line.idle()];
        // A shorter frame may by chance stand whole inside of a longer one (1 in 65536 per place): never with its data.
        expect(
          good(frames).filter((one) => JSON.stringify(one) === JSON.stringify([first.unit, [...first.pdu]])),
        ).toEqual([]);
        expect(frames.some(({ kind }) => kind === 'invalid')).toBe(true);
        expect(good(line.push(line.encode(second.unit, second.transaction, second.pdu)))).toEqual([
          [second.unit, [...second.pdu]],
        ]);
      }),
    );
  });

  test('RTU: one damaged byte is found, noise around a frame is told and the frame is kept', () => {
    fc.assert(
      fc.property(said, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, place, mask) => {
        const line = new RtuFraming();
        const frame = line.encode(one.unit, 0, one.pdu);
        const at = place % frame.length;
        frame[at] = frame[at]! ^ mask;
        const frames = [...line.push(frame), ...line.idle()];
        expect(frames.some(({ kind }) => kind === 'invalid')).toBe(true);
        expect(good(frames)).not.toContainEqual([one.unit, [...one.pdu]]);
      }),
    );
    const line = new RtuFraming();
    const frame = line.encode(17, 0, Uint8Array.of(3, 2, 0x12, 0x34));
    const frames = [...line.push(Uint8Array.of(0, 0xff, 0, ...frame, 0xfe)), ...line.idle()];
    expect(frames.map((one) => (one.kind === 'answer' ? one.unit : one.fault))).toEqual(['format', 17, 'cut-off']);
  });

  test('random bytes never break it and never leave it stuck', () => {
    fc.assert(
      fc.property(framings, fc.uint8Array({ maxLength: 600 }), said, cuts, (framing, noise, one, sizes) => {
        const line = make(framing);
        deliver(line, noise, sizes);
        line.idle();
        expect(line.pending).toBe(false);
        expect(good(line.push(line.encode(one.unit, 1, one.pdu)))).toEqual([[one.unit, [...one.pdu]]]);
      }),
    );
  });

  test('an answer is only one to its own question', () => {
    const asked = readRequest('holding', 100, 2);
    expect(readAnswer(asked, bytes('03 04 00 01 00 02'))).toEqual({ kind: 'words', words: [1, 2] });
    for (const other of [
      '04 04 00 01 00 02',
      '03 02 00 01',
      '03 04 00 01',
      '03 06 00 01 00 02 00 03',
      '84 02',
      '83',
      '',
    ]) {
      expect(readAnswer(asked, bytes(other)), other).toBeNull();
    }
    expect(readAnswer(bytes('06 00 01 00 03'), bytes('06 00 01 00 04'))).toBeNull();
  });

  test('the CRC is that of the specification', () => expect(crc16(Buffer.from('123456789'))).toBe(0x4b37));
});

const of = (address: string): Address => {
  const parsed = parseAddress(address);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
};

describe('values', () => {
  const ranges: Record<NumberType, fc.Arbitrary<number>> = {
    int16: fc.integer({ min: -32_768, max: 32_767 }),
    uint16: fc.integer({ min: 0, max: 65_535 }),
    int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    int64: fc.maxSafeInteger(),
    uint64: fc.maxSafeNat(),
    float32: fc.float({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
    float64: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  };
  test.each(Object.keys(wordsOf) as NumberType[])('%s goes out and comes back the same in every order', (type) => {
    fc.assert(
      fc.property(ranges[type], fc.constantFrom(...orders), (value, order) => {
        const address = of(`holding=0;type=${type};order=${order}`);
        const words = toWords(address, value, 'ABCD');
        expect(words).toHaveLength(wordsOf[type]);
        const back = toSaid(address, 'number', words as number[], 'ABCD').value as number;
        expect(type === 'float32' ? Math.fround(back) : back).toBe(value);
      }),
    );
  });

  test('the orders are those of the makers', () => {
    const words = (hex: string): number[] => [parseInt(hex.slice(0, 4), 16), parseInt(hex.slice(4), 16)];
    expect(rawNumber('float32', words('4366199a'), 'ABCD')).toBe(230.1);
    expect(rawNumber('float32', words('199a4366'), 'CDAB')).toBe(230.1);
    expect(rawNumber('float32', words('66439a19'), 'BADC')).toBe(230.1);
    expect(rawNumber('float32', words('9a196643'), 'DCBA')).toBe(230.1);
    expect(rawNumber('float32', words('43661999'), 'ABCD')).toBe(230.09999);
  });

  test('scale, bits, texts, rows, 64 bits, and what is no number', () => {
    expect(toSaid(of('input=0;scale=0.1'), 'number', [2301], 'ABCD').value).toBe(230.1);
    expect(toSaid(of('input=0;type=int16;scale=0.01;offset=-5'), 'number', [0xffff], 'ABCD').value).toBe(-5.01);
    expect(toSaid(of('holding=0;bit=3'), 'boolean', [8], 'ABCD').value).toBe(true);
    expect(toSaid(of('holding=0;bit=15'), 'number', [0x7fff], 'ABCD').value).toBe(0);
    expect(toSaid(of('holding=0;type=string;length=4'), 'text', [0x5345, 0x4e54, 0x2020, 0], 'CDAB').value).toBe(
      'SENT',
    );
    expect(toSaid(of('holding=0;type=string;length=1'), 'text', [0x4553], 'BADC').value).toBe('SE');
    expect(toSaid(of('holding=0;count=3'), 'numbers', [1, 2, 3], 'ABCD').value).toEqual([1, 2, 3]);
    const big = [0xffff, 0xffff, 0xffff, 0xffff];
    expect(toSaid(of('holding=0;type=uint64'), 'number', big, 'ABCD')).toMatchObject({
      quality: 'uncertain',
      status: 'not-exact',
    });
    expect(toSaid(of('holding=0;type=uint64'), 'text', big, 'ABCD').value).toBe('18446744073709551615');
    expect(toSaid(of('holding=0;type=float32'), 'number', [0x7fc0, 0], 'ABCD')).toEqual({
      value: null,
      quality: 'bad',
      status: 'not-a-number',
    });
  });

  test.each([
    ['holding=0;type=int16', 40_000, /not within -32768 and 32767/],
    ['holding=0', -1, /not within 0/],
    ['holding=0;scale=0.1', 1.25, /whole number of steps of 0.1/],
    ['holding=0;bit=2', true, /neighbours/],
    ['holding=0;type=string;length=2', 'toolong', /do not go into 2 registers/],
    ['holding=0;type=float32', 1e39, /beyond float32/],
    ['holding=0', 'x', /number is expected/],
    ['holding=0;count=2', [1], /2 values/],
  ])('%s does not take %s', (address, value, why) => expect(toWords(of(address), value, 'ABCD')).toMatch(why));

  test('a wrong order of words is noticed: floats at once, whole numbers after three different ones', () => {
    const hint = new OrderHint();
    expect(hint.hear(0, 'float32', [0x1a00, 0x4366], 'ABCD')).toEqual({ doubtful: true, say: 'CDAB' });
    expect(hint.hear(0, 'float32', [0x1a01, 0x4366], 'ABCD')).toEqual({ doubtful: true, say: null });
    const said = [5, 5, 6, 7].map((low) => hint.hear(1, 'uint32', [low, 0], 'ABCD').say);
    expect(said).toEqual([null, null, null, 'CDAB']);
    for (const low of [0, 1, 0xffff]) expect(hint.hear(2, 'uint32', [1, low], 'ABCD').say).toBeNull();
    fc.assert(
      fc.property(
        fc.float({ min: Math.fround(1e-3), max: 1e9, noNaN: true }),
        fc.constantFrom(...orders),
        (value, order) => {
          const words = toWords(of(`holding=0;type=float32;order=${order}`), value, 'ABCD') as number[];
          expect(new OrderHint().hear(0, 'float32', words, order)).toEqual({ doubtful: false, say: null });
        },
      ),
    );
  });
});

describe('addresses', () => {
  test.each([
    ['holding=0', { table: 'holding', start: 0, type: 'uint16', length: 1, unit: null }],
    [
      'unit=17;input=0x10;type=float32;order=CDAB;scale=0.001',
      { unit: 17, start: 16, length: 2, order: 'CDAB', scale: 0.001 },
    ],
    ['coil=3', { table: 'coil', type: 'bit' }],
    ['holding=5;bit=12', { type: 'bit', bit: 12 }],
    ['holding=5;type=int32;count=4', { length: 8, count: 4 }],
  ])('%s', (address, parts) => expect(parseAddress(address)).toMatchObject(parts));

  test.each([
    ['40001', /key=value/],
    ['holding=70000', /40001 of a manual is holding=0/],
    ['holding=1;coil=2', /one of coil=/],
    ['type=int16', /one of coil=/],
    ['holding=1;type=real', /one of int16/],
    ['holding=1;order=ACBD', /one of ABCD/],
    ['holding=1;scale=0', /other than 0/],
    ['holding=1;type=bit', /which bit/],
    ['coil=1;type=int16', /a coil is a bit/],
    ['coil=1;order=CDAB', /goes with registers/],
    ['holding=1;type=string', /how many registers/],
    ['holding=65535;type=int32', /ends behind/],
    ['holding=1;type=float64;count=40', /160 registers/],
    ['holding=1;holding=2', /stands twice/],
    ['holding=1;speed=3', /there is no "speed"/],
    ['holding=1;length=4', /type=string/],
    ['unit=300;holding=1', /0 to 255/],
  ])('%s is refused in words', (address, why) => expect(checkAddress(address)).toMatch(why));
});
