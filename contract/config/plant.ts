/** plant.yaml, lines/*.yaml, stations/*.yaml, people.yaml, materials.yaml, orders/*.yaml (design law 9). */
import { z } from 'zod';
import { roles } from '../permissions.ts';
import { plantRoles } from '../plant/roles.ts';
import { stationPublishingSchema } from './publishing.ts';
import { idSchema, languages, localizedSchema } from './text.ts';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "use hours and minutes, e.g. '06:00'");

/** By the plant's clocks. A shift that ends at or before its beginning ends on the next day and belongs to the day it begins on. */
export const shiftSchema = z.strictObject({
  id: idSchema,
  title: localizedSchema,
  from: timeOfDay,
  to: timeOfDay,
  /** Planned breaks inside it, by the plant's clocks; they do not overlap. */
  breaks: z.array(z.strictObject({ from: timeOfDay, to: timeOfDay, title: localizedSchema.optional() })).default([]),
  /** Days on which it begins. */
  days: z.array(z.enum(weekdays)).min(1).default(['mon', 'tue', 'wed', 'thu', 'fri']),
});
export type Shift = z.infer<typeof shiftSchema>;

export const plantSchema = z.strictObject({
  schema: z.literal('linewright/plant@1'),
  id: idSchema,
  title: localizedSchema,
  /** IANA name; shifts and printed times are computed in it. */
  timeZone: z.string().refine((zone) => isTimeZone(zone), 'not an IANA time zone, e.g. Europe/Berlin'),
  language: z.enum(languages),
  /** Shifts of the plant; they do not overlap. None: everything that asks for a shift is a fault of the configuration. */
  shifts: z.array(shiftSchema).default([]),
  /** Days on which no shift begins. */
  holidays: z.array(z.iso.date()).default([]),
  /** The station that `linewright start` runs when none is named. */
  defaultStation: idSchema,
  /** Marks the demo plant: only there may a PIN be told on the screen. */
  demo: z.boolean().default(false),
  /** Prefixes that mark what a bare code is; longest match wins. Codes with GS1 or ISO 15434 data need none. */
  scanPrefixes: z
    .strictObject({ badge: z.string().min(1), order: z.string().min(1), command: z.string().min(1) })
    .default({ badge: 'BDG-', order: 'WO-', command: 'CMD-' }),
  /** Hints on the sign-in screen of the demo plant. */
  demoHints: z
    .array(z.strictObject({ badge: z.string(), pin: z.string().nullable(), text: localizedSchema }))
    .default([]),
  /** Accounts of the plant view that everybody may use; the demo plant's only. Made by the server at its start. */
  demoAccounts: z
    .array(
      z.strictObject({
        id: idSchema,
        name: z.string().min(1),
        /** At least 12 characters, as of every account. */
        password: z.string().min(12).max(200),
        language: z.enum(languages),
        roles: z
          .array(
            z.strictObject({
              role: z.enum(plantRoles),
              scope: z
                .string()
                .regex(/^(\*|(site|area|line):[A-Za-z0-9._-]{1,64})$/, "use '*', site:ID, area:ID or line:ID"),
            }),
          )
          .min(1),
        text: localizedSchema,
      }),
    )
    .default([]),
});
export type Plant = z.infer<typeof plantSchema>;

function isTimeZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}

export const lineSchema = z.strictObject({
  schema: z.literal('linewright/line@1'),
  id: idSchema,
  title: localizedSchema,
  /** ISA-95 levels above the line; roles on the plant server can be given for them. An area belongs to one site. */
  site: idSchema.optional(),
  area: idSchema.optional(),
  stations: z.array(idSchema).min(1),
});
export type Line = z.infer<typeof lineSchema>;

export const stationSchema = z.strictObject({
  schema: z.literal('linewright/station@1'),
  id: idSchema,
  title: localizedSchema,
  devices: z.array(idSchema).default([]),
  /** Devices whose text readings are scans. */
  scanners: z.array(idSchema).default([]),
  /** Tags shown beside the work, in this order. */
  panel: z.array(idSchema).default([]),
  idleLockMs: z.number().int().min(5_000).default(300_000),
  /** Minutes of history kept for recorded tags, in days. */
  historyDays: z.number().min(1).default(30),
  window: z
    .strictObject({ kiosk: z.boolean().default(false), fullscreen: z.boolean().default(false) })
    .default({ kiosk: false, fullscreen: false }),
  /** What happens here, published by the station itself (docs/publishing.md); left out: it is not. */
  publish: stationPublishingSchema.optional(),
});
export type Station = z.infer<typeof stationSchema>;

export const qualificationSchema = z.strictObject({ id: idSchema, title: localizedSchema });

export const personSchema = z.strictObject({
  id: idSchema,
  name: z.string().min(1),
  badge: z.string().min(3),
  /** argon2id in PHC form, made by `linewright pin`. Absent: this person cannot do what needs a PIN. */
  pinHash: z.string().startsWith('$argon2id$').optional(),
  /** Ask for the PIN at every sign-in, not only for what needs one. */
  pinAtSignIn: z.boolean().default(false),
  roles: z.array(z.enum(roles)).min(1),
  language: z.enum(languages),
  disabled: z.boolean().default(false),
  qualifications: z.array(z.strictObject({ id: idSchema, validTo: z.iso.date().nullable() })).default([]),
});
export type Person = z.infer<typeof personSchema>;

export const peopleSchema = z.strictObject({
  schema: z.literal('linewright/people@1'),
  qualifications: z.array(qualificationSchema).default([]),
  people: z.array(personSchema),
});
export type People = z.infer<typeof peopleSchema>;

export const materialsSchema = z.strictObject({
  schema: z.literal('linewright/materials@1'),
  materials: z.array(
    z.strictObject({
      id: idSchema,
      title: localizedSchema,
      /** GTIN-14 where labels carry GS1 data. */
      gtin: z
        .string()
        .regex(/^\d{14}$/)
        .optional(),
    }),
  ),
});
export type Materials = z.infer<typeof materialsSchema>;

/** Orders and units for a station that has no server yet. Taken in once; what happened here since wins. */
export const ordersSchema = z.strictObject({
  schema: z.literal('linewright/orders@1'),
  orders: z.array(
    z.strictObject({
      id: idSchema,
      material: idSchema,
      definition: idSchema,
      revision: z.string().min(1),
      quantity: z.number().int().min(1),
      priority: z.number().int().default(5),
      due: z.iso.datetime({ offset: true }).nullable().default(null),
      status: z.enum(['created', 'released', 'held', 'closed']),
      serialPrefix: z.string().min(1),
      units: z
        .array(
          z.strictObject({
            serial: z.string().min(1),
            passed: z
              .array(
                z.strictObject({
                  operation: idSchema,
                  station: idSchema.nullable().default(null),
                  at: z.iso.datetime({ offset: true }).nullable().default(null),
                }),
              )
              .default([]),
            held: z.string().optional(),
          }),
        )
        .default([]),
    }),
  ),
});
export type Orders = z.infer<typeof ordersSchema>;
