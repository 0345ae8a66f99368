import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLabel, encodeLabel, isLabelPassport, labelBytes, type LabelPassport } from './label-passport.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const signed = (label: LabelPassport, key: KeyObject = privateKey): string =>
  encodeLabel(label, sign(null, labelBytes(label), key));
const accepted = (text: string): boolean => {
  const decoded = decodeLabel(text);
  return decoded.ok && verify(null, decoded.signed, publicKey, decoded.signature);
};

const demo = (operations: number): LabelPassport => ({
  serial: 'PMP200-2600031',
  orderId: 'WO-10460',
  materialId: 'PMP-200',
  definitionId: 'PMP-200',
  revision: 'A',
  origin: { stationId: 'ST05', at: 1_795_356_000_000 },
  passed: Array.from({ length: operations }, (_, i) => ({
    operationId: String((i + 1) * 10),
    stationId: ['ST05', 'ST10', 'ST20'][i % 3]!,
    at: 1_795_356_000_000 + (i + 1) * 420_000,
  })),
  reworks: [],
  completed: false,
  issuedAt: 1_795_370_000_000,
  keyId: '8f3a11d20c774be9',
});

const disposition = '019ac001-8b1f-7b52-8c4e-1f0a55d2c9aa';

const text = fc.oneof(
  fc.string({ maxLength: 90 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.stringMatching(/^[0-9A-Z._-]{0,80}$/),
  fc.nat({ max: 999_999_999_999 }).map(String),
);
const second = fc.integer({ min: 0, max: 4_000_000_000 }).map((s) => s * 1000);
const plain = fc.record({
  serial: text,
  orderId: text,
  materialId: text,
  definitionId: text,
  revision: text,
  origin: fc.record({ stationId: text, at: second }),
  passed: fc.array(
    fc.record({ operationId: text, stationId: fc.option(fc.constantFrom('ST10', 'ST20')), at: fc.option(second) }),
    { maxLength: 12 },
  ),
  reworks: fc.constant([]),
  completed: fc.boolean(),
  issuedAt: second,
  keyId: fc.stringMatching(/^[0-9a-f]{16}$/),
});
const id = fc.oneof(fc.uuid(), text);
/** Orders, runs that knew some of them, and some that were not heard of themselves. */
const reworked: fc.Arbitrary<LabelPassport> = fc
  .tuple(
    plain,
    fc.array(
      fc.record({
        reworkId: id,
        nonconformanceId: id,
        kind: fc.constantFrom('rework', 'repair'),
        operations: fc.array(text, { minLength: 1, maxLength: 3 }),
        ends: fc.array(text, { minLength: 1, maxLength: 5 }),
        stationId: fc.constantFrom('ST10', 'ST30', '@plant'),
        at: second,
      }),
      { maxLength: 4 },
    ),
    fc.array(fc.array(fc.nat({ max: 4 }), { maxLength: 3 }), { minLength: 12, maxLength: 12 }),
    fc.uuid(),
  )
  .map(([base, reworks, knew, unheard]) => ({
    ...base,
    reworks,
    passed: base.passed.map((pass, at) => {
      const ids = (knew[at] ?? []).map((n) => reworks[n]?.reworkId ?? unheard);
      return ids.length === 0 ? pass : { ...pass, reworks: ids };
    }),
  }));
/** Under concessions, of units that were reworked and of others. */
const conceded: fc.Arbitrary<LabelPassport> = fc
  .tuple(
    fc.oneof(plain, reworked),
    fc.array(
      fc.record({
        dispositionId: id,
        nonconformanceId: id,
        defectText: fc.record({ en: text, de: text }),
        number: text,
        expiresAt: fc.option(second),
        stationId: fc.constantFrom('ST10', 'ST30', '@plant'),
        at: second,
        by: fc.constantFrom({ kind: 'person', id: 'p-feld' } as const, { kind: 'system' } as const),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([base, concessions]) => ({ ...base, concessions }));
const label: fc.Arbitrary<LabelPassport> = fc.oneof(plain, reworked, conceded);
const demoConceded = (base: LabelPassport, count = 1): LabelPassport => ({
  ...base,
  concessions: Array.from({ length: count }, (_, n) => ({
    dispositionId: `019ac003-8b1f-7b52-8c4e-1f0a55d2c9a${n}`,
    nonconformanceId: `019ac004-77aa-7c3e-9d10-0242ac12000${n}`,
    defectText: { en: 'Burr in the bore', de: 'Grat in der Bohrung' },
    number: 'K-2026-17',
    expiresAt: 1_798_000_000_000,
    stationId: 'ST30',
    at: 1_795_368_000_000,
    by: { kind: 'person', id: 'p-feld' },
  })),
});
/** Operation 20 was ordered again at ST30 and has passed since. */
const demoReworked = (): LabelPassport => ({
  ...demo(1),
  passed: [...demo(1).passed, { operationId: '20', stationId: 'ST10', at: 1_795_369_000_000, reworks: [disposition] }],
  reworks: [
    {
      reworkId: disposition,
      nonconformanceId: '019ac001-77aa-7c3e-9d10-0242ac120002',
      kind: 'rework',
      operations: ['20'],
      ends: ['20', '30'],
      stationId: 'ST30',
      at: 1_795_368_000_000,
    },
  ],
});

describe('label passport', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(label, (each) => {
        const decoded = decodeLabel(signed(each));
        expect(decoded.ok && decoded.label).toEqual(each);
      }),
      { numRuns: 600 },
    );
  });

  it('is the same text every time, of characters that a scan carries', () => {
    expect(signed(demo(3))).toBe(signed(demo(3)));
    expect(signed(demo(12))).toMatch(/^LWP1:[0-9A-Z\-./:+]+$/);
    expect(isLabelPassport(signed(demo(1)))).toBe(true);
    expect(isLabelPassport('LWP-100')).toBe(false);
  });

  it('is at most 300 characters with 12 operations of the demo plant', () => {
    const lengths = Array.from({ length: 12 }, (_, i) => signed(demo(i + 1)).length);
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
    expect({ one: lengths[0], twelve: lengths[11] }).toEqual({ one: 187, twelve: 293 });
  });

  it('is of version 2 with rework orders and with them alone, and 81 characters longer by the first', () => {
    const { reworks, passed } = demoReworked();
    const without = { ...demoReworked(), reworks: [], passed: passed.map(({ reworks: _knew, ...pass }) => pass) };
    expect(signed(without)).toMatch(/^LWP1:/);
    expect(signed(demoReworked())).toMatch(/^LWP2:/);
    const two = {
      ...demoReworked(),
      reworks: [...reworks, ...reworks.map((each) => ({ ...each, reworkId: each.nonconformanceId }))],
    };
    const lengths = [without, demoReworked(), two].map((each) => signed(each).length);
    expect(lengths).toEqual([200, 281, 347]);
  });

  it('is of version 3 under a concession and with one alone, and 151 characters longer by the first', () => {
    expect(signed(demoConceded(demo(1)))).toMatch(/^LWP3:/);
    expect(signed({ ...demo(1), concessions: [] })).toBe(signed(demo(1)));
    const lengths = [demo(1), demoConceded(demo(1)), demoConceded(demo(1), 2)].map((each) => signed(each).length);
    expect(lengths).toEqual([187, 338, 476]);
    const both = decodeLabel(signed(demoConceded(demoReworked())));
    expect(both.ok && both.label).toEqual(demoConceded(demoReworked()));
    const whole = signed(demoConceded(demo(2)));
    expect(accepted(whole)).toBe(true);
    expect(accepted(whole.replace('LWP3:', 'LWP2:'))).toBe(false);
  });

  it.each(['LWP1', 'LWP2', 'LWP3'])('%s as it was once printed is read for ever', (version) => {
    const golden = JSON.parse(
      readFileSync(join(import.meta.dirname, `../../tests/goldens/labels/${version}.json`), 'utf8'),
    ) as { text: string; label: LabelPassport; publicKey: string };
    const decoded = decodeLabel(golden.text);
    if (!decoded.ok) throw new Error(decoded.problem);
    expect(decoded.label).toEqual(golden.label);
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: golden.publicKey }, format: 'jwk' });
    expect(verify(null, decoded.signed, key, decoded.signature)).toBe(true);
    expect(encodeLabel(decoded.label, decoded.signature)).toBe(golden.text);
  });

  it('a signature of one version does not pass in the other', () => {
    const whole = signed(demoReworked());
    expect(accepted(whole)).toBe(true);
    expect(accepted(whole.replace('LWP2:', 'LWP1:'))).toBe(false);
    expect(accepted(signed(demo(2)).replace('LWP1:', 'LWP2:'))).toBe(false);
  });

  it('any flipped bit of the body or the signature is refused', () => {
    const whole = signed(demo(4));
    const decoded = decodeLabel(whole);
    if (!decoded.ok) throw new Error('not read');
    const { signed: bytes, signature } = decoded;
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Uint8Array.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(verify(null, changed, publicKey, signature)).toBe(false);
    }
    for (let bit = 0; bit < signature.length * 8; bit += 1) {
      const changed = Uint8Array.from(signature);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(verify(null, bytes, publicKey, changed)).toBe(false);
    }
  });

  it('any changed, lost or added character is refused', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(signed(demo(4)), signed(demoReworked()))
          .chain((whole) => fc.tuple(fc.constant(whole), fc.nat({ max: whole.length - 1 }))),
        fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-./:+ %$az\u001d'),
        fc.constantFrom('change', 'lose', 'add'),
        ([whole, at], char, how) => {
          const changed =
            how === 'change'
              ? whole.slice(0, at) + char + whole.slice(at + 1)
              : how === 'lose'
                ? whole.slice(0, at) + whole.slice(at + 1)
                : whole.slice(0, at) + char + whole.slice(at);
          return changed === whole || !accepted(changed);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('never throws, whatever is scanned', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^LWP[12]:[0-9A-Z\-./:+]{0,400}$/)),
        (any) => {
          const decoded = decodeLabel(any);
          return decoded.ok || ['damaged', 'version-unknown'].includes(decoded.problem);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('says which version it is of when this program does not know it', () => {
    expect(decodeLabel(signed(demo(1)).replace('LWP1:', 'LWP7:'))).toEqual({
      ok: false,
      problem: 'version-unknown',
      version: 7,
    });
    expect(decodeLabel('LWP1:')).toMatchObject({ problem: 'damaged' });
    expect(decodeLabel('')).toMatchObject({ problem: 'damaged', version: null });
  });

  it('the signature is for a label and nothing else', () => {
    const whole = decodeLabel(signed(demo(1)));
    if (!whole.ok) throw new Error('not read');
    expect(new TextDecoder().decode(whole.signed.slice(0, 27))).toBe('linewright/label-passport/1');
    // The same bytes signed without the domain, as of another protocol, do not pass.
    const bare = sign(
      null,
      whole.signed.slice(28),
      createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    );
    expect(verify(null, whole.signed, publicKey, bare)).toBe(false);
  });
});
