/** Who asks, and whether the key holds there. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { may } from '#domain/accounts/may.ts';
import type { ApiCaller, IntegrationPorts } from '../ports.ts';
import { ApiFault } from './problem.ts';

export type Api = FastifyInstance<
  FastifyInstance['server'],
  import('node:http').IncomingMessage,
  import('node:http').ServerResponse,
  FastifyInstance['log'],
  ZodTypeProvider
>;

const callers = new WeakMap<FastifyRequest, ApiCaller>();

export const rememberCaller = (request: FastifyRequest, caller: ApiCaller): void => void callers.set(request, caller);

export function callerOf(request: FastifyRequest): ApiCaller {
  const caller = callers.get(request);
  if (caller === undefined) throw new ApiFault(401, 'A key is wanted: Authorization: Bearer <key>.');
  return caller;
}

/** @throws ApiFault unless the key holds for the whole plant (null) or the line. */
export function needRight(request: FastifyRequest, ports: IntegrationPorts, lineId: string | null): void {
  if (may(callerOf(request).grants, 'integration.use', lineId, ports.places())) return;
  const where = lineId === null ? 'the whole plant' : `line ${lineId}`;
  throw new ApiFault(403, `This key has no right "integration.use" for ${where}; ask an administrator of the plant.`);
}
