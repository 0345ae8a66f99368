#!/usr/bin/env node
/** `npm run linewright -- COMMAND`. */
import { installedDrivers } from '#station/drivers/index.ts';
import { main } from './main.ts';

await main(installedDrivers);
