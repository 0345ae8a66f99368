/** `npm start`: the demo devices, the station and its screen with one command; Ctrl-C ends all of it. See `--help`. */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join, resolve } from 'node:path';
import type { Configuration } from '#contract/config/index.ts';
import { exitHopeless, stationFlags } from '#contract/shell.ts';
import { shiftMs } from '#simulator/press/shift.ts';
import type { NodeEntryMessage } from '#station/node.entry.ts';
import { buildIfStale, renderer, shell } from './start/build.ts';
import { simulatorsFor, startDemo, type Demo } from './start/demo.ts';
import { electronBinary, electronPlace, findElectron, whyNoWindow } from './start/electron.ts';
import { openBrowser } from './start/open-browser.ts';
import { help, readStartOptions, type StartOptions } from './start/options.ts';
import { Processes, type Child } from './start/processes.ts';
import { machineId, partOfShift, playShift, writeShiftPlant } from './start/shift.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const say = (line: string): void => console.log(line);
const processes = new Processes();
let ending = false;

/** Ends everything and then ourselves; the first reason decides. */
async function finish(code: number, line: string | null = null): Promise<never> {
  if (!ending) {
    ending = true;
    if (line !== null) console.error(line);
    await processes.endAll();
    process.exit(code);
  }
  return new Promise<never>(() => undefined);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void finish(0));
if (process.env.npm_lifecycle_event !== undefined) {
  // npm hands a SIGTERM to the shell between us, which dies of it without telling us.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && void finish(0), 1_000).unref();
}

async function start(): Promise<void> {
  let options = await readOptions();
  // Only now: the help and a wrong option need none of it.
  const [{ defaultDataFolder, readConfiguration, UnknownStationError }, { installedDrivers }, { portFault }] =
    await Promise.all([import('#station/startup.ts'), import('#station/drivers/index.ts'), import('./start/port.ts')]);
  const drivers = await installedDrivers();
  let configuration = readConfiguration(options.config, drivers);
  const { plant, stations } = configuration;
  const stationId = options.station ?? plant.defaultStation;
  const station = stations.find(({ id }) => id === stationId);
  if (station === undefined)
    throw new UnknownStationError(
      stationId,
      stations.map(({ id }) => id),
    );
  const taken = await portFault(options.host, options.port);
  if (taken !== null) await finish(exitHopeless, taken);
  const shift = options.shift === null ? null : await prepareShift(options, options.shift, configuration, stationId);
  if (shift !== null) {
    options = { ...options, config: shift.config, data: shift.data };
    configuration = readConfiguration(options.config, drivers);
  }
  say(`${plant.title[plant.language]}, station ${stationId}: ${station.title[plant.language]}`);

  const simulators = plant.demo && options.demo ? simulatorsFor(configuration, stationId) : [];
  const [demo] = await Promise.all([startSimulators(simulators), buildIfStale(root, renderer, say)]);
  if (simulators.length > 0) say(`Demo devices: ${simulators.map(({ shown }) => shown).join(', ')}`);

  const data = resolve(options.data ?? defaultDataFolder(plant.id, stationId));
  const stationArgs = ['--config', resolve(options.config), '--station', stationId, '--data', data];
  if (!['127.0.0.1', '::1', 'localhost'].includes(options.host)) {
    say(
      `Reachable from the network at ${options.host}, unencrypted: put a TLS proxy before it outside a closed network.`,
    );
  }
  if (shift !== null) playWhenDue(shift, demo.addresses.press);
  const noWindow = await startWindow(options, stationArgs);
  if (noWindow !== null) startHeadless(options, stationArgs, demo, noWindow);
  if (demo.scanner !== null && process.stdin.isTTY) typeToScan(demo.scanner);
}

/** A plant of its own with the shift in it, which begins as soon as everything can be up. */
async function prepareShift(
  { config }: StartOptions,
  speed: number,
  { plant, machines = [] }: Configuration,
  stationId: string,
): Promise<{ readonly config: string; readonly data: string; readonly speed: number; readonly beginsAt: number }> {
  if (!plant.demo || !machines.some(({ id, station }) => id === machineId && station === stationId))
    await finish(exitHopeless, `--shift needs the demo plant, whose default station has the machine ${machineId}`);
  // The build is what may take long; after it the shift is soon.
  await buildIfStale(root, renderer, say);
  const beginsAt = Math.ceil((Date.now() + upMs) / minuteMs) * minuteMs;
  const folder = resolve('data', plant.id, `${stationId}-shift`);
  rmSync(folder, { recursive: true, force: true });
  writeShiftPlant(resolve(config), join(folder, 'config'), speed, beginsAt);
  return { config: join(folder, 'config'), data: join(folder, 'data'), speed, beginsAt };
}

const minuteMs = 60_000;
/** Devices and station are up within it, mostly. */
const upMs = 15_000;

