import type { ClientLink } from '@orpc/client';

export type Wire = ClientLink<Record<never, never>>;

export interface TransportEvents {
  /** A wire is usable. May come again on the same transport: the new wire replaces the old one (link swap). */
  open(wire: Wire): void;
  /** The newest wire, or the attempt to get one, is over. `code`: why, where the transport knows (RFC 6455 close code). */
  close(code?: number): void;
}
export interface Transport {
  /** Gives up the wire or the attempt; no event may follow. */
  close(): void;
}
/** One attempt to connect. The link calls it again after `close`, with growing pauses. */
export type TransportFactory = (events: TransportEvents) => Transport;
