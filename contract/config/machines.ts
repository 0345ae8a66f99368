/** machines/*.yaml: machines whose time is told, each watched by one station (docs/machine-time.md). */
import { z } from 'zod';
import { unitSchema } from './device.ts';
import { idSchema, localizedSchema } from './text.ts';

const values = z.array(z.union([z.string(), z.number(), z.boolean()])).min(1);

/**
 * A machine that works stroke by stroke is ready between two of them: as long as this it still produces, longer it has waited
 * since the last stroke. 0: it waits at once.
 */
const idleAfterMs = z.number().int().min(0).max(86_400_000).default(0);

/** Where the state comes from; tags are of the station's devices. */
export const stateSourceSchema = z.discriminatedUnion('from', [
  z.strictObject({
    /** OPC 30050 PackML: text or number of the state, optionally of the mode. */
    from: z.literal('packml'),
    state: idSchema,
    mode: idSchema.optional(),
    /** Status.EquipmentBlocked and .EquipmentStarved, booleans or 0 and 1; else Suspended is `starved`. */
    blocked: idSchema.optional(),
    starved: idSchema.optional(),
    idleAfterMs,
  }),
  z.strictObject({
    /** OPC 40001-1 MachineryItemState and MachineryOperationMode, text or number, judged by Annex C.2. */
    from: z.literal('machinery'),
    itemState: idSchema,
    operationMode: idSchema,
    idleAfterMs,
  }),
  z.strictObject({
    /** Plain run and fault bits; more of them where there are. Fault wins over running. */
    from: z.literal('bits'),
    running: z.strictObject({ tag: idSchema, on: values.default([true]) }),
    fault: z.strictObject({ tag: idSchema, on: values.default([true]) }).optional(),
    blocked: z.strictObject({ tag: idSchema, on: values.default([true]) }).optional(),
    starved: z.strictObject({ tag: idSchema, on: values.default([true]) }).optional(),
    setup: z.strictObject({ tag: idSchema, on: values.default([true]) }).optional(),
    idleAfterMs,
  }),
  z.strictObject({
    /** Only a counter: producing while it counts, waiting when it has not for so long. */
    from: z.literal('counter'),
    idleAfterMs: z.number().int().min(1_000).max(86_400_000),
  }),
  /** People tell it at the station. */
  z.strictObject({ from: z.literal('hand') }),
]);
export type StateSource = z.infer<typeof stateSourceSchema>;

export const pieceCounterSchema = z.strictObject({
  tag: idSchema,
  /** Where it begins again at 0; left out: never. */
  rollOver: z.number().int().positive().nullable().default(null),
  /** Pieces per count. */
  pieces: z.number().int().min(1).default(1),
});
export type PieceCounter = z.infer<typeof pieceCounterSchema>;

export const machineRateSchema = z.strictObject({
  /** Of a process definition; left out: of everything that has none of its own. */
  definition: idSchema.optional(),
  /** Ideal time of one piece, ms (PRI of ISO 22400-2). */
  cycleMs: z.number().positive().max(86_400_000),
  /** Planned time of one piece, ms, which targets of hours are counted in; left out: the ideal. */
  taktMs: z.number().positive().max(86_400_000).optional(),
  /** Told with every number that rests on it. */
  revision: z.string().min(1).max(32),
});
export type MachineRate = z.infer<typeof machineRateSchema>;

export const machineFileSchema = z.strictObject({
  schema: z.literal('linewright/machine@1'),
  id: idSchema,
  title: localizedSchema,
  station: idSchema,
  state: stateSourceSchema,
  counts: z
    .strictObject({
      produced: pieceCounterSchema,
      /** One of both at most; neither: all are good until units that ran here say otherwise. */
      good: pieceCounterSchema.optional(),
      scrap: pieceCounterSchema.optional(),
      /** The most pieces in an hour; above it a counter is not believed. Left out: not known. */
      mostPerHour: z.number().positive().nullable().default(null),
    })
    .optional(),
  /** Text tag: what the machine says is wrong; empty: nothing. */
  alarm: idSchema.optional(),
  rates: z.array(machineRateSchema).default([]),
  stops: z
    .strictObject({
      /** Shorter ones are micro-stops. */
      microUnderMs: z.number().int().min(0).max(3_600_000).default(120_000),
    })
    .default({ microUnderMs: 120_000 }),
  /** What an hour of this machine costs, for Paretos. */
  costPerHour: z
    .strictObject({
      amount: z.number().positive(),
      currency: z.string().regex(/^[A-Z]{3}$/, 'use an ISO 4217 code, e.g. EUR'),
    })
    .optional(),
  meter: z
    .strictObject({
      tag: idSchema,
      unit: unitSchema.default('kW.h'),
      /** The counter's last digit, in its unit. */
      step: z.number().positive(),
      rollOver: z.number().positive().nullable().default(null),
      /** The most that can flow, in `unit` per hour; left out: not known. */
      mostPerHour: z.number().positive().nullable().default(null),
      /** Readings further apart leave open when the energy between them was used. */
      gapMs: z.number().int().min(1_000).default(60_000),
      /** Of one `unit`. */
      price: z
        .strictObject({
          amount: z.number().positive(),
          currency: z.string().regex(/^[A-Z]{3}$/, 'use an ISO 4217 code, e.g. EUR'),
        })
        .optional(),
    })
    .optional(),
});
export type MachineFile = z.infer<typeof machineFileSchema>;
