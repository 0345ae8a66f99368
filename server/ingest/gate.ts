/**
 * How many batches are in work at once on this instance. The rest waits before its body is read, so that a plant that
 * comes back after an outage does not fill the memory; who would wait too long is told to come again.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { HttpFault } from '../http/faults.ts';

/** Each holds at most a packed and an unpacked batch (2 x 8 MB) and one connection of the database. */
const atOnce = 6;
/** Small ones are written together (store-batch.ts), the more at once the better. */
const smallAtOnce = 100;
const smallBytes = 16 * 1024;
/** Connections that may wait; a station has one batch on its way. */
const waitingAtMost = 500;

export interface Gate {
  /** Fastify hook `onRequest`. */
  enter(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  inWork(): number;
}

export function createGate(): Gate {
  const large = createLane(atOnce);
  const small = createLane(smallAtOnce);
  return {
    inWork: () => large.inWork() + small.inWork(),
    enter(request, reply) {
      const bytes = Number(request.headers['content-length'] ?? Number.NaN);
      return (bytes <= smallBytes ? small : large).enter(reply);
    },
  };
}

interface Lane {
  enter(reply: FastifyReply): Promise<void>;
  inWork(): number;
}

function createLane(most: number): Lane {
  let inside = 0;
  const waiting: (() => void)[] = [];
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) inside -= 1;
    else next();
  };
  return {
    inWork: () => inside,
    async enter(reply) {
      if (inside < most) inside += 1;
      else if (waiting.length >= waitingAtMost)
        throw new HttpFault('server-busy', `${waiting.length} batches are waiting already`, 'Send it again later.');
      else await new Promise<void>((resolve) => waiting.push(resolve));
      // Answered or cut off: either way the connection is done with this request.
      if (reply.raw.destroyed || reply.raw.closed) leave();
      else reply.raw.once('close', leave);
    },
  };
}
