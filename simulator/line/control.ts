/**
 * The hand that presses a simulated device's buttons: `POST /<action>` with a JSON object, on loopback only. Requests
 * from a web page (they carry an Origin) are refused: pages go through the station.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export type Action = (input: Readonly<Record<string, unknown>>) => object | Promise<object>;

/** Thrown by an action for input that makes no sense; answered with 400. */
export class BadInput extends Error {}

const longestBody = 64 * 1024;

/** `GET /` answers `state()`. @param port 0: any free one; the server's address tells which. */
export async function startControl(
  port: number,
  state: () => object,
  actions: Readonly<Record<string, Action>>,
): Promise<Server> {
  const server = createServer((request, response) => {
    handle(request).then(
      (answer) => reply(response, 200, answer),
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        reply(response, error instanceof BadInput ? 400 : 500, { error: message });
      },
    );
  });

  async function handle(request: IncomingMessage): Promise<object> {
    if (request.headers.origin !== undefined) throw new BadInput('not for web pages');
    const name = (request.url ?? '/').slice(1);
    if (request.method === 'GET' && name === '') return state();
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (request.method !== 'POST' || !action) {
      throw new BadInput(
        `there are: GET /, ${Object.keys(actions)
          .map((known) => `POST /${known}`)
          .join(', ')}`,
      );
    }
    return action(await body(request));
  }

  await new Promise<void>((done, failed) => server.once('error', failed).listen(port, '127.0.0.1', done));
  return server;
}

export async function stopControl(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}

/** Port a server listens on. */
export function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

async function body(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > longestBody) throw new BadInput(`more than ${longestBody} characters`);
  }
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Told below.
  }
  throw new BadInput(`the body must be a JSON object, got ${JSON.stringify(text.slice(0, 80))}`);
}

function reply(response: ServerResponse, status: number, answer: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(answer)}\n`);
}
