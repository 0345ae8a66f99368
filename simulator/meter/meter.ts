/** An energy meter with Modbus TCP at a machine whose load changes; see README. */
import { BadInput, portOf, startControl, stopControl } from '#simulator/line/control.ts';
import { checkMachine, followMachine } from '#simulator/line/follow.ts';
import { ModbusServer } from '#simulator/line/modbus-server.ts';
import type { Running } from '#simulator/process.ts';
import { EnergyMeter } from './energy-meter.ts';
import { gone, seenOf } from './machine-load.ts';

export const meterDefaults = {
  host: '127.0.0.1',
  port: 48416,
  /** Loopback port of the control, see README. */
  control: 48426,
  /** Modbus unit; others are not answered. */
  unit: 1,
  /** kWh on the counter at the start. */
  energy: 48_213.4,
  /** kWh at which the counter begins again at 0. */
  rollOver: 100_000,
  /** Control of the machine that it measures, e.g. `http://127.0.0.1:48410`; empty: the load goes by the clock. */
  machine: '',
  /** Mean load in kW: machine off, idle, in work, and at a stroke (off and stroke only where it follows a machine). */
  base: 0.35,
  idle: 1.6,
  working: 11.5,
  peak: 24,
  /** Seconds idle and in work, in turn, where it follows none. */
  idleS: 25,
  workingS: 12,
  seed: 7,
};
export type MeterOptions = typeof meterDefaults;

const tickMs = 200;

export async function startMeter(options: MeterOptions): Promise<Running> {
  for (const key of ['energy', 'rollOver', 'base', 'idle', 'working', 'peak'] as const) {
    if (!(options[key] >= 0)) throw new Error(`--${key} must not be negative, got ${options[key]}`);
  }
  if (options.rollOver < 1) throw new Error(`--rollOver must be 1 kWh or more, got ${options.rollOver}`);
  checkMachine(options.machine);
  const meter = new EnergyMeter(options);
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    meter.pass((now - last) / 1_000);
    last = now;
  }, tickMs);

  const server = new ModbusServer(options, () => meter.image());
  await server.plug();

  const state = () => {
    return { device: 'meter', plugged: server.plugged, clients: server.clients, on: server.on, ...meter.state };
  };
  const control = await startControl(options.control, state, {
    energy: ({ value }) => {
      if (typeof value !== 'number' || !(value >= 0)) throw new BadInput('give {"value":99999.5}, kWh');
      meter.setEnergy(value);
      return state();
    },
    'roll-over': () => {
      meter.setEnergy(options.rollOver - 0.02);
      return state();
    },
    load: ({ idle, working }) => {
      for (const one of [idle, working]) {
        if (one !== undefined && (typeof one !== 'number' || !(one >= 0)))
          throw new BadInput('give {"working":14}, kW');
      }
      meter.setLoad(idle as number | undefined, working as number | undefined);
      return state();
    },
    off: () => ((server.on = false), state()),
    on: () => ((server.on = true), state()),
    unplug: async () => (await server.unplug(), state()),
    plug: async () => (await server.plug(), state()),
  });
  const endFollowing =
    options.machine === ''
      ? null
      : followMachine(options.machine, tickMs, seenOf, (seen) => meter.follow(seen ?? gone));
  return {
    ready: { device: 'meter', host: options.host, port: server.port, control: portOf(control) },
    stop: async () => {
      clearInterval(timer);
      await endFollowing?.();
      await stopControl(control);
      await server.unplug();
    },
  };
}
