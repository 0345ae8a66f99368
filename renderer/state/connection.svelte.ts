/** Whether the one link of this page is alive, and its streams; the page's entry says which link it is. */
import type { Link, LinkStatus, OpenStream, StreamListener } from '../link/link.ts';
import { renewIfReplaced } from './renew.ts';
import { toStationTime } from './time.svelte.ts';

class Connection {
  status = $state<LinkStatus>('connecting');
  /** Since when; UTC ms by the clock of the other side as far as it is known. */
  since = $state(Date.now());
  /** False: nothing on the screen may be taken for the present, and nothing may be sent. */
  get live(): boolean {
    return this.status === 'live';
  }
}
export const connection = new Connection();

type Streams = Pick<Link, 'stream' | 'onState'>;
let link: Streams | null = null;

/** Once, by the module that makes the page's link, before anything asks for a stream. */
export function follow(of: Streams): void {
  link = of;
  let wasLost = false;
  of.onState((state) => {
    if (wasLost && state.status === 'live') void renewIfReplaced();
    wasLost = state.status === 'lost' || (wasLost && state.status !== 'live');
    connection.status = state.status;
    connection.since = toStationTime(state.since);
  });
}

/** `Link.stream` of the page's link. */
export function stream<T>(open: OpenStream<T>, listener: StreamListener<T>): () => void {
  if (link === null) throw new Error('no link yet: follow() comes first');
  return link.stream(open, listener);
}

/** One per act of a person. `crypto.randomUUID` is missing on pages served without TLS. */
export function newCommandId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
