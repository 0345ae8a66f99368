/**
 * defects.yaml: the catalogue of what can be wrong with a piece, and the part pictures on which a finder marks the place
 * (docs/quality.md). A plant may do without it; then no nonconformance can be recorded.
 */
import { z } from 'zod';
import { idSchema, localizedSchema } from './text.ts';

export const severities = ['minor', 'major', 'critical'] as const;
export type Severity = (typeof severities)[number];

/**
 * What becomes of nonconforming pieces, strictest last: of two that were decided at once at two stations the stricter counts.
 * Words as ISO 9000:2015 3.12.
 */
export const dispositionKinds = ['use-as-is', 'repair', 'rework', 'return', 'scrap'] as const;
export type DispositionKind = (typeof dispositionKinds)[number];

/** Percent of the picture's width and height, from its upper left corner. */
const share = z.number().min(0).max(100);

export const partPictureSchema = z.strictObject({
  id: idSchema,
  title: localizedSchema,
  /** Process definition; the picture lies in the folder of its released revision. */
  definition: idSchema,
  image: z.string().min(1),
  /** Named places: a mark near one is told by its name. */
  places: z.array(z.strictObject({ id: idSchema, title: localizedSchema, x: share, y: share })).default([]),
});
export type PartPicture = z.infer<typeof partPictureSchema>;

export const defectSchema = z.strictObject({
  id: idSchema,
  title: localizedSchema,
  group: idSchema,
  severity: z.enum(severities),
  /** Where it is looked for; left out: at every operation of every product. `operations` left out: at all of the product. */
  foundAt: z
    .array(z.strictObject({ definition: idSchema, operations: z.array(idSchema).min(1).optional() }))
    .optional(),
  /** Proposed to whoever disposes. */
  disposition: z.enum(dispositionKinds).optional(),
  /** Operations proposed for rework or repair, by product. */
  rework: z.array(z.strictObject({ definition: idSchema, operations: z.array(idSchema).min(1) })).default([]),
  /** How often one operation of a unit may be ordered again for it; left out: the catalogue's. */
  reworkLimit: z.number().int().min(0).max(20).optional(),
  /** Whether the place is asked for on the part picture. */
  marked: z.boolean().default(true),
});
export type Defect = z.infer<typeof defectSchema>;

export const defectsSchema = z.strictObject({
  schema: z.literal('linewright/defects@1'),
  /** How often one operation of a unit may be ordered again; beyond that only quality may. */
  reworkLimit: z.number().int().min(0).max(20).default(2),
  groups: z.array(z.strictObject({ id: idSchema, title: localizedSchema })).min(1),
  pictures: z.array(partPictureSchema).default([]),
  defects: z.array(defectSchema).min(1),
});
export type Defects = z.infer<typeof defectsSchema>;
