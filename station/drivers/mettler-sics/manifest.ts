/** Balances and scales that speak METTLER TOLEDO's MT-SICS, levels 0 and 1. */
import { z } from 'zod';
import type { DriverManifest } from '#contract/driver.ts';
import { linkSchema } from '../kit/link-settings.ts';
import { massUnits } from './codec.ts';

export const settingsSchema = z.strictObject({
  link: linkSchema,
  /** `key`: the balance's print key or its pedal gives a weight; `ask`: the station asks, the balance sends all the time. */
  take: z.enum(['key', 'ask']).default('key'),
  /** Only with `key`: sends `ST 1`, so that the key sends; false where the balance's own menu says that it does. */
  armKey: z.boolean().default(true),
  /** Characters of the weight; a shorter or longer one is a damaged one. */
  fieldLength: z.number().int().min(6).max(16).default(10),
  /** How long a weight at rest, a zero or a tare is waited for. Below the 10 s that the station gives a driver. */
  stableTimeoutMs: z.number().int().min(500).max(9_000).default(8_000),
  answerTimeoutMs: z.number().int().min(100).max(5_000).default(1_000),
  /** Only with `key` and a tag `live`: pause between two questions for it. */
  livePauseMs: z.number().int().min(50).max(5_000).default(150),
});
export type SicsSettings = z.infer<typeof settingsSchema>;

export const manifest: DriverManifest<SicsSettings> = {
  id: 'mettler-sics',
  version: 1,
  settings: settingsSchema,
  addresses: [
    { address: 'weight', type: 'number', units: massUnits },
    { address: 'live', type: 'number', units: massUnits, live: true },
  ],
  canWrite: false,
  canCall: true,
  pushes: true,
  pushesWith: (settings) => settings.take === 'key',
};
