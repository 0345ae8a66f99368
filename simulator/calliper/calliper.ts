/** A digital calliper behind an RS-232/USB interface that speaks Mitutoyo's text form; see README. */
import { BadInput, portOf, startControl, stopControl } from '#simulator/line/control.ts';
import { LineDevice } from '#simulator/line/line-device.ts';
import { ProcessModel } from '#simulator/line/process-model.ts';
import type { Running } from '#simulator/process.ts';

export const calliperDefaults = {
  host: '127.0.0.1',
  port: 48412,
  /** Loopback port of the control, see README. */
  control: 48422,
  pty: '',
  serial: '',
  nominal: 24.005,
  sigma: 0.006,
  /** mm per part. */
  drift: 0,
  /** mm, from part `shiftAt` on (counted from 1; 0: never). */
  shift: 0,
  shiftAt: 0,
  seed: 3,
  decimals: 3,
};
export type CalliperOptions = typeof calliperDefaults;

/** Characters of the number, decimal point included (QM-Height manual 99MAF600B section 6.3.2, D5 to D12). */
const fieldLength = 8;

export async function startCalliper(options: CalliperOptions): Promise<Running> {
  if (!Number.isInteger(options.decimals) || options.decimals < 0 || options.decimals > 6) {
    throw new Error(`--decimals must be 0 to 6, got ${options.decimals}`);
  }
  const model = new ProcessModel(options);
  let presses = 0;
  let last: number | null = null;
  const device = new LineDevice(options, (bytes) => {
    // Answers whatever ends with CR, as the interface boxes do that can be asked.
    for (const byte of bytes) if (byte === 0x0d) press(model.next());
  });
  await device.plug();

  function press(size: number): void {
    const digits = Math.abs(size).toFixed(options.decimals).padStart(fieldLength, '0');
    if (digits.length > fieldLength)
      throw new BadInput(`${size} does not fit the ${fieldLength} characters of the gauge`);
    device.send(Buffer.from(`01A${size < 0 ? '-' : '+'}${digits}\r`, 'latin1'));
    presses += 1;
    last = Number(size.toFixed(options.decimals));
  }
  /** Parts evenly over the process, each time with a tenth of its scatter: what the gauge itself adds. */
  function sizeOf(part: number, of: number): number {
    const { nominal, sigma } = model.state;
    return nominal + 3 * sigma * ((2 * (part - 1)) / (of - 1) - 1) + (model.next() - nominal) / 10;
  }
  const state = () => ({
    device: 'calliper',
    plugged: device.plugged,
    clients: device.clients,
    presses,
    last,
    process: model.state,
  });
  const control = await startControl(options.control, state, {
    press: () => {
      press(model.next());
      return state();
    },
    value: ({ value }) => {
      if (typeof value !== 'number' || !Number.isFinite(value)) throw new BadInput('give {"value":24.013}');
      press(value);
      return state();
    },
    part: ({ part, of }) => {
      if (
        !Number.isInteger(part) ||
        !Number.isInteger(of) ||
        Number(of) < 2 ||
        Number(part) < 1 ||
        Number(part) > Number(of)
      )
        throw new BadInput('give {"part":2,"of":3}: which of how many parts, from 1');
      press(sizeOf(Number(part), Number(of)));
      return state();
    },
    process: (input) => {
      model.change(input);
      return state();
    },
    garbage: () => {
      // A character lost on the way: still looks like a number.
      device.send(Buffer.from('01A+00240.5\r', 'latin1'));
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
    ready: { device: 'calliper', host: options.host, port: device.port, control: portOf(control) },
    stop: async () => {
      await stopControl(control);
      await device.unplug();
    },
  };
}
