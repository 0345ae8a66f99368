/** Label passports at this station: printed with its key, and checked with the keys that the server made known. */
import { createPublicKey, verify } from 'node:crypto';
import { toSVG } from 'bwip-js/node';
import type { Outcome } from '#contract/refusal.ts';
import type { UnitLabel } from '#contract/rpc/units.ts';
import { labelOfUnit } from '#domain/units/label.ts';
import {
  encodeLabel,
  labelBytes,
  type DecodedLabel,
  type LabelCheck,
  type LabelPassport,
} from '#domain/units/label-passport.ts';
import { isReworked } from '#domain/units/rework.ts';
import { reason } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import type { DocumentSource, SignerSource } from '#station/core/ports.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readUnit } from '#station/store/projections/aggregates.ts';

/** The label as it would be printed now, or why there can be none. */
export function printLabel(
  serial: string,
  facts: Facts,
  { read, signer }: { readonly read: ReadModelReader; readonly signer: SignerSource },
): Outcome<UnitLabel> {
  const key = signer();
  const unit = readUnit(read, serial);
  const made =
    unit === null ? { reasons: [reason('unit.unknown', { serial })] } : labelOfUnit(unit, key?.keyId ?? null, facts);
  if ('reasons' in made || key === null) {
    const reasons = 'reasons' in made ? made.reasons : [reason('label.no-key', {})];
    return { ok: false, refusal: { command: 'unit.label', at: facts.now, reasons, met: [], next: [] } };
  }
  const { label } = made;
  const text = encodeLabel(label, key.sign(labelBytes(label)));
  return {
    ok: true,
    value: {
      serial,
      material: { id: label.materialId, title: titleOf(label.materialId, facts) },
      orderId: label.orderId,
      stationId: facts.station.id,
      issuedAt: label.issuedAt,
      passed: label.passed.map(({ operationId }) => operationId),
      completed: label.completed,
      rework: waitingRework(label),
      text,
      dataMatrix: svgOf('datamatrix', text),
      // Level M: 15 % of it may be damaged (ISO/IEC 18004). DataMatrix ECC 200 has its own.
      qr: svgOf('qrcode', text, { eclevel: 'M' }),
    },
  };
}

const waitingRework = ({ passed, reworks }: LabelPassport): readonly string[] => [
  ...new Set(reworks.filter((order) => !isReworked(order, passed)).flatMap(({ operations }) => operations)),
];

const titleOf = (id: string, { catalogue }: Facts): UnitLabel['material']['title'] =>
  catalogue.material(id)?.title ?? { en: id, de: id };

const svgOf = (bcid: string, text: string, more: { readonly eclevel?: string } = {}): string =>
  toSVG({ bcid, text, scale: 1, barcolor: '000000', backgroundcolor: 'ffffff', padding: 2, ...more });

/** What becomes of a label's signature here. Never throws, whatever a document says of a key. */
export function checkLabel(
  { label, signed, signature }: Extract<DecodedLabel, { ok: true }>,
  { documents, signer }: { readonly documents: DocumentSource; readonly signer: SignerSource },
  stationId: string,
): LabelCheck {
  const own = signer();
  // Ed25519 signs the same bytes in the same way each time (RFC 8032), so the own key needs no document.
  if (own?.keyId === label.keyId) {
    const right = Buffer.from(own.sign(signed)).equals(signature);
    return { signature: right ? 'right' : 'wrong', stationId, revokedAt: null };
  }
  const key = documents.document('station-key', label.keyId)?.body ?? null;
  if (key === null) return { signature: 'key-unknown', stationId: null, revokedAt: null };
  const { revokedAt } = key;
  let right = false;
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.publicKey }, format: 'jwk' });
    right = verify(null, signed, publicKey, signature);
  } catch {
    // A key that is none signs nothing.
  }
  return { signature: right ? 'right' : 'wrong', stationId: key.stationId, revokedAt };
}
