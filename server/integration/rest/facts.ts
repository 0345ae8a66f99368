/** Confirmations, consumption and quality results for programs that ask; the same messages that webhooks carry. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { consumptionSchema, measuredSchema, numberedMessageSchema } from '#contract/integration/messages.ts';
import { b2mmlJson, b2mmlXml, type B2mmlDocument } from '../formats/b2mml-out.ts';
import { writeCsv, type Cell } from '../formats/csv-out.ts';
import { Forgotten, pull, type Numbered, type Pulled } from '../outbox/pull.ts';
import type { IntegrationPorts } from '../ports.ts';
import { b2mmlContext } from '../b2mml-context.ts';
import { needRight, type Api } from './caller.ts';
import { ApiFault } from './problem.ts';

const tags = ['Confirmations'];
const wish = z.object({
  after: z.coerce.number().int().min(0).default(0).describe('Number that was seen last; 0: from the beginning'),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
  order: z.string().max(64).optional(),
});
const run = {
  number: z.number(),
  orderId: z.string(),
  serial: z.string(),
  operationId: z.string(),
  stationId: z.string(),
  executionId: z.string(),
  passed: z.boolean(),
};
const next = { last: z.number().describe('Ask with after= this next'), more: z.boolean() };

export function addFactRoutes(api: Api, ports: IntegrationPorts): void {
  const ask = (request: FastifyRequest, { after, limit, order }: z.infer<typeof wish>): Promise<Pulled> => {
    needRight(request, ports, null);
    return pull(ports.db, { after, limit, orderId: order }).catch((error: unknown) => {
      if (!(error instanceof Forgotten)) throw error;
      throw new ApiFault(
        410,
        `Messages up to number ${error.upTo} were removed because they are old (keepDays in integration.yaml). Book what is missing by hand and ask with after=${error.upTo}.`,
      );
    });
  };

  api.get(
    '/confirmations',
    {
      schema: {
        tags,
        summary: 'All messages by number: nothing is left out and nothing comes late under a smaller number',
        querystring: wish,
        response: { 200: z.object({ messages: z.array(numberedMessageSchema), ...next }) },
      },
    },
    async (request) => {
      const pulled = await ask(request, request.query);
      return { ...pulled, messages: [...pulled.messages] };
    },
  );

  const csv = wish.extend({ format: z.enum(['json', 'csv']).default('json') });
  api.get(
    '/consumption',
    {
      schema: {
        tags,
        summary: 'Components that were fitted, by unit and operation',
        querystring: csv,
        response: { 200: z.object({ items: z.array(consumptionSchema.extend(run)), ...next }) },
      },
    },
    async (request, reply) => {
      const pulled = await ask(request, request.query);
      const items = pulled.messages.flatMap(
        (each) => runOf(each)?.message.consumption.map((part) => ({ ...part, ...told(each) })) ?? [],
      );
      return request.query.format === 'csv'
        ? sendCsv(reply, items, pulled)
        : { items, last: pulled.last, more: pulled.more };
    },
  );
  api.get(
    '/quality-results',
    {
      schema: {
        tags,
        summary: 'Measured values with limits and verdict, by unit and operation, all tries',
        querystring: csv,
        response: { 200: z.object({ items: z.array(measuredSchema.extend(run)), ...next }) },
      },
    },
    async (request, reply) => {
      const pulled = await ask(request, request.query);
      const items = pulled.messages.flatMap(
        (each) => runOf(each)?.message.measured.map((value) => ({ ...value, ...told(each) })) ?? [],
      );
      return request.query.format === 'csv'
        ? sendCsv(reply, items, pulled)
        : { items, last: pulled.last, more: pulled.more };
    },
  );

  for (const document of ['production-performance', 'job-response'] as const satisfies readonly B2mmlDocument[]) {
    api.get(
      `/b2mml/${document}`,
      {
        schema: {
          tags: ['B2MML'],
          summary: 'The messages as B2MML; Accept: application/xml (default) or application/json',
          description: 'Header linewright-last: ask with after= this next.',
          querystring: wish,
        },
      },
      async (request, reply) => {
        const pulled = await ask(request, request.query);
        const messages = pulled.messages.map(({ message }) => message);
        const context = {
          ...b2mmlContext(ports.configuration),
          createdAt: new Date(ports.clock.now()).toISOString(),
        };
        const json = /\bapplication\/json\b/.test(request.headers.accept ?? '');
        void reply.header('linewright-last', pulled.last).header('linewright-more', String(pulled.more));
        void reply
          .header('content-type', json ? 'application/json' : 'application/xml')
          .serializer((text: string) => text);
        return reply.send(json ? b2mmlJson(messages, document, context) : b2mmlXml(messages, document, context));
      },
    );
  }
}

function runOf({ message }: Numbered) {
  return message.kind === 'operation-confirmed' || message.kind === 'operation-stopped' ? { message } : null;
}

function told(each: Numbered): z.infer<z.ZodObject<typeof run>> {
  const { message } = runOf(each) ?? {};
  if (message === undefined) throw new Error('not a run');
  const { orderId, serial, operationId, stationId, executionId, kind } = message;
  return {
    number: each.number,
    orderId,
    serial,
    operationId,
    stationId,
    executionId,
    passed: kind === 'operation-confirmed',
  };
}

function sendCsv(reply: FastifyReply, items: readonly object[], { last, more }: Pulled): FastifyReply {
  const names = Object.keys(items[0] ?? {});
  const rows = items.map((item) => names.map((name): Cell => cellOf((item as Record<string, unknown>)[name])));
  return reply
    .headers({
      'content-type': 'text/csv; charset=utf-8',
      'linewright-last': String(last),
      'linewright-more': String(more),
    })
    .serializer((text: string) => text)
    .send(writeCsv([names, ...rows]));
}

const cellOf = (value: unknown): Cell => (typeof value === 'number' || value === null ? value : String(value));
