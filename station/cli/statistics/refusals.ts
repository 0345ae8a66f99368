/** How a refusal of the domain leaves an answer that was being put together. */
import type { Refused, SpcReason } from '#domain/spc/reason.ts';
import type { Answer } from './select.ts';

/** A refusal of the domain on its way out of an answer. */
export class RefusedError extends Error {
  readonly refused: SpcReason;
  constructor({ refused }: Refused) {
    super(refused.code);
    this.refused = refused;
  }
}
export function stop(refusal: Refused): never {
  throw new RefusedError(refusal);
}
/** The answer, or the way out with its refusal. */
export function need<T extends object>(answer: T | Refused): T {
  return 'refused' in answer ? stop(answer as Refused) : (answer as T);
}

/** Why fields are null, beside them. */
export const because = (reason: SpcReason | null): Answer => (reason === null ? {} : { reason });
