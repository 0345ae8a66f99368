/** What the maintenance system says of its tickets: facts of the plant's stream, so that every station of the line has them. */
import { event } from '#contract/events/index.ts';
import type { CallPort } from '../integration/ports.ts';
import type { PlantStream } from '../units/plant-stream.ts';

export const createTickets =
  (plantStream: PlantStream): CallPort['ticket'] =>
  (tx, caller, at, callId, told) =>
    plantStream.append(tx, { actor: { kind: 'import', source: caller.name }, commandId: null, at }, [
      event('call.ticketed', { callId, ...told }),
    ]);
