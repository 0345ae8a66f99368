/** The router on MessagePorts: node's own, and one that hands messages over wrapped as Electron does. */
import { EventEmitter } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { os, type, type RouterClient } from '@orpc/server';
import { afterEach, expect, test } from 'vitest';
import { serveMessagePort, type Port } from '#station/host/message-port.ts';
import { createLog } from '#station/log.ts';

const router = {
  twice: os.input(type<number>()).handler(({ input }) => input * 2),
  hang: os.handler(async ({ signal }) => {
    await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }));
    given += 1;
  }),
};
let given = 0;
let port: MessagePort;

/** Electron's MessagePortMain: an emitter of events with `data`, no addEventListener. */
function likeElectron(node: MessagePort): Port {
  const emitter = new EventEmitter();
  node.on('message', (data) => emitter.emit('message', { data }));
  node.on('close', () => emitter.emit('close'));
  return Object.assign(emitter, {
    postMessage: (message: unknown) => node.postMessage(message),
    start: () => node.start(),
    close: () => node.close(),
  });
}

function connect(wrap: (port: MessagePort) => Port): RouterClient<typeof router> {
  const { port1, port2 } = new MessageChannel();
  port = port2;
  serveMessagePort(wrap(port1), router, createLog('silent'));
  return createORPCClient(new RPCLink({ port: port2 as never }));
}

afterEach(() => port.close());

test.each([
  ['node', (node: MessagePort): Port => node],
  ['Electron', likeElectron],
])('calls over a port of %s, past garbage', async (_kind, wrap) => {
  const client = connect(wrap);
  for (const garbage of [null, {}, '{', { i: '1', p: { u: '/twice' } }, new Uint8Array([255])])
    port.postMessage(garbage);
  expect(await client.twice(21)).toBe(42);
});

test('a closed port gives up what was asked over it', async () => {
  const client = connect((node) => node);
  const before = given;
  client.hang().catch(() => undefined);
  await client.twice(1);
  port.close();
  await expect.poll(() => given).toBe(before + 1);
});
