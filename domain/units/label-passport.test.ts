import { createPrivateKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
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
  completed: false,
  issuedAt: 1_795_370_000_000,
  keyId: '8f3a11d20c774be9',
});

const text = fc.oneof(
  fc.string({ maxLength: 90 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.stringMatching(/^[0-9A-Z._-]{0,80}$/),
  fc.nat({ max: 999_999_999_999 }).map(String),
);
const second = fc.integer({ min: 0, max: 4_000_000_000 }).map((s) => s * 1000);
const label: fc.Arbitrary<LabelPassport> = fc.record({
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
  completed: fc.boolean(),
  issuedAt: second,
  keyId: fc.stringMatching(/^[0-9a-f]{16}$/),
});

describe('label passport', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(label, (each) => {
        const decoded = decodeLabel(signed(each));
        expect(decoded).toMatchObject({ ok: true, label: each });
      }),
      { numRuns: 300 },
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
    const whole = signed(demo(4));
    fc.assert(
      fc.property(
        fc.nat({ max: whole.length - 1 }),
        fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-./:+ %$az\u001d'),
        fc.constantFrom('change', 'lose', 'add'),
        (at, char, how) => {
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
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^LWP1:[0-9A-Z\-./:+]{0,400}$/)), (any) => {
        const decoded = decodeLabel(any);
        return decoded.ok || ['damaged', 'version-unknown'].includes(decoded.problem);
      }),
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
