/** gauges.yaml: the register of the plant's gauges (docs/quality.md). What was found of them since stands in the log. */
import { z } from 'zod';
import { unitSchema } from './device.ts';
import { idSchema, localizedSchema } from './text.ts';

/** A part of known size that a gauge shows it still measures right. */
export const masterSchema = z.strictObject({
  /** Unique in the plant: it is on the part. */
  id: idSchema,
  title: localizedSchema,
  /** What its own certificate says, in `unit`. */
  value: z.number(),
  /** How far any reading may be off, absolute, in `unit`. */
  tolerance: z.number().positive(),
  unit: unitSchema,
  /** Readings of one check. */
  readings: z.number().int().min(1).max(20).default(3),
});
export type Master = z.infer<typeof masterSchema>;

export const gaugeSchema = z.strictObject({
  /** The inspection equipment number on its label. */
  id: idSchema,
  title: localizedSchema,
  /** What control plans ask for, e.g. `calliper`. */
  type: idSchema,
  /** Left out: it is read off and typed, and named with the value. */
  device: idSchema.optional(),
  /** Of the device, where its values come; left out: its first number tag of the gauge's unit. */
  tag: idSchema.optional(),
  /** Where the device tells one it must be this one; so an exchanged gauge is not taken for this one. */
  serialNumber: z.string().min(1).max(64).optional(),
  unit: unitSchema,
  resolution: z.number().positive(),
  /** Expanded uncertainty in `unit` with its coverage factor, of the calibration certificate (JCGM 100, 6.2). */
  uncertainty: z.strictObject({ expanded: z.number().positive(), k: z.number().positive().max(10).default(2) }),
  /** Proposed for the next due date. */
  calibrationDays: z.number().int().min(1).max(3650),
  /** The newest calibration from before the register was kept here; later ones are recorded at a station. */
  calibrated: z
    .strictObject({ on: z.iso.date(), due: z.iso.date(), certificate: z.string().min(1).max(200) })
    .optional(),
  masters: z.array(masterSchema).default([]),
});
export type Gauge = z.infer<typeof gaugeSchema>;

export const gaugesSchema = z.strictObject({
  schema: z.literal('linewright/gauges@1'),
  gauges: z.array(gaugeSchema),
});
export type Gauges = z.infer<typeof gaugesSchema>;
