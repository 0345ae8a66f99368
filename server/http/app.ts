/** The Fastify app: limits, headers, one shape of error, health, metrics. Features register their routes on it. */
import { randomUUID } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { isUnreachable } from '../db/errors.ts';
import type { Log } from '../log.ts';
import { HttpFault } from './faults.ts';
import { needMetricsAccess } from './metrics-access.ts';
import type { Metrics } from './metrics.ts';
import { securityHeaders, transportSecurity } from './security-headers.ts';

export type App = FastifyInstance;

export interface TlsFiles {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

/** What `/ready` judges; `true` is fine, a text says what is not. */
export type ReadyCheck = () => Promise<true | string>;

export interface AppOptions {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly ready: Readonly<Record<string, ReadyCheck>>;
  /** null: plain HTTP, for loopback or behind a proxy that ends TLS. */
  readonly tls: TlsFiles | null;
  /** Whether `x-forwarded-*` of the proxy before us is believed. */
  readonly trustProxy: boolean;
  /** Who shows it may read `/metrics`; null: programs on this machine may. */
  readonly metricsToken: string | null;
}

const limits = {
  /** Body of a request that does not say otherwise, bytes. */
  bodyBytes: 1024 * 1024,
  /** Longest that a request may take to arrive, ms: a slow sender must not hold a connection for ever. */
  requestMs: 120_000,
  /** Longer than the idle limit of common proxies, so that they and not we close first. */
  keepAliveMs: 75_000,
} as const;

const readyMs = 5_000;

/** Not listening yet. Routes may be added until `listen` or `ready`. */
export async function createApp(options: AppOptions): Promise<App> {
  const { log, metrics } = options;
  const app = fastify({
    logger: false,
    trustProxy: options.trustProxy,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    genReqId: () => randomUUID(),
    // A closing server tells its clients so instead of resetting them.
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    ...(options.tls === null ? {} : { https: { cert: options.tls.cert, key: options.tls.key } }),
  } as object) as unknown as App;

  const times = metrics.histogram(
    'http_request_seconds',
    'Time from a request to its answer',
    [0.005, 0.02, 0.1, 0.5, 2, 10],
    ['method', 'route', 'status'],
  );
  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(securityHeaders).header('x-request-id', request.id);
    if (request.protocol === 'https') void reply.header('strict-transport-security', transportSecurity);
  });
  app.addHook('onResponse', async (request, reply) => {
    times.observe(reply.elapsedTime / 1000, {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: String(reply.statusCode),
    });
    log.debug(
      {
        request: request.id,
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'answered',
    );
  });
  app.setErrorHandler((error, request, reply) => {
    const fault = faultOf(error, request, log);
    if (fault.retryAfterS !== undefined) void reply.header('retry-after', fault.retryAfterS);
    return reply.code(fault.status).send(fault.body());
  });
  app.setNotFoundHandler((request, reply) => {
    const fault = /^\/sync\/(?!v1\/)/.test(request.url)
      ? new HttpFault(
          'protocol-unknown',
          `${pathOf(request)} is no protocol of this server; it speaks /sync/v1`,
          'Bring station and server to versions that share a protocol.',
        )
      : new HttpFault('not-found', `there is no ${request.method} ${pathOf(request)} here`, 'Check the address.');
    return reply.code(fault.status).send(fault.body());
  });
  // Only routes that ask for it (`config.rateLimit`): stations share an address behind a proxy, and are known by their key.
  await app.register(rateLimit, {
    global: false,
    errorResponseBuilder: (_request, context) =>
      new HttpFault(
        'too-many-requests',
        `more than ${context.max} such requests within ${context.after} from one address`,
        `Wait ${Math.ceil(context.ttl / 1000)} s.`,
        { retryAfterS: Math.ceil(context.ttl / 1000) },
      ),
  });

  app.get('/health', async () => ({ status: 'alive' }));
  app.get('/ready', async (_request, reply) => {
    const entries = await Promise.all(
      Object.entries(options.ready).map(async ([name, check]) => [name, await judged(check)] as const),
    );
    const ready = entries.every(([, result]) => result === true);
    return reply.code(ready ? 200 : 503).send({
      ready,
      checks: Object.fromEntries(entries.map(([name, result]) => [name, result === true ? 'fine' : result])),
    });
  });
  app.get('/metrics', async (request, reply) => {
    if (options.metricsToken !== null) void reply.header('www-authenticate', 'Bearer');
    needMetricsAccess(request, options.metricsToken);
    return reply.type(metrics.contentType).send(await metrics.text());
  });
  return app;
}

async function judged(check: ReadyCheck): Promise<true | string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${readyMs / 1000} s`), readyMs);
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Without the query: it may hold what is not for a log. */
const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '';

function faultOf(error: unknown, request: FastifyRequest, log: Log): HttpFault {
  if (error instanceof HttpFault) {
    log.info({ request: request.id, route: pathOf(request), error: error.code, problem: error.message }, 'refused');
    return error;
  }
  if (isUnreachable(error)) {
    log.warn({ request: request.id, problem: (error as Error).message }, 'no database');
    return new HttpFault('database-unreachable', 'the server cannot reach its database', 'Nothing; ask again later.');
  }
  const { statusCode = 500, message = '' } = error as { statusCode?: number; message?: string };
  if (statusCode === 413)
    return new HttpFault('batch-too-large', `the body is larger than this address takes`, 'Send less at once.');
  if (statusCode >= 400 && statusCode < 500)
    return new HttpFault('input-invalid', message, 'Send it as the contract says.', { status: statusCode });
  log.error({ request: request.id, route: pathOf(request), err: error }, 'a request failed');
  return new HttpFault(
    'internal',
    'the server failed at this; its log says why',
    `Tell its operator the request id ${request.id}.`,
  );
}
