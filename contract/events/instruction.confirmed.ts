/** The person confirmed having done what the instruction says. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { stepRef } from './shared.ts';

export const instructionConfirmed = defineEvent(
  'instruction.confirmed',
  1,
  z.strictObject({
    ...stepRef,
  }),
);
