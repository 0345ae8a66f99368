/** Where what happens is published by MQTT 5: `publish` of integration.yaml and of stations/*.yaml. No secret is in it. */
import { z } from 'zod';
import { idSchema } from './text.ts';

/** One level of a topic: none of the characters that MQTT (`/ + #`, 4.7) keeps for itself. */
const level = z
  .string()
  .regex(/^[^/+#\p{Cc}]{1,64}$/u, 'write one level of a topic: up to 64 characters, none of / + #');

const variable = z
  .string()
  .regex(
    /^LINEWRIGHT_INTEGRATION_[A-Z0-9_]+$/,
    'name an environment variable that begins with LINEWRIGHT_INTEGRATION_',
  );

const to = {
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
  userName: z.string().min(1).optional(),
  /** Environment variables of whoever publishes: the password, */
  passwordVariable: variable.optional(),
  /** and paths of PEM files there: the authority of the broker's certificate, the own certificate and its key. */
  caVariable: variable.optional(),
  certificateVariable: variable.optional(),
  keyVariable: variable.optional(),
  /** A plain mqtt:// address, other than on this machine, must be allowed here. */
  allowPlain: z.boolean().default(false),
};
type To = z.infer<z.ZodObject<typeof to>>;

/** What is wrong with settings as a whole, by the setting it is about. */
const wholes: readonly (readonly [path: keyof To, problem: string, good: (settings: To) => boolean])[] = [
  ['topics', 'with neither sparkplug nor topics nothing is published', (s) => s.sparkplug || s.topics],
  ['userName', 'a password needs a userName', (s) => s.passwordVariable === undefined || s.userName !== undefined],
  [
    'keyVariable',
    'certificateVariable and keyVariable belong together',
    (s) => (s.certificateVariable === undefined) === (s.keyVariable === undefined),
  ],
  [
    'caVariable',
    'certificates are for mqtts://',
    (s) => s.url.startsWith('mqtts:') || (s.caVariable ?? s.certificateVariable) === undefined,
  ],
  [
    'url',
    'over mqtt:// everybody on the way can read along: write mqtts://, or allowPlain: true',
    (s) => s.allowPlain || s.url.startsWith('mqtts:') || /^mqtt:\/\/(127\.0\.0\.1|localhost)(:|$)/.test(s.url),
  ],
];
function checkWhole(settings: To, context: z.core.$RefinementCtx): void {
  for (const [path, message, good] of wholes)
    if (!good(settings)) context.addIssue({ code: 'custom', path: [path], message });
}

/** `publish` of integration.yaml: what the plant server publishes. */
export const publishingSchema = z
  .strictObject({
    ...to,
    /** Lines that are published; left out: all. */
    lines: z.array(idSchema).min(1).optional(),
  })
  .superRefine(checkWhole);
export type Publishing = z.infer<typeof publishingSchema>;

/** `publish` of a station's file: what the station publishes itself, without a server. */
export const stationPublishingSchema = z.strictObject(to).superRefine(checkWhole);
export type PublishingTo = To;
