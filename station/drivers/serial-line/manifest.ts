/** Scanners and other devices that say one line of text per act of a person. */
import { z } from 'zod';
import type { DriverManifest } from '#contract/driver.ts';
import { linkSchema } from '../kit/link-settings.ts';
import { terminators } from '../kit/line-splitter.ts';

export const settingsSchema = z.strictObject({
  link: linkSchema,
  /** What ends a line; `any`: CR, LF or both. */
  terminator: z.enum(terminators).default('any'),
  /** Text every line must begin and end with; taken off. A line without it is refused. */
  prefix: z.string().max(16).default(''),
  suffix: z.string().max(16).default(''),
  encoding: z.enum(['utf8', 'latin1']).default('utf8'),
  /** Longest line in bytes. */
  maxLength: z.number().int().min(1).max(65_536).default(4_096),
  /** A line that has no end after this pause is judged: refused with a hint, or accepted if the next setting says so. */
  idleMs: z.number().int().min(50).max(10_000).default(500),
  acceptWithoutTerminator: z.boolean().default(false),
});
export type SerialLineSettings = z.infer<typeof settingsSchema>;

export const manifest: DriverManifest<SerialLineSettings> = {
  id: 'serial-line',
  version: 1,
  settings: settingsSchema,
  addresses: [{ address: 'line', type: 'text' }],
  canWrite: false,
  canCall: false,
  pushes: true,
};
