import type { DriverModule } from '#contract/driver.ts';
import { OpcuaDriver } from './driver.ts';
import { type OpcuaSettings, manifest } from './manifest.ts';

export const driver: DriverModule<OpcuaSettings> = {
  manifest,
  create: (host, settings, tags) => new OpcuaDriver(host, settings, tags),
};
