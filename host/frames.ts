/** What a request looks like on the wire (oRPC peer codec), checked before oRPC sees it. */
import { z } from 'zod';

/** `i` request id, `t` kind (1 request, 3 event, 4 abort), `p` its payload; `u` address, `b` body, `h` headers, `m` method. */
const frameSchema = z.union([
  z.object({
    i: z.string().min(1).max(64),
    t: z.literal(1).optional(),
    p: z.object({
      u: z.string().startsWith('/').max(256),
      h: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
      m: z.literal(['POST', 'GET']).optional(),
    }),
  }),
  z.object({ i: z.string().min(1).max(64), t: z.literal(4) }),
]);

/** @returns null when fine, else what is wrong. Only text: no call here carries a file or a stream to the station. */
export function parseFrame(data: unknown): string | null {
  if (typeof data !== 'string') return 'not text';
  try {
    return frameSchema.safeParse(JSON.parse(data)).success ? null : 'not a request';
  } catch {
    return 'not JSON';
  }
}
