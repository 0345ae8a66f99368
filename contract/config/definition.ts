/** definitions/<id>.<revision>/definition.yaml: released routing with its operations and steps. */
import { z } from 'zod';
import { stepDefinitionSchema } from '../steps/index.ts';
import { unitSchema } from './device.ts';
import { idSchema, localizedSchema } from './text.ts';

/** Where on a picture of the part a characteristic is: percent of the picture's width and height, as of a measure step. */
export const balloonSchema = z.strictObject({
  image: z.string(),
  x: z.number().min(0).max(100),
  y: z.number().min(0).max(100),
});
export type Balloon = z.infer<typeof balloonSchema>;

export const characteristicSchema = z.strictObject({
  id: idSchema,
  title: localizedSchema,
  unit: unitSchema,
  decimals: z.number().int().min(0).max(9),
  nominal: z.number().nullable().default(null),
  /** Specification limits; at least one. */
  lower: z.number().nullable().default(null),
  upper: z.number().nullable().default(null),
  /** Outside this a value is refused as implausible (wrong part, wrong unit) instead of judged. */
  plausible: z.strictObject({ lower: z.number(), upper: z.number() }).optional(),
  /** Drawn on the part picture of the bench; its number is the place among those measured together. */
  balloon: balloonSchema.optional(),
});
export type Characteristic = z.infer<typeof characteristicSchema>;

export const bomLineSchema = z.strictObject({
  line: z.string().min(1),
  material: idSchema,
  quantity: z.number().positive(),
  /** What must be recorded of the component. */
  trace: z.enum(['none', 'lot', 'serial']),
});
export type BomLine = z.infer<typeof bomLineSchema>;

export const offlinePolicies = ['refuse', 'local', 'label'] as const;

export const operationSchema = z.strictObject({
  id: idSchema,
  title: localizedSchema,
  stations: z.array(idSchema).min(1),
  /** Operations that must have passed before; the routing is the graph of these. */
  after: z.array(idSchema).default([]),
  /**
   * What a unit that comes from another station needs while the plant server cannot be reached: `refuse` nothing helps,
   * `local` what this station knows is enough, `label` the passport on the unit's label is scanned and checked.
   */
  offline: z.enum(offlinePolicies).default('local'),
  qualification: idSchema.optional(),
  /** Devices that must be alive before the operation starts, beside those its steps use. */
  devices: z.array(idSchema).default([]),
  /** Planned time per unit. */
  taktMs: z.number().int().min(1000).optional(),
  steps: z.array(stepDefinitionSchema).min(1),
});
export type Operation = z.infer<typeof operationSchema>;

export const processDefinitionSchema = z.strictObject({
  schema: z.literal('linewright/process-definition@1'),
  id: idSchema,
  revision: z.string().min(1).max(16),
  status: z.enum(['draft', 'released', 'retired']),
  released: z.strictObject({ by: z.string().min(1), at: z.iso.datetime({ offset: true }) }).optional(),
  material: idSchema,
  title: localizedSchema,
  bom: z.array(bomLineSchema).default([]),
  characteristics: z.array(characteristicSchema).default([]),
  operations: z.array(operationSchema).min(1),
});
export type ProcessDefinition = z.infer<typeof processDefinitionSchema>;
