/** The demo plant's devices: one simulator process per device of the station that the plant's files say is on this machine. */
import { fileURLToPath } from 'node:url';
import type { Configuration } from '#contract/config/index.ts';
import type { Device } from '#contract/config/device.ts';
import type { MachineFile } from '#contract/config/machines.ts';
import { stateTags } from '#domain/machines/state.ts';
import type { DemoAddresses, DemoDevice } from '#station/host/demo/panel.ts';
import { end, type Child, type Processes } from './processes.ts';

/** A simulator that says nothing for so long will not come up, in ms. */
const readyMs = 60_000;
/** Where the control listens, above the device's own port: 48411 is controlled on 48421. */
const controlOffset = 10;

export interface Simulator {
  readonly device: DemoDevice;
  readonly entry: string;
  readonly args: readonly string[];
  /** Loopback port of its control. */
  readonly control: number;
  /** Shown in the one line, e.g. `press opc.tcp://127.0.0.1:48400/press`. */
  readonly shown: string;
}

/** What stands in for a device, by the driver that speaks to it. */
const simulated: Readonly<Partial<Record<string, DemoDevice>>> = {
  'opcua-client': 'press',
  'serial-line': 'scanner',
  'mitutoyo-digimatic': 'calliper',
  'mettler-sics': 'balance',
};

/** Two of the demo's devices speak Modbus: the rig tells the state of a machine, the meter is one's meter. */
function simulatedBy({ driver, tags }: Device, machines: readonly MachineFile[]): DemoDevice | undefined {
  if (driver !== 'modbus') return simulated[driver];
  const tellsState = machines.some(({ state }) => stateTags(state).some((tag) => tags.some(({ id }) => id === tag)));
  return tellsState ? 'rig' : 'meter';
}

/** Simulators for the devices of a station; devices that are on another machine or a serial port have none. */
export function simulatorsFor(configuration: Configuration, stationId: string): readonly Simulator[] {
  const { devices, machines = [], stations } = configuration;
  const station = stations.find(({ id }) => id === stationId);
  const all = devices.flatMap((device) => simulatorFor(device, machines) ?? []);
  const press = all.find(({ device }) => device === 'press');
  return all.flatMap((one) => {
    if (station?.devices.includes(one.deviceId) !== true) return [];
    // What the press does shows in what the meter counts, and in the parts that come to the rig, also from another station.
    const follows = press !== undefined && (one.device === 'meter' || one.device === 'rig');
    return follows ? { ...one, args: [...one.args, '--machine', `http://127.0.0.1:${press.control}`] } : one;
  });
}

function simulatorFor(
  of: Device,
  machines: readonly MachineFile[],
): (Simulator & { readonly deviceId: string }) | null {
  const device = simulatedBy(of, machines);
  const address = addressOf(of.settings);
  if (device === undefined || address === null) return null;
  const control = address.port + controlOffset;
  return {
    device,
    deviceId: of.id,
    control,
    entry: fileURLToPath(new URL(`../../simulator/${device}/${device}.entry.ts`, import.meta.url)),
    args: ['--port', String(address.port), '--control', String(control)],
    shown: `${device} ${address.shown}`,
  };
}

function addressOf(settings: Device['settings']): { readonly port: number; readonly shown: string } | null {
  const { endpoint, link } = settings as {
    readonly endpoint?: string;
    readonly link?: { readonly kind: string; readonly host?: string; readonly port?: number };
  };
  if (endpoint !== undefined) {
    const { hostname, port } = new URL(endpoint);
    return isHere(hostname) ? { port: Number(port), shown: endpoint } : null;
  }
  if (link?.kind !== 'tcp' || link.port === undefined || !isHere(link.host)) return null;
  return { port: link.port, shown: `tcp ${link.host}:${link.port}` };
}

const isHere = (host: string | undefined): boolean => host === '127.0.0.1' || host === 'localhost';

export interface Demo {
  readonly addresses: DemoAddresses;
  /** The scanner reads a line of its stdin as a code. */
  readonly scanner: Child | null;
}

/**
 * Starts them and waits until each serves.
 * @param died called when one ends later by itself.
 * @throws Error with one line for people.
 */
export async function startDemo(
  simulators: readonly Simulator[],
  processes: Processes,
  died: (name: string) => void,
): Promise<Demo> {
  const started = await Promise.all(
    simulators.map(async (simulator) => ({ simulator, ...(await startOne(simulator, processes)) })),
  );
  const scanner: { child: Child | null } = { child: null };
  for (const { simulator, child } of started) {
    if (simulator.device === 'scanner') scanner.child = child;
    void child.ended.then(() => died(simulator.device));
  }
  return {
    addresses: Object.fromEntries(
      started.map(({ simulator, control }) => [simulator.device, `http://127.0.0.1:${control}`]),
    ),
    scanner: scanner.child,
  };
}

async function startOne(
  { device, entry, args }: Simulator,
  processes: Processes,
): Promise<{ readonly child: Child; readonly control: number }> {
  let complaint = '';
  let ready: (control: number) => void = () => undefined;
  const served = new Promise<number>((resolve) => (ready = resolve));
  const child = processes.start(device, process.execPath, [entry, ...args], {
    stdout(line) {
      try {
        const said = JSON.parse(line) as { readonly ready?: boolean; readonly control?: number };
        if (said.ready === true && said.control !== undefined) ready(said.control);
      } catch {
        // Something else it had to say.
      }
    },
    stderr: (line) => (complaint ||= line),
  });
  const limit = new AbortController();
  const control = await Promise.race([
    served,
    child.ended.then(() => null),
    new Promise<null>((resolve) => {
      const timer = setTimeout(() => resolve(null), readyMs);
      limit.signal.addEventListener('abort', () => clearTimeout(timer));
    }),
  ]);
  limit.abort();
  if (control !== null) return { child, control };
  await end(child);
  throw new Error(
    `The demo's ${device} could not be started: ${complaint || 'it did not answer'}. Without simulators: npm start -- --no-demo`,
  );
}
