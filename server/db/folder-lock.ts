/**
 * One process per database folder: PGlite itself does not look whether another one writes there. The lock is a local
 * socket, because the system takes it back however the process ends. Two containers that share a folder but no network
 * namespace are not kept apart by it.
 */
import { createHash } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf, DatabaseFolderError } from './errors.ts';

/** @param folder exists. @returns gives the folder back. @throws DatabaseFolderError when it is taken. */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const name = `linewright-${createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 32)}`;
  // Linux has socket names outside the file system, Windows pipes; both end with their process.
  const file = process.platform === 'linux' || process.platform === 'win32' ? null : join(tmpdir(), `${name}.sock`);
  const address = file ?? (process.platform === 'linux' ? `\0${name}` : `\\\\.\\pipe\\${name}`);
  let server = await listen(address);
  if (server === null && file !== null && !(await answers(file))) {
    rmSync(file, { force: true });
    server = await listen(address);
  }
  if (server === null) {
    throw new DatabaseFolderError(folder, 'is in use by another server; end that one, or choose another with --data');
  }
  const held = server;
  held.unref();
  return () => new Promise((resolve) => held.close(() => resolve()));
}

/** @returns null when somebody else has the address. */
function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => (codeOf(error) === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen(address, () => resolve(server));
  });
}

/** A socket file is left behind by a process that was killed; nobody answers on it. */
function answers(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(file);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
