/** What the rules of calls may know: everything comes in by these questions (the station's read model). */
import type { Call, CallPart } from './call.ts';

export interface AndonFacts {
  /** Of this log and of the server. */
  call(callId: string): CallPart | null;
  /** What this log alone says. */
  own(callId: string): CallPart | null;
  /** Open calls of the line, oldest first. */
  open(): readonly Call[];
}
