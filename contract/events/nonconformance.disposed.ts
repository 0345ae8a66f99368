/** Somebody with the right decided what becomes of some pieces of a nonconformance. */
import { z } from 'zod';
import { dispositionKinds } from '../config/defects.ts';
import { defineEvent } from './define.ts';
import { concessionSchema } from './shared.ts';

export const nonconformanceDisposedBody = z.strictObject({
  nonconformanceId: z.string(),
  dispositionId: z.string(),
  kind: z.enum(dispositionKinds),
  /** Of units: which; empty of a quantity. */
  serials: z.array(z.string()),
  /** Pieces; of units as many as there are serials. */
  quantity: z.number().int().min(1),
  /** Of rework and repair of units: operations that are done again. */
  operations: z.array(z.string()),
  reason: z.string(),
  /** Of use as is. */
  concession: concessionSchema.nullable(),
});

export const nonconformanceDisposed = defineEvent('nonconformance.disposed', 1, nonconformanceDisposedBody);
