/** What a tag or gauge said once, with everything needed to judge whether it may be believed (design law 4). */
import { z } from 'zod';

/** OPC UA Part 8 severity folded to three levels. `bad` readings flow like any other: they are never dropped. */
export const qualities = ['good', 'uncertain', 'bad'] as const;
export type Quality = (typeof qualities)[number];

/** A scalar, or a numeric array (a machine's trace buffer). `null` = the source gave no value. */
export type TagValue = number | boolean | string | readonly number[] | null;

export interface Reading {
  readonly value: TagValue;
  /** UCUM code from `units.ts`; null where the value has no unit (text, boolean, count). */
  readonly unit: string | null;
  readonly quality: Quality;
  /** Short machine-readable reason, e.g. an OPC UA status name `BadSensorFailure` or `frame-invalid`; `Good` when good. */
  readonly status: string;
  /** UTC ms the device says the value is from; null where the protocol carries no time. */
  readonly sourceAt: number | null;
  /** UTC ms the server between device and us stamped; null where there is none. */
  readonly serverAt: number | null;
  /** UTC ms this station received it. */
  readonly receivedAt: number;
}

/** One reading on its way from a driver: `tag` is the index of the binding in the driver's tag list. */
export interface TagReading extends Omit<Reading, 'unit'> {
  readonly tag: number;
}

/** What a tag looks like on a screen: the reading and whether the supervisor still vouches for it. */
export interface LiveReading extends Reading {
  readonly tagId: string;
  /** Decided by the supervisor (never by the driver): too old, or its device is not delivering. */
  readonly stale: boolean;
  /** UTC ms of the last good reading, null if there never was one; shown as "last known". */
  readonly lastGoodAt: number | null;
}

export const qualitySchema = z.enum(qualities);
