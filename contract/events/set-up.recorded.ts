/** Somebody declared at the process station that it was set up anew or a tool was changed. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { setUpKinds } from './shared.ts';

export const setUpRecorded = defineEvent(
  'set-up.recorded',
  1,
  z.strictObject({
    setUpId: z.string(),
    kind: z.enum(setUpKinds),
    /** null: of every operation of the station. */
    operationId: z.string().nullable(),
    note: z.string(),
  }),
);
