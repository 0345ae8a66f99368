import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** Below what Linux gives to outgoing connections (32768 and up): one of those would take a port before its server does. */
const [least, count] = [20_000, 3_000];
/** Each worker of a run has ports of its own: what is given and not listened on yet, or not at the moment, no other takes. */
const from = least + count * (Number(process.env['VITEST_POOL_ID'] ?? 0) % 4);
const given = new Set<number>();

/** Ports that nobody listened on a moment ago; in one process none comes twice. */
export async function freePorts(wanted: number): Promise<number[]> {
  const held: { readonly port: number; readonly server: Server }[] = [];
  for (let tries = 0; held.length < wanted; tries += 1) {
    if (tries > 50 * wanted) throw new Error(`no ${wanted} free ports between ${from} and ${from + count}`);
    const port = randomInt(from, from + count);
    const server = given.has(port) ? null : await listening(port);
    if (server === null) continue;
    given.add(port);
    held.push({ port, server });
  }
  await Promise.all(held.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return held.map(({ port }) => port);
}

export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

function listening(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
