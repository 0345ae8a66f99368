/** The drivers in a bundle, where there is no folder to look into. A module of its own: loading them takes a second. */
import { collectDrivers } from '#station/drivers/index.ts';

export const bundledDrivers = collectDrivers(import.meta.glob('../drivers/*/index.ts', { eager: true }));
