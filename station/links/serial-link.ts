import {
  LinkError,
  type ByteLink,
  type ByteLinkEvents,
  type DeviceProblem,
  type LinkSettings,
} from '#contract/driver.ts';

/**
 * serialport gives text, not codes. The wordings are those of its native binding (13.0.0): strerror on Linux and macOS,
 * its own sentences on Windows, where a port in use answers "Access denied".
 */
const wordings: readonly (readonly [RegExp, DeviceProblem])[] = [
  [/cannot lock port|resource busy|device or resource busy|temporarily unavailable/i, 'port-busy'],
  [/^opening .*: access denied/i, 'port-busy'],
  [/permission denied|operation not permitted/i, 'port-denied'],
  [/inappropriate ioctl|is a directory|invalid argument|invalid baud|not a valid/i, 'settings-invalid'],
];

export function serialProblem(message: string): DeviceProblem {
  return wordings.find(([wording]) => wording.test(message))?.[1] ?? 'port-missing';
}

/** Opens with an exclusive lock, so that a second program (or a second device file) on the port is told `port-busy`. */
export async function openSerialLink(
  settings: Extract<LinkSettings, { kind: 'serial' }>,
  events: ByteLinkEvents,
): Promise<ByteLink> {
  // Loaded on first use: a station without serial devices never loads the native part.
  const { SerialPort } = await import('serialport');
  const { path, baudRate, dataBits, parity, stopBits } = settings;
  const description = `${path} ${baudRate} ${dataBits}${parity.charAt(0).toUpperCase()}${stopBits}`;
  const port = new SerialPort({ path, baudRate, dataBits, parity, stopBits, lock: true, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) =>
      error ? reject(new LinkError(serialProblem(error.message), `${path}: ${error.message}`)) : resolve(),
    );
  });

  let open = true;
  let closing = false;
  let lastError: Error | null = null;
  port.on('data', (bytes: Buffer) => {
    if (!closing) events.data(bytes);
  });
  // A write to a port that was just pulled out errors before 'close' comes.
  port.on('error', (error: Error) => (lastError = error));
  port.on('close', (cause: Error | null) => {
    if (!open) return;
    open = false;
    if (closing) events.closed(null, 'closed');
    else events.closed('closed-by-device', `${path} went away: ${(cause ?? lastError)?.message ?? 'closed'}`);
  });

  return {
    description,
    write: (bytes) =>
      new Promise((done, failed) => {
        if (!open || closing) return failed(new LinkError('closed-by-device', `${path} is closed`));
        port.write(Buffer.from(bytes), (error) =>
          error ? failed(new LinkError('closed-by-device', `${path}: ${error.message}`)) : done(),
        );
      }),
    close: () =>
      new Promise((done) => {
        if (!open) return done();
        closing = true;
        port.once('close', () => done());
        port.close((error) => {
          // Already gone: 'close' has come or is coming; make sure the caller is not left waiting.
          if (error) done();
        });
      }),
  };
}
