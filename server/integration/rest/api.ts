/**
 * `/api/v1`: for other programs, with a key as bearer token. The document (`/api/v1/openapi.json`) is made of the schemas
 * that judge, and is browsable at `/api/docs` without a network.
 */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { mayAnywhere } from '#domain/accounts/may.ts';
import { isUnreachable } from '../../db/errors.ts';
import type { App } from '../../http/app.ts';
import { maxOrderBytes } from '../formats/read-orders.ts';
import type { IntegrationPorts } from '../ports.ts';
import { rememberCaller, type Api } from './caller.ts';
import { ApiFault } from './problem.ts';
import { addCallRoutes } from './calls.ts';
import { addFactRoutes } from './facts.ts';
import { addPlantRoutes } from './plant.ts';
import { addOrderRoutes } from './work-orders.ts';
import { addUnitRoutes } from './units.ts';

const description = `Work orders in; confirmations, consumption and quality results out. Instants are UTC (ISO 8601). Every
answer that is not 2xx is application/problem+json (RFC 9457). docs/integration.md has examples.`;

export async function registerApi(app: App, ports: IntegrationPorts, version: string): Promise<void> {
  await app.register(
    async (scope) => {
      const api = scope.withTypeProvider<ZodTypeProvider>();
      api.setValidatorCompiler(validatorCompiler);
      api.setSerializerCompiler(serializerCompiler);
      await api.register(swagger, {
        openapi: {
          openapi: '3.1.0',
          info: { title: 'Linewright plant server', version, description },
          components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
          security: [{ key: [] }],
        },
        transform: jsonSchemaTransform,
      });
      // It brings routes of its own, which need neither key nor schema.
      await api.register(swaggerUi, {
        routePrefix: '/docs',
        // Where the page is asked for without its last slash, addresses in it are absolute.
        indexPrefix: '/api',
        uiConfig: { url: '/api/v1/openapi.json' },
        staticCSP: false,
      });
      api.get('/v1/openapi.json', { schema: { hide: true } }, () => api.swagger());
      await api.register(
        async (inner) => {
          guard(inner as unknown as Api, ports);
          takeBytes(inner as unknown as Api);
          addOrderRoutes(inner as unknown as Api, ports);
          addUnitRoutes(inner as unknown as Api, ports);
          addFactRoutes(inner as unknown as Api, ports);
          addCallRoutes(inner as unknown as Api, ports);
          addPlantRoutes(inner as unknown as Api, ports);
        },
        { prefix: '/v1' },
      );
    },
    { prefix: '/api' },
  );
}

function guard(api: Api, ports: IntegrationPorts): void {
  api.addHook('onRequest', async (request) => {
    const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const caller = key === undefined ? null : await ports.program(key, request.ip);
    if (caller === null) throw new ApiFault(401, 'A key is wanted: Authorization: Bearer <key>.');
    if (!mayAnywhere(caller.grants, 'integration.use')) {
      throw new ApiFault(403, 'This account has no right "integration.use"; give it the role "integration".');
    }
    rememberCaller(request, caller);
  });
  api.setErrorHandler((error, request, reply) => {
    const fault = faultOf(error, request, ports);
    if (fault.status === 401) void reply.header('www-authenticate', 'Bearer');
    return sendProblem(reply, request, fault);
  });
  api.setNotFoundHandler((request, reply) =>
    sendProblem(reply, request, new ApiFault(404, `There is no ${request.method} ${pathOf(request)}; see /api/docs.`)),
  );
}

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '';

export const sendProblem = (reply: FastifyReply, request: FastifyRequest, fault: ApiFault): FastifyReply =>
  reply
    .code(fault.status)
    .header('content-type', 'application/problem+json')
    .serializer((value: unknown) => JSON.stringify(value))
    .send(fault.body(pathOf(request)));

function faultOf(error: unknown, request: FastifyRequest, { log }: IntegrationPorts): ApiFault {
  if (error instanceof ApiFault) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map(({ instancePath, message }) => ({
      row: null,
      line: null,
      column: null,
      field: instancePath.slice(1).replaceAll('/', '.'),
      value: null,
      problem: message ?? 'not possible',
      remedy: 'See /api/docs for what is possible.',
    }));
    return new ApiFault(400, `The ${error.validationContext ?? 'input'} is not as the document says.`, errors);
  }
  if (isUnreachable(error)) return new ApiFault(503, 'The server cannot reach its database; ask again later.');
  const { statusCode = 500, message = '' } = error as { statusCode?: number; message?: string };
  if (statusCode === 413) return new ApiFault(413, `The body has more than ${maxOrderBytes} bytes; send less at once.`);
  if (statusCode >= 400 && statusCode < 500) return new ApiFault(statusCode, message);
  log.error({ request: request.id, route: pathOf(request), err: error }, 'a request of a program failed');
  return new ApiFault(500, `The server failed at this; tell its operator the request id ${request.id}.`);
}

/** Bodies stay bytes: faults have to say the line. */
function takeBytes(api: Api): void {
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxOrderBytes }, (_request, body, done) =>
    done(null, body),
  );
}
