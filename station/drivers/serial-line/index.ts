import type { DriverModule } from '#contract/driver.ts';
import { createSerialLine } from './driver.ts';
import { manifest, type SerialLineSettings } from './manifest.ts';

export const driver: DriverModule<SerialLineSettings> = { manifest, create: createSerialLine };
