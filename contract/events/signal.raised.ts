/** A point completed a rule's pattern: the operation is locked at the process station until the signal is closed. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { chartRefSchema, firedRuleSchema } from './shared.ts';

export const signalRaisedBody = z.strictObject({
  signalId: z.string(),
  pointId: z.string(),
  chart: chartRefSchema,
  definitionId: z.string(),
  operationId: z.string(),
  rules: z.array(firedRuleSchema).min(1),
  /** The newest point before all members that was in control, with its runs; null: there is none. */
  lastInControl: z.strictObject({ pointId: z.string(), at: z.number(), executionIds: z.array(z.string()) }).nullable(),
  /** Serials of the suspect window, in the order in which they passed; measured ones and those in work last. */
  suspects: z.array(z.string()),
  reaction: z.strictObject({ id: z.string(), steps: z.array(z.string()).min(1) }),
});

export const signalRaised = defineEvent('signal.raised', 1, signalRaisedBody);
