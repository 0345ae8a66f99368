/** The one link of this page. */
import { createLink, type Client, type LinkStatus } from '../link/link.ts';
import { messagePortTransport } from '../link/message-port.ts';
import { webSocketTransport } from '../link/websocket.ts';
import { toStationTime } from './time.svelte.ts';

const inElectron = /\bElectron\//.test(navigator.userAgent);

export const link = createLink(inElectron ? messagePortTransport() : webSocketTransport());
export const client: Client = link.client;

class Connection {
  status = $state<LinkStatus>('connecting');
  /** Since when; UTC ms by the station's clock as far as it is known. */
  since = $state(Date.now());
  /** False: nothing on the screen may be taken for the present, and nothing may be sent. */
  get live(): boolean {
    return this.status === 'live';
  }
}
export const connection = new Connection();

link.onState((state) => {
  connection.status = state.status;
  connection.since = toStationTime(state.since);
});

/** One per act of a person. `crypto.randomUUID` is missing on pages served without TLS. */
export function newCommandId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
