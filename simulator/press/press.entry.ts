/** The demo press as a process: `node simulator/press/press.entry.ts --port 48400`. See README.md beside it. */
import { readOptions, runSimulator } from '#simulator/process.ts';
import { startPress } from './server.ts';

await runSimulator('press', async () => {
  const options = readOptions(process.argv.slice(2), {
    port: 48_400,
    speed: 1,
    seed: 7,
    tags: 0,
    period: 100,
    before: 0,
  });
  const press = await startPress(options);
  return { ready: { endpoint: press.endpoint }, stop: () => press.stop() };
});
