/** A state slice of a machine begins, and the one before ends. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { sliceContextSchema } from './shared.ts';
import { machineStates } from '../machine-state.ts';

export const sliceBegun = defineEvent(
  'slice.begun',
  1,
  z.strictObject({
    machineId: z.string(),
    /** UTC ms, never before the beginning of the slice under way. */
    beganAt: z.number(),
    state: z.enum(machineStates),
    /** What the machine itself said, e.g. `Held`; null: it said nothing (a person did, or nobody knows). */
    told: z.string().nullable(),
    /** What it said is wrong; null: nothing, or it has no such tag. */
    alarm: z.string().nullable(),
    context: sliceContextSchema,
    /** Whose clock `beganAt` is of. */
    clock: z.enum(['machine', 'station']),
  }),
);
