/** A 2D scanner on a serial line: says a code when it is told what is in front of it. */
import { BadInput, portOf, startControl, stopControl } from '#simulator/line/control.ts';
import { LineDevice } from '#simulator/line/line-device.ts';
import type { Running } from '#simulator/process.ts';

export const scannerDefaults = {
  host: '127.0.0.1',
  port: 48411,
  /** Loopback port of the control, see README. */
  control: 48421,
  pty: '',
  serial: '',
  /** What ends a code: cr, lf, crlf or none. */
  end: 'cr',
};
export type ScannerOptions = typeof scannerDefaults;

const ends: Readonly<Record<string, string>> = { cr: '\r', lf: '\n', crlf: '\r\n', none: '' };

export interface Scanner extends Running {
  scan(text: string): void;
}

export async function startScanner(options: ScannerOptions): Promise<Scanner> {
  const end = ends[options.end];
  if (end === undefined) throw new Error(`--end must be one of ${Object.keys(ends).join(', ')}, got "${options.end}"`);
  const device = new LineDevice(options, () => {});
  let scans = 0;
  await device.plug();
  function scan(text: string): void {
    scans += 1;
    device.send(Buffer.from(text + end, 'utf8'));
  }
  const state = () => ({ device: 'scanner', plugged: device.plugged, clients: device.clients, scans });
  const control = await startControl(options.control, state, {
    scan: ({ text }) => {
      if (typeof text !== 'string' || text === '') throw new BadInput('give {"text":"what the code says"}');
      scan(text);
      return state();
    },
    garbage: () => {
      device.send(Buffer.concat([Buffer.from([0xff, 0xfe, 0x80, 0x00, 0xc3, 0x28]), Buffer.from(end)]));
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
    ready: { device: 'scanner', host: options.host, port: device.port, control: portOf(control) },
    scan,
    stop: async () => {
      await stopControl(control);
      await device.unplug();
    },
  };
}

/** A line typed into the process: the code's text, with `\x1d` for characters that cannot be typed. */
export function typedCode(line: string): string {
  return line.replaceAll(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
