import type { DriverModule } from '#contract/driver.ts';
import { createModbus } from './driver.ts';
import { manifest, type ModbusSettings } from './manifest.ts';

export const driver: DriverModule<ModbusSettings> = { manifest, create: createModbus };
