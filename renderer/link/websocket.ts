/** Browser: WebSocket to the host that served this page; it knows us by its HttpOnly cookie. */
import { RPCLink } from '@orpc/client/websocket';
import type { TransportFactory } from './transport.ts';

export function webSocketTransport(address = sameOrigin()): TransportFactory {
  return (events) => {
    const socket = new WebSocket(address);
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      events.close();
    };
    socket.addEventListener('open', () => {
      if (!over) events.open(new RPCLink({ websocket: socket }));
    });
    socket.addEventListener('close', end);
    socket.addEventListener('error', end);
    return {
      close() {
        over = true;
        socket.close();
      },
    };
  };
}

function sameOrigin(): string {
  const { protocol, host } = window.location;
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/rpc`;
}
