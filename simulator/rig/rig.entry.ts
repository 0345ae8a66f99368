/** `node simulator/rig/rig.entry.ts [--port 48417] [--control 48427] [--machine http://127.0.0.1:48410] ...` */
import { readOptions, runSimulator } from '#simulator/process.ts';
import { rigDefaults, startRig } from './rig.ts';

await runSimulator('rig', () => startRig(readOptions(process.argv.slice(2), rigDefaults)));
