/**
 * What a machine's energy meter told between two instants; never over the beginning of a slice or of a quarter of an hour, but
 * for an outage in which one lies: that is one fact of its own with nothing but `openSteps`.
 */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { sliceContextSchema } from './shared.ts';
import { machineStates } from '../machine-state.ts';

export const energyUsed = defineEvent(
  'energy.used',
  1,
  z.strictObject({
    machineId: z.string(),
    from: z.number(),
    to: z.number(),
    /** Whole steps of the meter. */
    steps: z.number().int().min(0),
    /** The meter's last digit in `unit`. */
    step: z.number(),
    unit: z.string(),
    /** ms of the stretch of which the meter tells how much was used. */
    knownMs: z.number().min(0),
    /** Steps that were used within an outage that is this stretch: how much is known, when is not. */
    openSteps: z.number().int().min(0),
    /** The meter at both ends, in `unit`; between two readings as if it went evenly. */
    counter: z.strictObject({ first: z.number(), last: z.number() }),
    state: z.enum(machineStates),
    context: sliceContextSchema,
  }),
);
