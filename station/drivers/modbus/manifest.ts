import { z } from 'zod';
import type { DriverManifest } from '#contract/driver.ts';
import { linkSchema } from '../kit/link-settings.ts';
import { checkAddress, orders, readOnly } from './address.ts';

export const settingsSchema = z
  .strictObject({
    link: linkSchema,
    /** `auto`: RTU on a serial port, Modbus TCP on a socket. `rtu` on a socket is for serial device servers. */
    framing: z.enum(['auto', 'tcp', 'rtu']).default('auto'),
    /** Asked where an address names no other. */
    unit: z.number().int().min(0).max(255).default(1),
    /** How the bytes of values of more than one register lie, where an address says nothing else. */
    order: z.enum(orders).default('ABCD'),
    /** For tags without a sampling of their own. */
    pollMs: z.number().int().min(20).max(3_600_000).default(1_000),
    answerTimeoutMs: z.number().int().min(50).max(3_000).default(500),
    /** A question to read that was not answered is put so many times more; a write never is. */
    retries: z.number().int().min(0).max(2).default(1),
    maxRegisters: z.number().int().min(1).max(125).default(125),
    maxBits: z.number().int().min(1).max(2_000).default(2_000),
    /** Unwanted registers read along to save a request; 0 for devices that refuse addresses they do not have. */
    maxGap: z.number().int().min(0).max(120).default(8),
    /** Between an answer and the next question: an RS-485 converter needs it to turn round. Never below 3.5 characters. */
    turnaroundMs: z.number().int().min(0).max(1_000).default(0),
    /** `single`: functions 5 and 6 for one bit or register. `multiple`: always 15 and 16. */
    writeWith: z.enum(['single', 'multiple']).default('single'),
  })
  .refine((s) => s.link.kind === 'tcp' || s.framing !== 'tcp', {
    path: ['framing'],
    message: 'a serial port speaks rtu; tcp goes with link: { kind: tcp }',
  });
export type ModbusSettings = z.infer<typeof settingsSchema>;

export const manifest: DriverManifest<ModbusSettings> = {
  id: 'modbus',
  version: 1,
  settings: settingsSchema,
  addresses: null,
  checkAddress,
  canWrite: true,
  readOnly,
  canCall: false,
  pushes: false,
};
