/** A sample became a point of a control chart: what was judged, by what, and what it takes the place of. */
import { z } from 'zod';
import { chartKinds } from '../config/control-plan.ts';
import { defineEvent } from './define.ts';
import { chartRefSchema, chartedValueSchema, countedSchema, definitionRefSchema, plottedSchema } from './shared.ts';

export const pointCharted = defineEvent(
  'point.charted',
  2,
  z.strictObject({
    pointId: z.string(),
    chart: chartRefSchema,
    kind: z.enum(chartKinds),
    definition: definitionRefSchema,
    operationId: z.string(),
    /** Of counts: of the units that had any (not all where they are very many), and of the newest unit. */
    values: z.array(chartedValueSchema).min(1),
    /** null: measured values. */
    counted: countedSchema.nullable(),
    /** The first is what the rules look at. */
    plots: z.array(plottedSchema).min(1),
    /** null: before the first phase, nothing was judged. */
    phaseId: z.string().nullable(),
    /** Of the same values measured again; null: of none. */
    replaces: z.string().nullable(),
  }),
  { 1: (body) => ({ ...(body as object), counted: null }) },
);
