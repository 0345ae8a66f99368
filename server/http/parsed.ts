/** Input of a route against its schema. */
import type { z } from 'zod';
import { HttpFault } from './faults.ts';

/** @param what e.g. `the query`. @throws HttpFault input-invalid naming the first field that is wrong. */
export function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? what : `${issue.path.join('.')} of ${what}`;
  throw new HttpFault('input-invalid', `${place}: ${issue?.message ?? 'is wrong'}`, 'Send it as the contract says.');
}
