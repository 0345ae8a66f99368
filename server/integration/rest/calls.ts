/** Calls for help, and how the maintenance system's ticket for one stands. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { problemSchema } from '#contract/integration/words.ts';
import { levelOf, type Call } from '#domain/andon/call.ts';
import { may } from '#domain/accounts/may.ts';
import type { IntegrationPorts } from '../ports.ts';
import { answerOnce, bodyOf, judgedHere } from './body.ts';
import { callerOf, needRight, type Api } from './caller.ts';
import { ApiFault } from './problem.ts';

const tags = ['Calls'];
const iso = (at: number): string => new Date(at).toISOString();

const ticketWish = z.strictObject({
  state: z.enum(['accepted', 'in-work', 'done']),
  ticket: z.string().min(1).max(64).nullable().default(null).describe('Number of the ticket in the maintenance system'),
  text: z.string().trim().max(500).default('').describe('For the people at the station, e.g. who comes and when'),
});

const callSchema = z.object({
  callId: z.string(),
  call: z.string().describe('Kind of call, of andon.yaml'),
  title: z.object({ en: z.string(), de: z.string() }),
  stationId: z.string(),
  lineId: z.string().nullable(),
  machineId: z.string().nullable(),
  serial: z.string().nullable(),
  orderId: z.string().nullable(),
  note: z.string(),
  raisedAt: z.string(),
  level: z.number().describe('How far it escalated; 0: not'),
  answeredAt: z.string().nullable(),
  closedAt: z.string().nullable(),
  outcome: z.enum(['helped', 'not-needed']).nullable(),
  ticket: z
    .object({
      state: z.enum(['accepted', 'in-work', 'done']),
      ticket: z.string().nullable(),
      text: z.string(),
      at: z.string(),
    })
    .nullable(),
});

export function addCallRoutes(api: Api, ports: IntegrationPorts): void {
  const { db, calls } = ports;
  const lineOf = (stationId: string): string | null =>
    ports.configuration().lines.find(({ stations }) => stations.includes(stationId))?.id ?? null;
  const seen = (request: FastifyRequest, { raised }: Call): boolean =>
    may(callerOf(request).grants, 'integration.use', lineOf(raised.stationId), ports.places());
  const viewOf = (call: Call): z.infer<typeof callSchema> => {
    const { callId, raised, answered, closed, ticket } = call;
    return {
      callId,
      call: raised.kind,
      title: raised.title,
      stationId: raised.stationId,
      lineId: lineOf(raised.stationId),
      machineId: raised.machineId,
      serial: raised.serial,
      orderId: raised.orderId,
      note: raised.note,
      raisedAt: iso(raised.at),
      level: levelOf(call),
      answeredAt: answered === null ? null : iso(answered.at),
      closedAt: closed === null ? null : iso(closed.at),
      outcome: closed?.outcome ?? null,
      ticket:
        ticket === null ? null : { state: ticket.state, ticket: ticket.ticket, text: ticket.text, at: iso(ticket.at) },
    };
  };

  api.get(
    '/calls',
    {
      schema: {
        tags,
        summary: 'Calls for help, newest first, at most 200',
        querystring: z.object({ status: z.enum(['open', 'all']).default('open') }),
        response: { 200: z.object({ items: z.array(callSchema) }) },
      },
    },
    async (request) => {
      const found = await calls.list(db, request.query.status === 'open');
      return { items: found.filter((call) => seen(request, call)).map(viewOf) };
    },
  );

  api.post(
    '/calls/:callId/ticket',
    {
      ...judgedHere,
      schema: {
        tags,
        summary: 'How the ticket for a call stands; shown at the call at every station of the line',
        description:
          'Header: Idempotency-Key. The same state, number and text again changes nothing. The call itself stays open until somebody closes it at a station.',
        params: z.object({ callId: z.string().min(1).max(64) }),
        body: ticketWish,
        response: { 200: callSchema, 400: problemSchema, 404: problemSchema, 409: problemSchema },
      },
    },
    async (request, reply) => {
      const { callId } = request.params;
      const parsed = ticketWish.safeParse(bodyOf(request).value);
      if (!parsed.success) {
        const said = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`);
        throw new ApiFault(
          400,
          `${said.join('; ')}. Send {"state": "accepted" | "in-work" | "done", "ticket": "...", "text": "..."}.`,
        );
      }
      return answerOnce(request, reply, ports, async (tx) => {
        const call = await calls.get(tx, callId);
        if (call === null) throw new ApiFault(404, `There is no call "${callId}".`);
        needRight(request, ports, lineOf(call.raised.stationId));
        const at = ports.clock.now();
        const { state, ticket, text } = parsed.data;
        // A later message without the number is about the same ticket.
        const told = { state, ticket: ticket ?? call.ticket?.ticket ?? null, text };
        const same =
          call.ticket !== null &&
          call.ticket.state === told.state &&
          call.ticket.ticket === told.ticket &&
          call.ticket.text === told.text;
        if (!same) await calls.ticket(tx, callerOf(request), at, callId, told);
        const after: Call = same ? call : { ...call, ticket: { ...told, at, stationId: '' } };
        return { status: 200, headers: {}, body: JSON.stringify(viewOf(after)) };
      });
    },
  );
}
