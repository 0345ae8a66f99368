/** What a unit is: where it stands in its routing, its holds and what is built into it. */
import type { Actor } from '#contract/envelope.ts';
import type { Passport, PassportConcession, PassportRework } from '#contract/passport.ts';
import type { Reason } from '#contract/refusal.ts';
import type { UnitStatus } from '#contract/rpc/units.ts';

export interface PassedOperation {
  readonly operationId: string;
  /** null: the source did not tell. */
  readonly stationId: string | null;
  readonly at: number | null;
  /** Rework orders of the unit that its run knew of; left out: none. */
  readonly reworks?: readonly string[] | undefined;
}
export interface Hold {
  readonly holdId: string;
  /** What the person wrote; empty when the step failed (earlier versions wrote its English title). */
  readonly reason: string;
  /** Of the failed step; empty when a person put the unit on hold. */
  readonly reasons: readonly Reason[];
  /** The operation the unit was in. */
  readonly operationId: string | null;
  readonly stepId: string | null;
  readonly at: number;
  readonly by: Actor;
  readonly stationId: string;
  readonly liftedAt: number | null;
  readonly liftedBy: Actor | null;
}
export interface FittedComponent {
  readonly executionId: string;
  readonly stepId: string;
  readonly bomLine: string;
  readonly materialId: string;
  readonly lot: string | null;
  readonly serial: string | null;
  readonly at: number;
}
export interface OpenWork {
  readonly executionId: string;
  readonly operationId: string;
  readonly stationId: string;
  readonly startedAt: number;
}
/** The newest label of the unit that was scanned here. */
export interface TakenLabel {
  readonly keyId: string;
  /** UTC ms by the clock of the station that printed it. */
  readonly issuedAt: number;
  readonly takenAt: number;
  /** Operations that it vouches for. */
  readonly passed: readonly string[];
  /** Rework orders that it knows. */
  readonly reworks: readonly string[];
}
export interface Unit {
  readonly serial: string;
  readonly orderId: string;
  readonly materialId: string;
  readonly definitionId: string;
  readonly revision: string;
  readonly status: UnitStatus;
  readonly passed: readonly PassedOperation[];
  /** Runs begun per operation. */
  readonly attempts: Readonly<Record<string, number>>;
  readonly open: OpenWork | null;
  readonly holds: readonly Hold[];
  readonly components: readonly FittedComponent[];
  readonly createdAt: number;
  readonly changedAt: number;
  readonly scrappedAt: number | null;
  /** null: not, or reworked since. */
  readonly completedAt: number | null;
  /** Rework orders that were known then. */
  readonly completedKnowing: readonly string[];
  /** It was completed at some time, whatever came since. */
  readonly completedOnce: boolean;
  /** Orders to do operations again, oldest first (domain/units/rework.ts). */
  readonly reworks: readonly PassportRework[];
  /** It is used as it is under these. */
  readonly concessions: readonly PassportConcession[];
  /** Everything that was known from elsewhere when something was done with the unit here; null: nothing. */
  readonly arrived: Passport | null;
  readonly label: TakenLabel | null;
  /** The station whose log this is; null: no log here knows the unit yet. */
  readonly logOf: string | null;
}
