/** The link to the plant server, and its client. */
import type { ContractRouterClient } from '@orpc/contract';
import type { PlantHealth } from '#contract/plant/base.ts';
import type { PlantContract } from '#contract/plant/index.ts';
import type { PlantSession } from '#contract/plant/session.ts';
import { createLink } from '../../link/link.ts';
import { webSocketTransport } from '../../link/websocket.ts';
import { follow } from '../../state/connection.svelte.ts';
import { Gate } from './gate.ts';

export type PlantClient = ContractRouterClient<PlantContract>;

export interface LinkListener {
  /** Of every new connection, before its first sign of life. */
  session(session: PlantSession): void;
  ended(code: number | undefined, everOpen: boolean): void;
}
let listener: LinkListener | null = null;
export function listenToLink(to: LinkListener): void {
  listener = to;
}

export const gate = new Gate(webSocketTransport(), (code, everOpen) => listener?.ended(code, everOpen));
export const link = createLink<PlantClient, PlantHealth>(
  gate.transport,
  async (client, options) => {
    listener?.session(await client.session.get(undefined, options));
    return client.session.health(undefined, options);
  },
  // The server tells of itself every 5 s.
  { heartbeatLimitMs: 12_000, timeoutMs: 10_000 },
);
export const client: PlantClient = link.client;
follow(link);
