/** The demo press as a process: `node simulator/press/press.entry.ts --port 48400`. See README.md beside it. */
import { readOptions, runSimulator } from '#simulator/process.ts';
import { portOf, startControl, stopControl } from '#simulator/line/control.ts';
import { startPress } from './server.ts';

await runSimulator('press', async () => {
  const options = readOptions(process.argv.slice(2), {
    port: 48_400,
    speed: 1,
    seed: 7,
    tags: 0,
    period: 100,
    before: 0,
    /** Where the cycle counter stands at the start. */
    count: 0,
    /** Loopback port of the control, see README; 0: any free one, -1: none. */
    control: -1,
  });
  const press = await startPress(options);
  const ready = { endpoint: press.endpoint };
  if (options.control < 0) return { ready, stop: () => press.stop() };
  const control = await startControl(options.control, () => press.state(), press.commands);
  return {
    ready: { ...ready, control: portOf(control) },
    stop: async () => {
      await stopControl(control);
      await press.stop();
    },
  };
});
