/** Bodies of requests as bytes, judged by us, because faults have to say the line; and answers that are given once. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Queries } from '../../db/db.ts';
import { readJson, type JsonPlaces } from '../formats/json.ts';
import { decodeText } from '../formats/text.ts';
import type { IntegrationPorts } from '../ports.ts';
import { callerOf } from './caller.ts';
import { once, type ApiAnswer } from './idempotency.ts';
import { ApiFault } from './problem.ts';

/** Judged by us, not by the framework, because faults have to say the line; documented all the same. */
export const judgedHere = { validatorCompiler: passBody } as const;

/** The framework's validator for everything but the body, which is bytes here. */
function passBody({
  schema,
  httpPart,
}: {
  schema: unknown;
  httpPart?: string;
}): (data: unknown) => { value?: unknown; error?: Error } {
  if (httpPart === 'body') return (value) => ({ value });
  return (data) => {
    const parsed = (schema as z.ZodType).safeParse(data);
    return parsed.success ? { value: parsed.data } : { error: parsed.error };
  };
}

/** Does it once for an `Idempotency-Key`, in one transaction, and answers with the JSON text that came of it. */
export async function answerOnce(
  request: FastifyRequest,
  reply: FastifyReply,
  { db, clock }: Pick<IntegrationPorts, 'db' | 'clock'>,
  run: (tx: Queries) => Promise<ApiAnswer>,
): Promise<FastifyReply> {
  const header = request.headers['idempotency-key'];
  const answer = await once(
    db,
    {
      accountId: callerOf(request).accountId,
      key: typeof header === 'string' ? header : null,
      parts: [
        request.method,
        request.url,
        String(request.headers['content-type'] ?? ''),
        String(request.headers['if-match'] ?? ''),
        bytesOf(request),
      ],
      at: clock.now(),
    },
    run,
  );
  return reply
    .code(answer.status)
    .headers({ ...answer.headers, 'content-type': 'application/json' })
    .serializer((text: string) => text)
    .send(answer.body);
}

/** @throws ApiFault where it is no JSON object. */
export function bodyOf(request: FastifyRequest): { value: Record<string, unknown>; places: JsonPlaces } {
  const decoded = decodeText(bytesOf(request), false);
  if (decoded.fault !== null) throw new ApiFault(400, `The body cannot be read: ${decoded.fault.problem}.`);
  const { value, places, fault } = readJson(decoded.text);
  if (fault !== null) throw new ApiFault(400, `The body cannot be read: ${fault.problem}.`, [fault]);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ApiFault(400, 'The body must be a JSON object.');
  }
  return { value: value as Record<string, unknown>, places };
}

export const bytesOf = (request: FastifyRequest): Uint8Array =>
  request.body instanceof Uint8Array ? request.body : new Uint8Array();
