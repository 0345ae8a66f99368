/** The plug of a simulated device as a TCP port, which can be pulled and put back. */
import net from 'node:net';

export class TcpPlug {
  readonly #host: string;
  readonly #connected: (socket: net.Socket) => void;
  readonly #clients = new Set<net.Socket>();
  #server: net.Server | null = null;
  #port: number;

  /**
   * @param port 0: any free port
   * @param connected a client came; what it sends is heard by whoever listens to its `data`
   */
  constructor(
    { host, port }: { readonly host: string; readonly port: number },
    connected: (socket: net.Socket) => void,
  ) {
    this.#host = host;
    this.#port = port;
    this.#connected = connected;
  }

  get plugged(): boolean {
    return this.#server !== null;
  }
  get clients(): ReadonlySet<net.Socket> {
    return this.#clients;
  }
  get port(): number {
    return this.#port;
  }

  /** @throws Error with a code (EADDRINUSE) when the port cannot be opened. */
  async plug(): Promise<void> {
    if (this.#server) return;
    const server = net.createServer((socket) => {
      this.#clients.add(socket);
      socket.setNoDelay(true);
      socket.on('close', () => this.#clients.delete(socket));
      socket.on('error', () => {});
      this.#connected(socket);
    });
    await new Promise<void>((done, failed) => {
      server.once('error', failed).listen(this.#port, this.#host, done);
    });
    this.#server = server;
    const address = server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
  }

  /** The cable is pulled: nobody can connect until `plug`. */
  async unplug(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const client of this.#clients) client.destroy();
    if (server) await new Promise((done) => server.close(done));
  }
}
