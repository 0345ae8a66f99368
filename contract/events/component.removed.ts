/** A fitted component was taken out again (step repeated). */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { stepRef } from './shared.ts';

export const componentRemoved = defineEvent(
  'component.removed',
  1,
  z.strictObject({
    ...stepRef,
    bomLine: z.string(),
    materialId: z.string(),
    lot: z.string().nullable(),
    componentSerial: z.string().nullable(),
  }),
);
