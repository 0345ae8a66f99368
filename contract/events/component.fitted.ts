/** A component of the bill of material went into the unit. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { stepRef, entrySchema } from './shared.ts';

export const componentFitted = defineEvent(
  'component.fitted',
  1,
  z.strictObject({
    ...stepRef,
    bomLine: z.string(),
    materialId: z.string(),
    lot: z.string().nullable(),
    componentSerial: z.string().nullable(),
    code: z.string(),
    entry: entrySchema,
  }),
);
