import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** Below what Linux gives to outgoing connections (32768 and up): one of those would take a port before its server does. */
const [least, most] = [20_000, 32_000];

/** Ports that nobody listened on a moment ago. All are held until all are known, so that none is given twice. */
export async function freePorts(count: number): Promise<number[]> {
  const held: { readonly port: number; readonly server: Server }[] = [];
  for (let tries = 0; held.length < count; tries += 1) {
    if (tries > 50 * count) throw new Error(`no ${count} free ports between ${least} and ${most}`);
    const port = randomInt(least, most);
    const server = await listening(port);
    if (server !== null) held.push({ port, server });
  }
  await Promise.all(held.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return held.map(({ port }) => port);
}

function listening(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
