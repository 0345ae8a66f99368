/** `npm start -- OPTIONS` */
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';

export interface StartOptions {
  readonly config: string;
  readonly station: string | null;
  readonly data: string | null;
  readonly port: number;
  readonly host: string;
  readonly headless: boolean;
  readonly demo: boolean;
  readonly browser: boolean;
  /** The demo's shift so many times as quick as real; null: no shift is played. */
  readonly shift: number | null;
}

/** The plant's shifts begin at whole minutes: of 8 h, so many times as quick, whole minutes must be left. */
const shiftSpeeds: readonly number[] = [1, 10, 20, 30, 60, 120];

export const help = `npm start -- [OPTIONS]      starts a station: its devices' simulators (demo plant), the station, its screen

  --config DIR    configuration folder                       (resources/demo-plant)
  --station ID    station of that plant                      (the plant's defaultStation)
  --data DIR      data folder of the station                 (data/PLANT/STATION)
  --port N        port of the browser host                   (7373)
  --host ADDR     address it listens on                      (127.0.0.1; anything else is reachable from the network)
  --headless      open no screen, only serve
  --no-demo       start no simulators
  --shift N       the press runs a shift of 8 h with faults, N times as quick (1, 10, 20, 30, 60 or 120), on a plant and in a
                  data folder of its own, made anew at each start (data/PLANT/STATION-shift); npm run demo:shift is --shift 60
  --browser       use the browser although Electron is here
  --help          this

Ctrl-C ends everything it started.
Exit codes: 0 ended as asked, 1 unexpected, 2 options, configuration, data folder or port must be put right first.
`;

/** @returns null where only the help is wanted. @throws Error with one line for people. */
export function readStartOptions(argv: readonly string[]): StartOptions | null {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      config: { type: 'string', default: 'resources/demo-plant' },
      station: { type: 'string' },
      data: { type: 'string' },
      port: { type: 'string', default: '7373' },
      host: { type: 'string', default: '127.0.0.1' },
      headless: { type: 'boolean', default: false },
      'no-demo': { type: 'boolean', default: false },
      browser: { type: 'boolean', default: false },
      shift: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`--port must be a whole number from 1 to 65535, not "${values.port}"`);
  }
  const shift = values.shift === undefined ? null : Number(values.shift);
  if (shift !== null && !shiftSpeeds.includes(shift))
    throw new Error(`--shift must be one of ${shiftSpeeds.join(', ')}, not "${values.shift}"`);
  if (shift !== null && (values.station !== undefined || values.data !== undefined || values['no-demo']))
    throw new Error('--shift has a station and a data folder of its own: leave out --station, --data and --no-demo');
  if (isIP(values.host) === 0 && values.host !== 'localhost') {
    throw new Error(`--host must be an IP address of this machine, not "${values.host}"`);
  }
  return {
    config: values.config,
    station: values.station ?? null,
    data: values.data ?? null,
    port,
    host: values.host,
    headless: values.headless,
    demo: !values['no-demo'],
    browser: values.browser,
    shift,
  };
}
