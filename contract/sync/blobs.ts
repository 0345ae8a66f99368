/**
 * The side road: curves, samples and pictures. Resumable piece by piece, always after facts, and lossy-tolerant: a blob
 * that cannot be sent any more delays nothing.
 */
import { z } from 'zod';
import { hashSchema } from './protocol.ts';

export const blobKinds = ['trace', 'samples', 'photo'] as const;

/** `POST blobs`: says what will come; answered with how much of it is there already. */
export const blobOfferSchema = z.strictObject({
  /** SHA-256 of the whole content, hex: its id. */
  sha256: hashSchema,
  kind: z.enum(blobKinds),
  size: z.number().int().min(1),
  contentType: z.string().max(100),
  /** What it belongs to: trace id, tag and time span, serial. */
  name: z.string().max(200),
  fromAt: z.number().nullable(),
  toAt: z.number().nullable(),
});
export type BlobOffer = z.infer<typeof blobOfferSchema>;

/**
 * Also of `PATCH blobs/<sha256>` with header `upload-offset` and the bytes from there on. A wrong offset is answered 409
 * with the right one. When `offset` is `size` the whole was checked against its hash; on a mismatch it is 0 again.
 */
export const blobAnswerSchema = z.object({ offset: z.number().int(), size: z.number().int(), complete: z.boolean() });
export type BlobAnswer = z.infer<typeof blobAnswerSchema>;
