/**
 * The road to the server is only taken while somebody is signed in: without a session it would be refused every two
 * seconds for ever. The server says with the close code why it ends a connection (docs/server.md, "Signing in").
 */
import type { TransportEvents, TransportFactory } from '../../link/transport.ts';

/** The session has ended: signed out, idle, revoked, account switched off. */
export const sessionEnded = 4401;

export class Gate {
  #open = true;
  #waiting: TransportEvents | null = null;
  /** The connection there is; an older one that only now ends says nothing about who is signed in. */
  #current: TransportEvents | null = null;
  readonly #factory: TransportFactory;
  readonly #ended: (code: number | undefined, everOpen: boolean) => void;

  /** @param ended a connection, or the attempt to get one, is over; `everOpen`: the server had taken it. */
  constructor(factory: TransportFactory, ended: (code: number | undefined, everOpen: boolean) => void) {
    this.#factory = factory;
    this.#ended = ended;
  }

  readonly transport: TransportFactory = (events) => {
    if (!this.#open) {
      this.#waiting = events;
      return { close: () => (this.#waiting = null) };
    }
    let everOpen = false;
    this.#current = events;
    return this.#factory({
      open(wire) {
        everOpen = true;
        events.open(wire);
      },
      close: (code) => {
        if (this.#current !== events) return;
        this.#current = null;
        this.#ended(code, everOpen);
        events.close(code);
      },
    });
  };

  /** Nobody is signed in: the connection of the session that is over is given up here, not when the server gets to it. */
  shut(): void {
    this.#open = false;
    const over = this.#current;
    this.#current = null;
    over?.close();
  }
  /** Somebody signed in: connects now. */
  open(): void {
    if (this.#open) return;
    this.#open = true;
    this.#waiting?.close();
  }
}
