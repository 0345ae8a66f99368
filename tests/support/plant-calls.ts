/** Calls of the plant view without its page, as somebody who signed in by password. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import WebSocket from 'ws';
import type { PlantContract } from '#contract/plant/index.ts';

export type PlantCalls = ContractRouterClient<PlantContract>;

/** Signs in, does `run` and ends the connection. */
export async function plantCalls<T>(
  origin: string,
  account: string,
  password: string,
  run: (calls: PlantCalls) => Promise<T>,
): Promise<T> {
  const answer = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ account, password }),
  });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0];
  if (cookie === undefined) throw new Error(`no session: ${answer.status} ${await answer.text()}`);
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, { headers: { cookie, origin } });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  try {
    return await run(
      createORPCClient<PlantCalls>(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })),
    );
  } finally {
    socket.close();
  }
}
