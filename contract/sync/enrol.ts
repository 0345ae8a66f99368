/** A station proves once, by a short-lived code, that it belongs to the plant; from then on its key signs each request. */
import { z } from 'zod';

/** Eight characters without those that are mistaken for others (Crockford's base 32), shown as `XXXX-XXXX`. */
export const enrolmentCode = /^[0-9A-HJKMNP-TV-Z]{4}-?[0-9A-HJKMNP-TV-Z]{4}$/;

export const enrolSchema = z.strictObject({
  code: z.string().regex(enrolmentCode),
  stationId: z.string().min(1).max(64),
  plantId: z.string().min(1).max(64),
  /** Ed25519, 32 bytes, base64url. The private key never leaves the station. */
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  version: z.string().max(64),
});
export type Enrol = z.infer<typeof enrolSchema>;

export const enrolAnswerSchema = z.object({
  /** Names the key in signatures and label passports: first 16 hex digits of SHA-256 over the 32 key bytes. */
  keyId: z.string(),
  plantId: z.string(),
  stationId: z.string(),
});
export type EnrolAnswer = z.infer<typeof enrolAnswerSchema>;
