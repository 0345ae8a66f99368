/** Browser: WebSocket to the host that served this page; it knows us by its HttpOnly cookie. */
import { RPCLink } from '@orpc/client/websocket';
import type { TransportFactory } from './transport.ts';

export function webSocketTransport(address = sameOrigin()): TransportFactory {
  return (events) => {
    const socket = new WebSocket(address);
    let over = false;
    socket.addEventListener('open', () => {
      if (!over) events.open(new RPCLink({ websocket: quiet(socket) }));
    });
    // Also after an error, which tells nothing of its own.
    socket.addEventListener('close', ({ code }) => {
      if (over) return;
      over = true;
      events.close(code);
    });
    return {
      close() {
        over = true;
        socket.close();
      },
    };
  };
}

/**
 * When a socket goes away the library still wants to tell the other side which calls are given up, and would fail in
 * nobody's hands. The link has already rejected those calls; there is nobody to tell.
 */
function quiet(socket: WebSocket): Pick<WebSocket, 'addEventListener' | 'removeEventListener' | 'send' | 'readyState'> {
  return {
    addEventListener: socket.addEventListener.bind(socket),
    removeEventListener: socket.removeEventListener.bind(socket),
    readyState: WebSocket.OPEN,
    send(data) {
      if (socket.readyState === WebSocket.OPEN) socket.send(data);
    },
  };
}

function sameOrigin(): string {
  const { protocol, host } = window.location;
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/rpc`;
}