function playWhenDue({ speed, beginsAt }: { speed: number; beginsAt: number }, control: string | undefined): void {
  if (control === undefined) return;
  const clock = (at: number): string => new Date(at).toLocaleTimeString();
  say(
    `The press runs a shift of 8 h at ${speed} x from ${clock(beginsAt)} to ${clock(beginsAt + shiftMs / speed)}: Machines, OEE.`,
  );
  const play = async (): Promise<void> => {
    await playShift(control, speed, partOfShift());
    const late = Math.round((Date.now() - beginsAt) / 1_000);
    say(`The shift has begun${late > 1 ? `, ${late} s late: it does not end within the planned time` : ''}.`);
  };
  setTimeout(
    () => void play().catch((error: unknown) => finish(1, error instanceof Error ? error.message : String(error))),
    Math.max(0, beginsAt - Date.now()),
  );
}

async function readOptions(): Promise<StartOptions> {
  try {
    const options = readStartOptions(process.argv.slice(2));
    if (options !== null) return options;
    say(help);
  } catch (error) {
    await finish(
      exitHopeless,
      `${error instanceof Error ? error.message : String(error)}. Options: npm start -- --help`,
    );
  }
  return finish(0);
}

function startSimulators(simulators: ReturnType<typeof simulatorsFor>): Promise<Demo> {
  return startDemo(simulators, processes, (device) => {
    if (!ending) say(`The demo's ${device} ended; the station goes on without it.`);
  }).catch((error: unknown) => finish(exitHopeless, error instanceof Error ? error.message : String(error)));
}

/** @returns null when Electron shows the station, else the beginning of the line that says why not. */
async function startWindow(options: StartOptions, stationArgs: readonly string[]): Promise<string | null> {
  if (options.headless) return 'Serving';
  if (options.browser) return 'Browser host';
  const place = electronPlace(root);
  const noWindow = whyNoWindow();
  if (noWindow !== null) {
    const what =
      electronBinary(place) === null ? "Electron's binary is not here and was not fetched" : 'Electron is not used';
    return `${what} (${noWindow}); using the browser host`;
  }
  const found = await findElectron(place, say);
  if ('missing' in found) {
    return `Electron's binary is not here and could not be fetched (${found.missing}); using the browser host`;
  }
  await buildIfStale(root, shell, say);
  let opened: (opened: true) => void = () => undefined;
  const open = new Promise<true>((resolve) => (opened = resolve));
  const window = processes.start('Electron', found.binary, [join(root, 'out', 'main', 'index.js'), ...stationArgs], {
    message: () => opened(true),
  });
  say('The station opens in its own window. Ctrl-C ends everything.');
  const first = await Promise.race([open, window.ended]);
  // Missing system libraries, a sandbox that the system forbids: the station must run all the same.
  if (first !== true && first !== 0 && first !== exitHopeless && !ending) {
    return `Electron could not open a window (it ended with ${first ?? 'a signal'}); using the browser host`;
  }
  void window.ended.then((code) => finish(code ?? 1));
  return null;
}

const firstPauseMs = 500;
const longestPauseMs = 30_000;
const settledMs = 60_000;

/** The station as a child, started again when it crashes. */
function startHeadless(options: StartOptions, stationArgs: readonly string[], demo: Demo, intro: string): void {
  let pauseMs = firstPauseMs;
  let opened = false;
  const args = [
    ...stationFlags,
    join(root, 'station', 'node.entry.ts'),
    ...stationArgs,
    '--port',
    String(options.port),
    '--host',
    options.host,
    ...(Object.keys(demo.addresses).length === 0 ? [] : ['--demo', JSON.stringify(demo.addresses)]),
  ];
  const run = (): void => {
    const startedAt = performance.now();
    let failure: string | null = null;
    const child = processes.start('station', process.execPath, args, {
      message(received) {
        const message = received as NodeEntryMessage;
        if (message.type === 'failed') failure = message.message;
        else ready(message.url);
      },
    });
    void child.ended.then(async (code) => {
      if (ending) return;
      if (code === exitHopeless || code === 0) {
        await finish(code, failure);
        return;
      }
      if (performance.now() - startedAt >= settledMs) pauseMs = firstPauseMs;
      console.error(
        `The station ended unexpectedly${failure === null ? '' : ` (${failure})`}; starting it again in ${pauseMs / 1000} s.`,
      );
      setTimeout(() => {
        if (!ending) run();
      }, pauseMs);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    });
  };
  const ready = (url: string): void => {
    say(`${opened ? 'The station runs again; open screens come back by themselves. New address' : intro}: ${url}`);
    if (opened) return;
    opened = true;
    if (Object.keys(demo.addresses).length > 0)
      say(`Hands of the demo (scan, measure, unplug), in the same browser: ${new URL('/demo', url).href}`);
    say('The address opens one browser, once. Ctrl-C ends everything.');
    if (!options.headless) openBrowser(url);
  };
  run();
}

/** What is typed here is scanned by the demo's scanner. */
function typeToScan(scanner: Child): void {
  say('A code typed here is scanned, e.g. BDG-1002.');
  process.stdin.on('data', (chunk: Buffer) => scanner.process.stdin?.write(chunk));
}

try {
  await start();
} catch (error) {
  const { hopelessLine } = await import('#station/startup.ts');
  const line = hopelessLine(error);
  if (line !== null) await finish(exitHopeless, line);
  await finish(1, error instanceof Error ? error.message : String(error));
}
