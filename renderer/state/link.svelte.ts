/** The link to the station program, and its client. */
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '#contract/rpc/index.ts';
import type { SystemView } from '#contract/rpc/system.ts';
import { createLink } from '../link/link.ts';
import { messagePortTransport } from '../link/message-port.ts';
import { webSocketTransport } from '../link/websocket.ts';
import { follow } from './connection.svelte.ts';

const inElectron = /\bElectron\//.test(navigator.userAgent);

export type Client = ContractRouterClient<Contract>;
export const link = createLink<Client, SystemView>(
  inElectron ? messagePortTransport() : webSocketTransport(),
  (client, options) => client.system.watch(undefined, options),
);
export const client: Client = link.client;
follow(link);
