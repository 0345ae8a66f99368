import { createServer } from 'node:net';
import { hopelessLine } from '#station/startup.ts';

/** Whether the station will be able to listen there, before anything else is started. @returns null when it will. */
export async function portFault(host: string, port: number): Promise<string | null> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, resolve);
    });
    await new Promise((resolve) => server.close(resolve));
    return null;
  } catch (error) {
    return hopelessLine(error) ?? String(error);
  }
}
