#!/usr/bin/env node
/** The installed `linewright` (see cli.vite.config.ts): only ever run as built by Vite. */
import { main } from './main.ts';

await main(async () => (await import('./bundled-drivers.ts')).bundledDrivers);
