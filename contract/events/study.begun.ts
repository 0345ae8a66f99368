/** A measurement system study is set up: who measures which parts how often, and in which order. */
import { z } from 'zod';
import { defineEvent } from './define.ts';
import { studyCriteriaSchema, studyMethods, studySubjectSchema } from './shared.ts';

export const studyBegunBody = z.strictObject({
  studyId: z.string(),
  kind: z.enum(['grr', 'agreement']),
  /** Of the gauge register; null: people judge without a gauge. */
  gaugeId: z.string().nullable(),
  /** Where its values come from; null: read off and typed, or judged. */
  tagId: z.string().nullable(),
  subject: studySubjectSchema,
  /** In the order in which they were named. `reference`: what is right of it, in an agreement study; null: not known. */
  parts: z.array(z.strictObject({ label: z.string(), reference: z.enum(['good', 'bad']).nullable() })).min(2),
  /** Person ids. */
  appraisers: z.array(z.string()).min(2),
  trials: z.number().int().min(2),
  /** The order was drawn from it (domain/studies/order.ts). */
  seed: z.number().int().min(0),
  /** The order itself: `[appraiser][trial - 1]`, each the parts by their place in `parts`. */
  order: z.array(z.array(z.array(z.number().int().min(0)))),
  /** Of a Gage R&R study: whose figures the verdict rests on. */
  method: z.enum(studyMethods),
  criteria: studyCriteriaSchema,
});

export const studyBegun = defineEvent('study.begun', 1, studyBegunBody);
