/** A machine stands longer than a micro-stop: a card opens. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { sliceContextSchema } from './shared.ts';
import { machineStates } from '../machine-state.ts';

export const stopOpened = defineEvent(
  'stop.opened',
  1,
  z.strictObject({
    stopId: z.string(),
    machineId: z.string(),
    /** UTC ms of the beginning of its first slice. */
    from: z.number(),
    /** Of its first slice. */
    state: z.enum(machineStates),
    alarm: z.string().nullable(),
    context: sliceContextSchema,
  }),
);
