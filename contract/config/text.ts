/** Text that people read, in every language of the product. Both are required: a plant with one language writes it twice. */
import { z } from 'zod';

export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

export const localizedSchema = z.strictObject({ en: z.string().min(1), de: z.string().min(1) });
export type Localized = z.infer<typeof localizedSchema>;

/** Identifier used in files, events and addresses: letters, digits, dot, dash, underscore. */
export const idSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'use letters, digits, dot, dash or underscore; at most 64');
