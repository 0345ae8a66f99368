/** Mitutoyo gauges behind an RS-232 or USB (virtual COM port) interface that speaks the text form. */
import { z } from 'zod';
import type { DriverManifest } from '#contract/driver.ts';
import { linkSchema } from '../kit/link-settings.ts';

export const settingsSchema = z.strictObject({
  link: linkSchema,
  /** Channel whose values are taken; others are counted as problems. Single-gauge interfaces say 1. */
  channel: z.number().int().min(1).max(9).default(1),
  /** Characters of the number, decimal point included; a shorter or longer number is a damaged one. */
  fieldLength: z.number().int().min(4).max(12).default(8),
  /** What asks the gauge for a value, e.g. "1\r"; null: the gauge's button or a foot pedal sends it. */
  request: z.string().min(1).max(32).nullable().default(null),
  /** Pause between an answer and the next question. */
  pollMs: z.number().int().min(50).max(60_000).default(500),
  answerTimeoutMs: z.number().int().min(50).max(30_000).default(1_000),
});
export type DigimaticSettings = z.infer<typeof settingsSchema>;

export const manifest: DriverManifest<DigimaticSettings> = {
  id: 'mitutoyo-digimatic',
  version: 1,
  settings: settingsSchema,
  addresses: [{ address: 'value', type: 'number' }],
  canWrite: false,
  canCall: false,
  pushes: true,
  pushesWith: (settings) => settings.request === null,
};
