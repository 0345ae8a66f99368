/**
 * The plug of a simulated serial device: a TCP port like that of a serial device server (every client hears everything),
 * and, where asked for, a pty made by socat or a real serial port.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { SerialPort } from 'serialport';
import { TcpPlug } from './tcp-plug.ts';

export interface LineDeviceOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Where to make a pty; empty: none. Needs socat. */
  readonly pty: string;
  /** A serial port of this machine to speak on, 9600 8N1; empty: none. */
  readonly serial: string;
}

export class LineDevice {
  readonly #options: LineDeviceOptions;
  readonly #received: (bytes: Uint8Array) => void;
  readonly #plug: TcpPlug;
  #pty: { readonly socat: ChildProcess; readonly held: number } | null = null;
  #serial: SerialPort | null = null;

  constructor(options: LineDeviceOptions, received: (bytes: Uint8Array) => void) {
    this.#options = options;
    this.#received = received;
    this.#plug = new TcpPlug(options, (socket) => socket.on('data', received));
  }

  get plugged(): boolean {
    return this.#plug.plugged;
  }
  get clients(): number {
    return this.#plug.clients.size;
  }
  get port(): number {
    return this.#plug.port;
  }

  send(bytes: Uint8Array): void {
    for (const client of this.#plug.clients) client.write(bytes);
    this.#pty?.socat.stdin?.write(bytes);
    this.#serial?.write(Buffer.from(bytes));
  }

  /** @throws Error with a code (EADDRINUSE) or a sentence when a line cannot be opened. */
  async plug(): Promise<void> {
    if (this.plugged) return;
    await this.#plug.plug();
    if (this.#options.pty !== '') this.#pty = await this.#openPty(this.#options.pty);
    if (this.#options.serial !== '') this.#serial = await this.#openSerial(this.#options.serial);
  }

  /** The cable is pulled: nobody can connect until `plug`. */
  async unplug(): Promise<void> {
    const pty = this.#pty;
    const serial = this.#serial;
    this.#pty = null;
    this.#serial = null;
    await this.#plug.unplug();
    if (serial) await new Promise((done) => serial.close(done));
    if (!pty) return;
    closeSync(pty.held);
    pty.socat.kill('SIGTERM');
  }

  async #openPty(path: string): Promise<{ socat: ChildProcess; held: number }> {
    const socat = spawn('socat', ['-', `pty,raw,echo=0,link=${path}`], { stdio: ['pipe', 'pipe', 'ignore'] });
    let failure: string | null = null;
    socat.on(
      'error',
      (error) => (failure = `socat cannot be started (${error.message}); install it or leave out --pty`),
    );
    socat.on('exit', (code) => (failure ??= `socat ended with code ${code}; can ${path} be made?`));
    socat.stdin.on('error', () => {});
    socat.stdout.on('data', (bytes: Buffer) => this.#received(bytes));
    while (!existsSync(path)) {
      if (failure !== null) throw new Error(failure);
      await pause(10);
    }
    // Holding the station's end keeps socat alive while the station is away.
    return { socat, held: openSync(path, constants.O_RDWR | constants.O_NOCTTY) };
  }

  #openSerial(path: string): Promise<SerialPort> {
    const port = new SerialPort({ path, baudRate: 9600, autoOpen: false });
    port.on('data', (bytes: Buffer) => this.#received(bytes));
    port.on('close', () => (this.#serial = null));
    port.on('error', () => {});
    return new Promise((done, failed) => port.open((error) => (error ? failed(error) : done(port))));
  }
}
