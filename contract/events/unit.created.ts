/** A serialised piece exists. `passed` are operations done elsewhere, as the source told. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const unitCreated = defineEvent(
  'unit.created',
  1,
  z.strictObject({
    serial: z.string(),
    orderId: z.string(),
    materialId: z.string(),
    definitionId: z.string(),
    revision: z.string(),
    passed: z.array(
      z.strictObject({ operationId: z.string(), stationId: z.string().nullable(), at: z.number().nullable() }),
    ),
  }),
);
