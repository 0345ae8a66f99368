/** Somebody calls for help; with nobody signed in the station itself is who calls. */
import { z } from 'zod';
import { localizedSchema } from '../config/text.ts';
import { defineEvent } from './define.ts';

export const callRaisedBody = z.strictObject({
  callId: z.string(),
  /** Of andon.yaml, with its words then. */
  kind: z.string(),
  title: localizedSchema,
  /** Role that is called first. */
  role: z.string(),
  machineId: z.string().nullable(),
  serial: z.string().nullable(),
  orderId: z.string().nullable(),
  stopId: z.string().nullable(),
  note: z.string(),
});

export const callRaised = defineEvent('call.raised', 1, callRaisedBody);
