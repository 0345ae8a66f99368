/** A balance that speaks MT-SICS, with a print key; see README. */
import { setTimeout as pause } from 'node:timers/promises';
import { BadInput, portOf, startControl, stopControl } from '#simulator/line/control.ts';
import { LineDevice } from '#simulator/line/line-device.ts';
import { ProcessModel } from '#simulator/line/process-model.ts';
import type { Running } from '#simulator/process.ts';
import { BalanceCommands } from './commands.ts';
import { LoadCell } from './load-cell.ts';

export const balanceDefaults = {
  host: '127.0.0.1',
  port: 48414,
  /** Loopback port of the control, see README. */
  control: 48424,
  pty: '',
  serial: '',
  /** g */
  nominal: 1_812.4,
  sigma: 0.35,
  /** g per part. */
  drift: 0,
  /** g, from part `shiftAt` on (counted from 1; 0: never). */
  shift: 0,
  shiftAt: 0,
  seed: 5,
  capacity: 4_200,
  decimals: 2,
  /** From a change of the load until rest. */
  settleMs: 800,
  serialNumber: 'B021002593',
  model: 'MS4002S',
};
export type BalanceOptions = typeof balanceDefaults;

const units = ['g', 'kg', 'mg'];

export async function startBalance(options: BalanceOptions): Promise<Running> {
  if (!Number.isInteger(options.decimals) || options.decimals < 0 || options.decimals > 4) {
    throw new Error(`--decimals must be 0 to 4, got ${options.decimals}`);
  }
  if (!(options.capacity > 0) || options.capacity > 99_999) {
    throw new Error(`--capacity must be above 0 and at most 99999 g, got ${options.capacity}`);
  }
  if (!(options.settleMs >= 0)) throw new Error(`--settleMs must not be negative, got ${options.settleMs}`);
  const model = new ProcessModel(options);
  const cell = new LoadCell(options, () => performance.now());
  let on = true;
  let presses = 0;
  const device = new LineDevice(options, (bytes) => {
    if (on) commands.hear(bytes);
  });
  const commands = new BalanceCommands(cell, options, (line) => device.send(Buffer.from(`${line}\r\n`, 'latin1')));
  await device.plug();
  commands.wakeUp();

  const state = () => ({
    device: 'balance',
    plugged: device.plugged,
    clients: device.clients,
    on,
    load: cell.load,
    stable: cell.stable,
    keySends: commands.keySends,
    presses,
    process: model.state,
  });

  function put(load: number): void {
    cell.put(Number(load.toFixed(options.decimals)));
  }
  /** The print key: the balance waits until the load is at rest, then sends. */
  async function key(): Promise<object> {
    while (cell.restsInMs > 0) await pause(cell.restsInMs);
    if (on && commands.key()) presses += 1;
    return state();
  }
  function number(value: unknown, example: string): number {
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw new BadInput(`give ${example}`);
  }
  const control = await startControl(options.control, state, {
    next: () => {
      put(model.next());
      return state();
    },
    load: ({ value }) => {
      put(number(value, '{"value":1812.4}'));
      return state();
    },
    key,
    press: () => {
      put(model.next());
      return key();
    },
    value: ({ value }) => {
      put(number(value, '{"value":1812.4}'));
      return key();
    },
    process: (input) => {
      model.change(input);
      return state();
    },
    unit: ({ unit }) => {
      if (typeof unit !== 'string' || !units.includes(unit))
        throw new BadInput(`give {"unit":"kg"}: ${units.join(', ')}`);
      commands.unit = unit;
      return state();
    },
    garbage: () => {
      // A character lost on the way: still looks like a number.
      device.send(Buffer.from('S S    1812.4 g\r\n', 'latin1'));
      return state();
    },
    off: () => {
      on = false;
      commands.sleep();
      return state();
    },
    on: () => {
      on = true;
      commands.wakeUp();
      return state();
    },
    unplug: async () => {
      await device.unplug();
      return state();
    },
    plug: async () => {
      await device.plug();
      return state();
    },
  });
  return {
    ready: { device: 'balance', host: options.host, port: device.port, control: portOf(control) },
    stop: async () => {
      commands.sleep();
      await stopControl(control);
      await device.unplug();
    },
  };
}
