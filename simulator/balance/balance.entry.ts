/** `node simulator/balance/balance.entry.ts [--port 48414] [--control 48424] [--pty PATH] [--nominal 1812.4] ...` */
import { readOptions, runSimulator } from '#simulator/process.ts';
import { balanceDefaults, startBalance } from './balance.ts';

await runSimulator('balance', () => startBalance(readOptions(process.argv.slice(2), balanceDefaults)));
