/** `node simulator/meter/meter.entry.ts [--port 48416] [--control 48426] [--wide false] ...` */
import { readOptions, runSimulator } from '#simulator/process.ts';
import { meterDefaults, startMeter } from './meter.ts';

await runSimulator('meter', () => startMeter(readOptions(process.argv.slice(2), meterDefaults)));
