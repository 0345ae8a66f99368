/** An energy meter with Modbus TCP at a machine whose load changes; see README. */
import net from 'node:net';
import { BadInput, portOf, startControl, stopControl } from '#simulator/line/control.ts';
import type { Running } from '#simulator/process.ts';
import { EnergyMeter } from './energy-meter.ts';
import { followMachine } from './follow.ts';
import { answerTo, tcpFrames } from './modbus-server.ts';

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
  if (options.machine !== '' && !URL.canParse(options.machine))
    throw new Error(`--machine must be an address such as http://127.0.0.1:48410, got ${options.machine}`);
  const meter = new EnergyMeter(options);
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    meter.pass((now - last) / 1_000);
    last = now;
  }, tickMs);

  const clients = new Set<net.Socket>();
  let on = true;
  let server: net.Server | null = null;
  let port = options.port;
  async function plug(): Promise<void> {
    if (server) return;
    const made = net.createServer((socket) => {
      clients.add(socket);
      socket.setNoDelay(true);
      const take = tcpFrames(({ transaction, unit, pdu }) => {
        if (!on || unit !== options.unit) return;
        const answer = answerTo(pdu, (start, count) => meter.registers(start, count));
        const header = Buffer.alloc(7);
        header.writeUInt16BE(transaction, 0);
        header.writeUInt16BE(answer.length + 1, 4);
        header[6] = unit;
        socket.write(Buffer.concat([header, answer]));
      });
      socket.on('data', (bytes) => {
        if (!take(bytes)) socket.destroy();
      });
      socket.on('close', () => clients.delete(socket));
      socket.on('error', () => {});
    });
    await new Promise<void>((done, failed) => made.once('error', failed).listen(port, options.host, done));
    server = made;
    port = portOfServer(made) || port;
  }
  async function unplug(): Promise<void> {
    const closing = server;
    server = null;
    for (const client of clients) client.destroy();
    if (closing) await new Promise((done) => closing.close(done));
  }
  await plug();

  const state = () => ({ device: 'meter', plugged: server !== null, clients: clients.size, on, ...meter.state });
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
    off: () => ((on = false), state()),
    on: () => ((on = true), state()),
    unplug: async () => (await unplug(), state()),
    plug: async () => (await plug(), state()),
  });
  const endFollowing =
    options.machine === '' ? () => undefined : followMachine(options.machine, tickMs, (seen) => meter.follow(seen));
  return {
    ready: { device: 'meter', host: options.host, port, control: portOf(control) },
    stop: async () => {
      clearInterval(timer);
      endFollowing();
      await stopControl(control);
      await unplug();
    },
  };
}

function portOfServer(server: net.Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}
