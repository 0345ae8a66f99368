import type { DriverModule } from '#contract/driver.ts';
import { createSics } from './driver.ts';
import { manifest, type SicsSettings } from './manifest.ts';

export const driver: DriverModule<SicsSettings> = { manifest, create: createSics };
