/**
 * Electron: the preload script hands over a MessagePort to the station process with
 * `window.postMessage('linewright:port', '*', [port])`, at the start and again whenever the station process was started
 * anew; this page asks for one with `window.postMessage('linewright:port-please')`.
 */
import { RPCLink } from '@orpc/client/message-port';
import { portMessage, portPlease } from '#contract/shell.ts';
import type { Transport, TransportEvents, TransportFactory } from './transport.ts';

export function messagePortTransport(target: Window = window): TransportFactory {
  /** A port that came while nobody was connecting. */
  let spare: MessagePort | null = null;
  let take: ((port: MessagePort) => void) | null = null;
  target.addEventListener('message', (event: MessageEvent<unknown>) => {
    const [port] = event.ports;
    // Only the preload of this very window may hand over the station.
    if (event.source !== target || event.data !== portMessage || port === undefined) return;
    if (take === null) {
      spare?.close();
      spare = port;
    } else take(port);
  });
  return (events: TransportEvents): Transport => {
    let current: MessagePort | null = null;
    const use = (port: MessagePort): void => {
      current?.close();
      current = port;
      port.addEventListener('close', () => {
        if (current === port) events.close();
      });
      const link = new RPCLink({ port });
      port.start();
      events.open(link);
    };
    take = use;
    if (spare !== null) {
      const port = spare;
      spare = null;
      queueMicrotask(() => use(port));
    } else target.postMessage(portPlease, '*');
    return {
      close() {
        if (take === use) take = null;
        current?.close();
        current = null;
      },
    };
  };
}
