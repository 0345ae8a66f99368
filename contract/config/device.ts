/** devices/*.yaml */
import { z } from 'zod';
import { unitCodes, type UnitCode } from '../units.ts';
import { idSchema, localizedSchema } from './text.ts';

export const unitSchema = z.enum(unitCodes as [UnitCode, ...UnitCode[]]);

export const tagSchema = z.strictObject({
  id: idSchema,
  title: localizedSchema,
  address: z.string().min(1),
  type: z.enum(['number', 'boolean', 'text', 'numbers']),
  unit: unitSchema.nullable().default(null),
  decimals: z.number().int().min(0).max(9).default(2),
  samplingMs: z.number().int().min(0).default(250),
  deadband: z.number().min(0).default(0),
  /** No change may be lost over an outage this long; the server queue is asked for accordingly. */
  bridgeMs: z.number().int().min(0).max(3_600_000).default(10_000),
  /** A reading older than this is stale although the link is up; null: only the link decides (values that rarely change). */
  staleAfterMs: z.number().int().min(100).nullable().default(null),
  /** Kept in the history file. */
  record: z.boolean().default(false),
});
export type Tag = z.infer<typeof tagSchema>;

/** How a machine's cycle is run (PackML words, OPC 30050): which tags and methods carry it. */
export const machineSchema = z.strictObject({
  /** Text or number tag with the state. */
  stateTag: idSchema,
  /** What the state tag says for each PackML state used here. */
  states: z.strictObject({
    idle: z.array(z.union([z.string(), z.number()])).min(1),
    executing: z.array(z.union([z.string(), z.number()])).min(1),
    complete: z.array(z.union([z.string(), z.number()])).min(1),
    aborted: z.array(z.union([z.string(), z.number()])).min(1),
  }),
  /** Written before the start and read with the results, so that results can be told from those of another cycle. */
  cycleIdTag: idSchema,
  /** Where the machine says which cycle its results are of, when that is another tag than the one written. */
  resultCycleIdTag: idSchema.optional(),
  /** Methods: `object` and `method` are addresses of the driver. */
  start: z.strictObject({ object: z.string(), method: z.string() }),
  abort: z.strictObject({ object: z.string(), method: z.string() }),
  reset: z.strictObject({ object: z.string(), method: z.string() }),
  /** x and y of the live curve. */
  trace: z.strictObject({ xTag: idSchema, yTag: idSchema }).nullable().default(null),
});
export type Machine = z.infer<typeof machineSchema>;

export const deviceSchema = z.strictObject({
  schema: z.literal('linewright/device@1'),
  id: idSchema,
  title: localizedSchema,
  driver: idSchema,
  /** Checked against the driver's manifest. */
  settings: z.record(z.string(), z.unknown()),
  tags: z.array(tagSchema).min(1),
  machine: machineSchema.nullable().default(null),
  /** For gauges: the inspection equipment number on its label. */
  gaugeId: z.string().nullable().default(null),
});
export type Device = z.infer<typeof deviceSchema>;

export const recipeSchema = z.strictObject({
  schema: z.literal('linewright/recipe@1'),
  id: idSchema,
  revision: z.string().min(1),
  title: localizedSchema,
  device: idSchema,
  parameters: z
    .array(
      z.strictObject({
        id: idSchema,
        title: localizedSchema,
        tag: idSchema,
        value: z.union([z.number(), z.string(), z.boolean()]),
        unit: unitSchema.nullable().default(null),
        /** Allowed difference between written and read back, absolute, in `unit`. */
        tolerance: z.number().min(0).default(0),
      }),
    )
    .min(1),
});
export type Recipe = z.infer<typeof recipeSchema>;
