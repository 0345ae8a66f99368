/** Work orders: one by one with ETags, and in bulk. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { orderSchema, orderWishSchema, type OrderView } from '#contract/integration/orders.ts';
import { bulkAnswerSchema, problemSchema, type BulkAnswer, type RowFault } from '#contract/integration/words.ts';
import type { PlantOrder } from '#contract/plant/orders.ts';
import { may, mayAnywhere } from '#domain/accounts/may.ts';
import type { Queries } from '../../db/db.ts';
import { actOf } from '../act.ts';
import { applyOrder, applyRows, type ApplyParts } from '../apply-orders.ts';
import { inWords } from '../fault-words.ts';
import { jsonRow, judgeRows, rowFault, type OrderChange } from '../formats/order-rows.ts';
import { readOrders, type OrderFormat } from '../formats/read-orders.ts';
import type { ApiCaller, IntegrationPorts } from '../ports.ts';
import { answerOnce, bodyOf, bytesOf, judgedHere } from './body.ts';
import { callerOf, type Api } from './caller.ts';
import type { ApiAnswer } from './idempotency.ts';
import { ApiFault } from './problem.ts';

const idParams = z.object({ orderId: z.string().min(1).max(64) });
const tags = ['Work orders'];
const problems = { 400: problemSchema, 404: problemSchema, 409: problemSchema, 412: problemSchema, 422: problemSchema };
export function addOrderRoutes(api: Api, ports: IntegrationPorts): void {
  const { db, orders } = ports;

  api.get(
    '/work-orders',
    {
      schema: {
        tags,
        summary: 'List, with progress',
        querystring: z.object({
          status: z.enum(['open', 'all']).default('open'),
          line: z.string().max(64).optional(),
          cursor: z.string().max(500).optional(),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
        response: { 200: z.object({ items: z.array(orderSchema), next: z.string().nullable() }) },
      },
    },
    async (request) => {
      const { status, line, cursor, limit } = request.query;
      const page = await orders.list(db, { status, lineId: line ?? null, cursor: cursor ?? null, limit });
      const items = page.items.filter((order) => visible(order, callerOf(request), ports)).map(viewOf);
      return { items, next: page.next };
    },
  );

  api.get(
    '/work-orders/:orderId',
    {
      schema: {
        tags,
        summary: 'One, with its ETag',
        params: idParams,
        response: { 200: orderSchema, 404: problemSchema },
      },
    },
    async (request, reply) => {
      const order = await seen(request.params.orderId, request);
      void reply.header('etag', etag(order.version));
      return viewOf(order);
    },
  );

  api.put(
    '/work-orders/:orderId',
    {
      ...judgedHere,
      schema: {
        tags,
        summary: 'Create or change; the same again changes nothing',
        description: 'Headers: Idempotency-Key, If-Match (ETag that was seen), If-None-Match: * (only create).',
        params: idParams,
        body: orderWishSchema.omit({ orderId: true }),
        response: { 200: orderSchema, 201: orderSchema, ...problems },
      },
    },
    async (request, reply) => {
      const change = changeOf(request, request.params.orderId);
      const onlyNew = request.headers['if-none-match'] === '*';
      return answerOnce(request, reply, ports, (tx) => done(tx, callerOf(request), change, onlyNew));
    },
  );

  for (const [step, status] of [
    ['release', 'released'],
    ['hold', 'held'],
    ['close', 'closed'],
  ] as const) {
    api.post(
      `/work-orders/:orderId/${step}`,
      {
        ...judgedHere,
        schema: {
          tags,
          summary: { release: 'May be worked on', hold: 'Stopped for now', close: 'Over; no more units start' }[step],
          params: idParams,
          ...(step === 'hold' ? { body: z.strictObject({ reason: z.string().min(1).max(500) }) } : {}),
          response: { 200: orderSchema, ...problems },
        },
      },
      async (request, reply) => {
        const { orderId } = request.params;
        const reason = step === 'hold' ? reasonOf(request) : {};
        const change: OrderChange = { orderId, status, mustExist: true, version: versionOf(request), ...reason };
        return answerOnce(request, reply, ports, (tx) => done(tx, callerOf(request), change, false));
      },
    );
  }

  api.post(
    '/work-orders/bulk',
    {
      ...judgedHere,
      schema: {
        tags,
        summary: 'Many at once: JSON, CSV (text/csv) or B2MML (application/xml; JSON with ?format=b2mml)',
        description:
          'mode=all: one bad record and none is taken. mode=good: the good ones are taken. Each bad one is told with line, field, problem and remedy. 422: nothing was taken.',
        querystring: z.object({
          mode: z.enum(['all', 'good']).default('all'),
          format: z.enum(['json', 'csv', 'b2mml']).optional(),
        }),
        body: z.object({ orders: z.array(orderWishSchema) }),
        response: { 200: bulkAnswerSchema, 400: problemSchema, 409: problemSchema, 422: bulkAnswerSchema },
      },
    },
    async (request, reply) => {
      const { mode, format } = request.query;
      return bulk(request, reply, mode, formatOf(request, format));
    },
  );

  api.post(
    '/b2mml',
    {
      ...judgedHere,
      schema: {
        tags: ['B2MML'],
        summary: 'Production schedules and job lists, XML or JSON',
        querystring: z.object({ mode: z.enum(['all', 'good']).default('all') }),
        body: z.any(),
        response: { 200: bulkAnswerSchema, 400: problemSchema, 409: problemSchema, 422: bulkAnswerSchema },
      },
    },
    async (request, reply) => bulk(request, reply, request.query.mode, formatOf(request, 'b2mml')),
  );

  async function seen(orderId: string, request: FastifyRequest): Promise<PlantOrder> {
    const order = await orders.get(db, orderId);
    if (order === null || !visible(order, callerOf(request), ports)) {
      throw new ApiFault(404, `There is no order "${orderId}".`);
    }
    return order;
  }

  async function done(tx: Queries, caller: ApiCaller, change: OrderChange, onlyNew: boolean): Promise<ApiAnswer> {
    if (onlyNew && (await orders.get(tx, change.orderId)) !== null) {
      throw new ApiFault(412, `Order "${change.orderId}" exists already.`);
    }
    const applied = await applyOrder(actOf(tx, caller, ports.clock.now(), ports), change, applyParts('erp'));
    if (applied.done === 'refused') {
      const [first] = applied.faults;
      const errors = applied.faults.map(({ field, rest, value, problem, remedy }): RowFault => ({
        row: null,
        line: null,
        column: null,
        field: field === null ? null : [field, ...rest].join('.'),
        value: value === undefined ? null : String(value),
        problem,
        remedy,
      }));
      const code = first?.code ?? null;
      const status = { 'order.unknown': 404, 'order.changed': 412, 'right.missing': 403 }[code ?? ''] ?? 422;
      throw new ApiFault(status, `${first?.problem ?? 'refused'}. ${first?.remedy ?? ''}`, errors);
    }
    const order = await orders.get(tx, change.orderId);
    if (order === null) throw new Error(`order ${change.orderId} is not there after it was ${applied.done}`);
    return {
      status: applied.done === 'created' ? 201 : 200,
      headers: { etag: etag(order.version), 'linewright-done': applied.done },
      body: JSON.stringify(viewOf(order)),
    };
  }

  async function bulk(
    request: FastifyRequest,
    reply: FastifyReply,
    mode: 'all' | 'good',
    format: OrderFormat,
  ): Promise<FastifyReply> {
    const { timeZone } = ports.configuration().plant;
    const read = readOrders(bytesOf(request), format, { timeZone, now: ports.clock.now() });
    return answerOnce(request, reply, ports, async (tx) => {
      const act = actOf(tx, callerOf(request), ports.clock.now(), ports);
      const result = await applyRows(act, read, mode, applyParts(format === 'csv' ? 'csv' : 'erp'));
      const answer: BulkAnswer = { mode, ...result, rows: [...result.rows], errors: [...result.errors] };
      const nothing = result.accepted === 0 && result.errors.length > 0;
      return { status: nothing ? 422 : 200, headers: {}, body: JSON.stringify(answer) };
    });
  }

  function applyParts(source: string): ApplyParts {
    const { definitions } = ports.configuration();
    const byId = new Map(definitions.map((each) => [`${each.id}\n${each.revision}`, each]));
    return { orders, source, definition: (id, revision) => byId.get(`${id}\n${revision}`) ?? null };
  }

  function changeOf(request: FastifyRequest, orderId: string): OrderChange {
    const { value, places } = bodyOf(request);
    const { orderId: inBody, ...rest } = value;
    if (inBody !== undefined && inBody !== orderId) {
      throw new ApiFault(400, `The address says order "${orderId}", the body "${String(inBody)}".`);
    }
    const row = jsonRow(1, { ...rest, orderId }, [], places, false);
    const { timeZone } = ports.configuration().plant;
    const { rows, faults } = judgeRows([row], [], { timeZone, now: ports.clock.now() });
    const [judged] = rows;
    if (judged === undefined) throw new ApiFault(400, faults[0]?.problem ?? 'The body is not an order.', faults);
    return { ...judged.change, version: versionOf(request) };
  }

  function reasonOf(request: FastifyRequest): { holdReason: string } {
    const { value, places } = bodyOf(request);
    const parsed = z.strictObject({ reason: z.string().min(1).max(500) }).safeParse(value);
    if (parsed.success) return { holdReason: parsed.data.reason };
    const row = jsonRow(1, value, [], places, true);
    const fault = rowFault(
      row,
      'reason',
      value['reason'],
      'a reason of 1 to 500 characters is wanted',
      'Send {"reason": "..."}.',
    );
    throw new ApiFault(400, 'Send {"reason": "..."}.', [fault]);
  }
}

function formatOf(request: FastifyRequest, wanted: 'json' | 'csv' | 'b2mml' | undefined): OrderFormat {
  const type =
    String(request.headers['content-type'] ?? '')
      .split(';', 1)[0]
      ?.trim()
      .toLowerCase() ?? '';
  const xml = /[/+]xml$/.test(type);
  if (wanted === 'csv' || (wanted === undefined && type === 'text/csv')) return 'csv';
  if (xml) return 'b2mml-xml';
  if (!/[/+]json$/.test(type) && wanted !== 'json') {
    throw new ApiFault(
      415,
      `Content-Type "${type}" is not known here; send application/json, text/csv or application/xml.`,
    );
  }
  return wanted === 'b2mml' ? 'b2mml-json' : 'json';
}

const etag = (version: number): string => `"${version}"`;

function versionOf(request: FastifyRequest): number | null {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return null;
  const match = /^(?:W\/)?"(\d{1,15})"$/.exec(header);
  if (!match) throw new ApiFault(400, `If-Match must be the ETag of the order as it was got, e.g. "3", not ${header}.`);
  return Number(match[1]);
}

function visible({ jobs }: PlantOrder, { grants }: ApiCaller, { places }: IntegrationPorts): boolean {
  if (!mayAnywhere(grants, 'integration.use')) return false;
  if (may(grants, 'integration.use', null, places())) return true;
  return jobs.some(({ lineId }) => may(grants, 'integration.use', lineId, places()));
}

function viewOf(order: PlantOrder): OrderView {
  const {
    orderId,
    material,
    definition,
    status,
    holdReason,
    quantity,
    priority,
    dueAt,
    serialPrefix,
    source,
    version,
  } = order;
  return {
    orderId,
    material: material.id,
    definitionId: definition.id,
    revision: definition.revision,
    status,
    holdReason,
    quantity,
    priority,
    due: dueAt === null ? null : new Date(dueAt).toISOString(),
    serialPrefix,
    source,
    jobs: order.jobs.map((job) => ({ ...job, blocked: job.blocked.map((fault) => inWords(fault).problem) })),
    version,
  };
}
