/** Somebody calls for help. */
import { z } from 'zod';
import { defineEvent } from './define.ts';

export const callRaisedBody = z.strictObject({
  callId: z.string(),
  /** Of andon.yaml. */
  kind: z.string(),
  machineId: z.string().nullable(),
  serial: z.string().nullable(),
  orderId: z.string().nullable(),
  stopId: z.string().nullable(),
  note: z.string(),
  /** Role that is called first. */
  role: z.string(),
});

export const callRaised = defineEvent('call.raised', 1, callRaisedBody);
