/** `publish` of integration.yaml: where what happens is published by MQTT 5. No secret is in it. */
import { z } from 'zod';
import { idSchema } from './text.ts';

/** One level of a topic: none of the characters that MQTT (`/ + #`, 4.7) keeps for itself. */
const level = z
  .string()
  .regex(/^[^/+#\p{Cc}]{1,64}$/u, 'write one level of a topic: up to 64 characters, none of / + #');

export const publishingSchema = z
  .strictObject({
    /** `mqtt://host:1883`, `mqtts://host:8883`. */
    url: z
      .string()
      .regex(/^mqtts?:\/\/[^\s/:@]+(:\d{1,5})?$/, 'write mqtt://host:port or mqtts://host:port, without a user'),
    /** Of the Sparkplug topics; left out: the plant's id. */
    group: level.optional(),
    /** First level of the plain topics; left out: the plant's id. */
    enterprise: level.optional(),
    /** Sparkplug B, payloads in protobuf. */
    sparkplug: z.boolean().default(true),
    /** Plain topics `<enterprise>/<site>/<area>/<line>/<station>/...`, JSON, retained. */
    topics: z.boolean().default(true),
    /** Lines that are published; left out: all. */
    lines: z.array(idSchema).min(1).optional(),
    userName: z.string().min(1).optional(),
    /** Environment variable of the server with the password. */
    passwordVariable: z
      .string()
      .regex(
        /^LINEWRIGHT_INTEGRATION_[A-Z0-9_]+$/,
        'name an environment variable that begins with LINEWRIGHT_INTEGRATION_',
      )
      .optional(),
    /** A plain mqtt:// address, other than on this machine, must be allowed here. */
    allowPlain: z.boolean().default(false),
  })
  .refine((s) => s.sparkplug || s.topics, {
    path: ['topics'],
    message: 'with neither sparkplug nor topics nothing is published',
  })
  .refine((s) => s.passwordVariable === undefined || s.userName !== undefined, {
    path: ['userName'],
    message: 'a password needs a userName',
  })
  .refine((s) => s.allowPlain || s.url.startsWith('mqtts:') || /^mqtt:\/\/(127\.0\.0\.1|localhost)(:|$)/.test(s.url), {
    path: ['url'],
    message: 'over mqtt:// everybody on the way can read along: write mqtts://, or allowPlain: true',
  });
export type Publishing = z.infer<typeof publishingSchema>;
