import { z } from 'zod';
import type { DriverManifest } from '#contract/driver.ts';
import { checkAddress } from './address.ts';

export const settingsSchema = z
  .strictObject({
    /** `opc.tcp://host:port/path`. */
    endpoint: z.string().regex(/^opc\.tcp:\/\/[^\s/:]+(:\d{1,5})?(\/\S*)?$/, 'write opc.tcp://host:port/path'),
    securityMode: z.enum(['None', 'Sign', 'SignAndEncrypt']).default('None'),
    securityPolicy: z.enum(['None', 'Basic256Sha256', 'Aes128_Sha256_RsaOaep', 'Aes256_Sha256_RsaPss']).default('None'),
    /** Where own, trusted and rejected certificates are. Absent: a folder of this user under the system's temporary files. */
    certificateFolder: z.string().min(1).optional(),
    /** Take any server certificate at first sight. Off: a person moves it from `rejected` to `trusted`. */
    trustUnknownServer: z.boolean().default(false),
    userName: z.string().min(1).optional(),
    /** File that holds the password and nothing else: secrets are not kept in the configuration. */
    passwordFile: z.string().min(1).optional(),
    publishingIntervalMs: z.number().int().min(10).max(60_000).default(50),
    /**
     * How long the server keeps the session without hearing from us. Short: servers have few, and a station that was
     * killed leaves one behind. What must bridge an outage is the subscription, which a new session takes over.
     */
    sessionTimeoutMs: z.number().int().min(10_000).max(3_600_000).default(60_000),
    /** How long the server keeps the subscription and its queues without hearing from us. */
    subscriptionLifetimeMs: z.number().int().min(10_000).max(3_600_000).default(600_000),
    /** At least this often the server says that it lives when nothing changes. */
    keepAliveMs: z.number().int().min(100).max(60_000).default(1_500),
    /** Nothing heard for this long: connected but silent. Twice as long: the connection is broken off and made again. */
    silentAfterMs: z.number().int().min(500).max(300_000).default(5_000),
    /** The longest pause between two attempts to connect. */
    reconnectMaxMs: z.number().int().min(100).max(60_000).default(500),
  })
  .refine((s) => s.silentAfterMs >= 2 * s.keepAliveMs, {
    path: ['silentAfterMs'],
    message: 'must be at least twice keepAliveMs, or a healthy quiet server would count as silent',
  })
  .refine((s) => (s.securityMode === 'None') === (s.securityPolicy === 'None'), {
    path: ['securityPolicy'],
    message: 'securityMode None goes with securityPolicy None, Sign and SignAndEncrypt with another one',
  })
  .refine((s) => s.passwordFile === undefined || s.userName !== undefined, {
    path: ['userName'],
    message: 'a passwordFile needs a userName',
  });
export type OpcuaSettings = z.infer<typeof settingsSchema>;

export const manifest: DriverManifest<OpcuaSettings> = {
  id: 'opcua-client',
  version: 1,
  settings: settingsSchema,
  addresses: null,
  checkAddress,
  canWrite: true,
  canCall: true,
  pushes: false,
};
