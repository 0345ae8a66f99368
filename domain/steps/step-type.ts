/** What every step type is to the rules. A new one is a folder here, its name in `index.ts`, and the same in each layer. */
import type { Operation } from '#contract/config/definition.ts';
import type { ReleasedDefinition } from '#contract/config/index.ts';
import type { DomainEvent } from '#contract/events/index.ts';
import type { BodyOf } from '#contract/events/index.ts';
import type { ReadingFact } from '#contract/events/shared.ts';
import type { LiveReading } from '#contract/reading.ts';
import type { Reason } from '#contract/refusal.ts';
import type { StepSummary } from '#contract/rpc/execution.ts';
import type { StepAction, StepActionOf, StepDefinition, StepDefinitionOf, StepType } from '#contract/steps/index.ts';
import type { Facts, ScannedComponent } from '#domain/facts.ts';
import type { Happened } from '#domain/happened.ts';
import type { Unit } from '#domain/units/unit-state.ts';

/** What the station itself does in a step: a gauge's button, a machine cycle's course. Never comes over the wire. */
export type InternalAction =
  | { readonly type: 'measure'; readonly do: 'pushed'; readonly tagId: string; readonly reading: LiveReading }
  | {
      readonly type: 'machine-cycle';
      readonly do: 'prepared';
      readonly cycleId: string;
      readonly parameters: BodyOf<'machine-cycle.prepared'>['parameters'];
    }
  | { readonly type: 'machine-cycle'; readonly do: 'started'; readonly cycleId: string }
  | {
      readonly type: 'machine-cycle';
      readonly do: 'finished';
      readonly cycleId: string;
      readonly results: readonly { readonly characteristicId: string; readonly reading: ReadingFact }[];
      readonly traceId: string | null;
    }
  | {
      readonly type: 'machine-cycle';
      readonly do: 'aborted';
      readonly cycleId: string;
      readonly reasons: readonly Reason[];
    };
export type InternalActionOf<T extends StepType> = Extract<InternalAction, { type: T }>;

export interface StepContext {
  readonly facts: Facts;
  readonly definition: ReleasedDefinition;
  readonly operation: Operation;
  readonly unit: Unit;
  readonly ref: { readonly executionId: string; readonly stepId: string; readonly attempt: number };
  /** Of a scan-component action. */
  readonly component: ScannedComponent | null;
}

export type Acted =
  | { readonly ok: true; readonly events: readonly DomainEvent[] }
  | { readonly ok: false; readonly reasons: readonly Reason[] };

export type StepOutcome = 'open' | 'passed' | { readonly failed: readonly Reason[] };

/** `Progress` is plain JSON: it is kept in the read model. */
export interface StepKind<T extends StepType, Progress> {
  readonly type: T;
  initial(): Progress;
  /** Interlocks of this step that are not met now (devices, tags). An action is refused with the same reasons. */
  gates(def: StepDefinitionOf<T>, progress: Progress, ctx: StepContext): readonly Reason[];
  act(
    def: StepDefinitionOf<T>,
    progress: Progress,
    action: StepActionOf<T> | InternalActionOf<T>,
    ctx: StepContext,
  ): Acted;
  evolve(progress: Progress, event: Happened): Progress;
  /** After the events of an act were folded in. */
  outcome(def: StepDefinitionOf<T>, progress: Progress, definition: ReleasedDefinition): StepOutcome;
  summary(def: StepDefinitionOf<T>, progress: Progress, definition: ReleasedDefinition): StepSummary | null;
}

/** A kind whose type is known only at run time: definition, progress and action of one step belong together. */
export interface AnyStepKind {
  readonly type: StepType;
  initial(): unknown;
  gates(def: StepDefinition, progress: unknown, ctx: StepContext): readonly Reason[];
  act(def: StepDefinition, progress: unknown, action: StepAction | InternalAction, ctx: StepContext): Acted;
  evolve(progress: unknown, event: Happened): unknown;
  outcome(def: StepDefinition, progress: unknown, definition: ReleasedDefinition): StepOutcome;
  summary(def: StepDefinition, progress: unknown, definition: ReleasedDefinition): StepSummary | null;
}

/** Actions of the station itself are taken whoever is signed in: a machine that finished has finished. */
export function isReport(action: StepAction | InternalAction): boolean {
  return action.type === 'machine-cycle' && action.do !== 'start' && action.do !== 'abort';
}
