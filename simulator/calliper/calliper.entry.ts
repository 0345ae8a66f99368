/** `node simulator/calliper/calliper.entry.ts [--port 48412] [--control 48422] [--pty PATH] [--nominal 24.005] ...` */
import { readOptions, runSimulator } from '#simulator/process.ts';
import { calliperDefaults, startCalliper } from './calliper.ts';

await runSimulator('calliper', () => startCalliper(readOptions(process.argv.slice(2), calliperDefaults)));
