/** integration.yaml: the systems that are told what was produced, and how the drop folder is taken. No secret is in it. */
import { z } from 'zod';
import { callMessageKinds, messageKinds } from '../integration/messages.ts';
import { publishingSchema } from './publishing.ts';
import { idSchema } from './text.ts';

/**
 * Name of an environment variable of the server. The prefix keeps a file that somebody edits from naming another program's
 * secret and sending it away.
 */
const variable = z
  .string()
  .regex(
    /^LINEWRIGHT_INTEGRATION_[A-Z0-9_]+$/,
    'name an environment variable of the server that begins with LINEWRIGHT_INTEGRATION_; the secret itself is never in a file',
  );

export const targetFormats = ['json', 'b2mml-xml', 'b2mml-json'] as const;

export const integrationTargetSchema = z.strictObject({
  id: idSchema,
  /** The only address that messages of this target go to; an answer that points elsewhere is not followed. */
  url: z.string().min(1).max(2_000),
  format: z.enum(targetFormats).default('json'),
  /** Only with a B2MML format. */
  document: z.enum(['production-performance', 'job-response']).default('production-performance'),
  messages: z
    .array(z.enum([...messageKinds, ...callMessageKinds]))
    .min(1)
    .default([...messageKinds]),
  /** Environment variable with the key of the signature (HMAC-SHA256). */
  secretVariable: variable.optional(),
  /** Environment variable with the whole value of the header `Authorization`. */
  authorizationVariable: variable.optional(),
  /** A plain http:// address, other than on this machine, must be allowed here. */
  allowPlain: z.boolean().default(false),
  timeoutMs: z.number().int().min(100).max(120_000).default(10_000),
  /** How many orders are told of at the same time; messages of one order always go one after the other. */
  parallel: z.number().int().min(1).max(32).default(4),
  /** How long a message is tried before it is given up (dead letter). */
  giveUpAfterMs: z
    .number()
    .int()
    .min(60_000)
    .max(30 * 86_400_000)
    .default(3 * 86_400_000),
});
export type IntegrationTarget = z.infer<typeof integrationTargetSchema>;

/** Of messages, without integration.yaml. */
export const keptDays = 90;

export const integrationSchema = z.strictObject({
  schema: z.literal('linewright/integration@1'),
  /** all: a file with one bad record is refused as a whole; good: its good records are taken. */
  drop: z.strictObject({ mode: z.enum(['all', 'good']).default('all') }).default({ mode: 'all' }),
  /** Whether messages name the person who worked; a plant has to be allowed to tell that. */
  withPersons: z.boolean().default(false),
  /**
   * Messages that were delivered, or offered to those who ask, are removed after so many days. What waits and dead letters
   * stay.
   */
  keepDays: z.number().int().min(7).max(3_650).default(keptDays),
  targets: z.array(integrationTargetSchema).max(20).default([]),
  /** What happens, by MQTT; left out: not published. */
  publish: publishingSchema.optional(),
});
export type Integration = z.infer<typeof integrationSchema>;
