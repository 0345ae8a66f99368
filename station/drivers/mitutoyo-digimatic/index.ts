import type { DriverModule } from '#contract/driver.ts';
import { createDigimatic } from './driver.ts';
import { manifest, type DigimaticSettings } from './manifest.ts';

export const driver: DriverModule<DigimaticSettings> = { manifest, create: createDigimatic };
