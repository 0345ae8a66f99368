import type { z } from 'zod';

/**
 * One event type: its name (past tense), its newest version and body schema, and the functions that lift older bodies.
 * `upcasters[n]` takes a version-n body to version n + 1. Versions are never removed (design law 11).
 */
export interface EventDefinition<Type extends string = string, Body = unknown> {
  readonly type: Type;
  readonly version: number;
  readonly schema: z.ZodType<Body>;
  readonly upcasters: Readonly<Record<number, (body: unknown) => unknown>>;
}

export function defineEvent<const Type extends string, Body>(
  type: Type,
  version: number,
  schema: z.ZodType<Body>,
  upcasters: Readonly<Record<number, (body: unknown) => unknown>> = {},
): EventDefinition<Type, Body> {
  return { type, version, schema, upcasters };
}
