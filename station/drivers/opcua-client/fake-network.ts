/** A cable that tests can pull: a TCP relay that passes, swallows, cuts or refuses. */
import { randomInt } from 'node:crypto';
import net from 'node:net';

/** `swallow`: connections stay open and nothing arrives, as with a pulled cable or a dropping firewall. */
export type CableState = 'pass' | 'swallow' | 'refuse';

export class FakeCable {
  readonly port: number;
  readonly #targetPort: number;
  #server: net.Server | null = null;
  #state: CableState = 'pass';
  readonly #pairs = new Set<{ readonly near: net.Socket; readonly far: net.Socket }>();

  /** @param port where clients connect; `targetPort` where the device listens. Both on 127.0.0.1. */
  constructor(port: number, targetPort: number) {
    this.port = port;
    this.#targetPort = targetPort;
  }

  connections(): number {
    return this.#pairs.size;
  }

  async set(state: CableState): Promise<void> {
    this.#state = state;
    if (state === 'refuse') await this.#close();
    else await this.#listen();
    for (const { near, far } of this.#pairs) {
      for (const socket of [near, far]) {
        if (state === 'pass') socket.resume();
        else socket.pause();
      }
    }
  }

  /** Ends every connection with a reset. What was on its way is lost. */
  reset(): void {
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
    this.#pairs.clear();
  }

  /** The pulled cable: what is on its way now is lost, and when it is plugged again the old connections are dead. */
  async pull(): Promise<void> {
    for (const pair of this.#pairs) {
      // The two ends no longer hear each other; each believes it is still connected.
      pair.near.removeAllListeners('data');
      pair.far.removeAllListeners('data');
      pair.near.on('data', () => undefined);
      pair.far.on('data', () => undefined);
    }
    await this.set('swallow');
    for (const { near, far } of this.#pairs) {
      near.resume();
      far.resume();
    }
  }

  async stop(): Promise<void> {
    this.reset();
    await this.#close();
  }

  #listen(): Promise<void> {
    if (this.#server !== null) return Promise.resolve();
    const server = net.createServer((near) => this.#accept(near));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', () => resolve());
    });
  }

  async #close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.reset();
    if (server !== null) await new Promise((resolve) => server.close(resolve));
  }

  #accept(near: net.Socket): void {
    const far = net.connect(this.#targetPort, '127.0.0.1');
    const pair = { near, far };
    this.#pairs.add(pair);
    const end = (): void => {
      near.destroy();
      far.destroy();
      this.#pairs.delete(pair);
    };
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => near.write(bytes));
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', end);
    }
    if (this.#state === 'swallow') {
      near.pause();
      far.pause();
    }
  }
}

/** A port that was free a moment ago; below those that Linux gives to outgoing connections, one of which would take it. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const port = randomInt(16_000, 20_000);
    const server = net.createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
  throw new Error('no free port between 16000 and 20000');
}
