/** The router on a MessagePort: Electron's renderer, and tests with node's own ports. */
import type { AnyRouter } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { parseFrame } from '../../host/frames.ts';
import type { Log } from '../log.ts';

/** What Electron's MessagePortMain and node's MessagePort have in common. */
export interface Port {
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
  on(event: 'message', listener: (event: unknown) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

/** Serves until the other side closes. A message that is no request is logged and left out. */
export function serveMessagePort(port: Port, router: AnyRouter, log: Log): void {
  new RPCHandler(router).upgrade({
    postMessage: (message: unknown) => port.postMessage(message),
    on(event: string, listener: (event?: { readonly data: unknown }) => void) {
      if (event === 'close') port.on('close', () => listener());
      if (event !== 'message') return;
      port.on('message', (received) => {
        // Electron wraps the message in an event, node hands it over bare.
        const data = hasData(received) ? received.data : received;
        const problem = parseFrame(data);
        if (problem === null) listener({ data });
        else log.warn({ problem }, 'message left out: not a request');
      });
    },
  });
  port.start();
}

function hasData(event: unknown): event is { readonly data: unknown } {
  return typeof event === 'object' && event !== null && 'data' in event;
}
