/** What the rules of containments may know: everything comes in by these questions (the station's read model). */
import type { Criterion } from '#contract/containment.ts';
import type { Containment, ContainmentPart } from './containment.ts';

export interface ContainmentFacts {
  /** Of this log and of the server. */
  find(containmentId: string): ContainmentPart | null;
  /** First begun first. */
  inForce(): readonly Containment[];
  /** Serials of units that fit by what is known here, and of units that hold them. */
  fitting(criterion: Criterion): readonly string[];
  /** Serials of units that were ever put on hold by it, as far as is known here. */
  held(containmentId: string): readonly string[];
}
