import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import { base } from './base.ts';

/** Settings of this screen, kept by the station so that a replaced panel looks the same. Not facts: no event. */
export const settingsSchema = z.strictObject({
  theme: z.enum(['light', 'dark', 'system']),
  /** `operator`: the language of whoever is signed in, else the plant's. */
  language: z.enum(['operator', 'en', 'de']),
  hand: z.enum(['right', 'left']),
  gloves: z.boolean(),
  sound: z.boolean(),
  /** Which calls for help ring at this screen until somebody answers: all of the line, those of this station, none. */
  calls: z.enum(['line', 'own', 'off']),
  /** Pixels per millimetre of the real panel; null: from the display's reported density. */
  pxPerMm: z.number().min(2).max(30).nullable(),
});
export type Settings = z.infer<typeof settingsSchema>;

export const settings = {
  watch: base.output(eventIterator(type<Settings>())),
  set: base.input(settingsSchema.partial()).output(type<Settings>()),
};
