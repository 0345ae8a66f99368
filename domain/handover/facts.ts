/** What the rules of handovers may know. */
import type { HandoverPart } from './handover.ts';

export interface HandoverFacts {
  handover(handoverId: string): HandoverPart | null;
  /** Those that nobody took yet, newest first. */
  waiting(): readonly HandoverPart[];
}
