/** The `link` setting that every driver of a byte line shares. */
import { z } from 'zod';

export const linkSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('serial'),
    /** e.g. `/dev/serial/by-id/usb-...` (keeps its name over replugging) or `COM3`. */
    path: z.string().min(1),
    baudRate: z.number().int().min(110).max(4_000_000).default(9600),
    dataBits: z.union([z.literal(5), z.literal(6), z.literal(7), z.literal(8)]).default(8),
    parity: z.enum(['none', 'even', 'odd']).default('none'),
    stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
  }),
  z.strictObject({
    kind: z.literal('tcp'),
    host: z.string().min(1),
    port: z.number().int().min(1).max(65_535),
  }),
]);
