/** What a decider answers (design laws 1 and 3): events, or every unmet condition with its live values. */
import type { DomainEvent } from '#contract/events/index.ts';
import {
  metCodes,
  nextCodes,
  reasonCodes,
  type Met,
  type MetCode,
  type Next,
  type NextCode,
  type Reason,
  type ReasonCode,
  type ReasonParam,
} from '#contract/refusal.ts';

/** `value` is what the caller is told beside "done", e.g. the serial of a new unit. */
export interface Accepted {
  readonly ok: true;
  readonly events: readonly DomainEvent[];
  readonly value?: Readonly<Record<string, string>>;
}
export interface Refused {
  readonly ok: false;
  /** At least one. */
  readonly reasons: readonly Reason[];
  readonly met: readonly Met[];
  readonly next: readonly Next[];
  /** A refusal that is itself a fact (a wrong PIN): recorded although the command was not done. */
  readonly events: readonly DomainEvent[];
}
export type Decision = Accepted | Refused;

export const accept = (events: readonly DomainEvent[], value?: Readonly<Record<string, string>>): Accepted =>
  value === undefined ? { ok: true, events } : { ok: true, events, value };

export const refuse = (
  reasons: readonly Reason[],
  more: {
    readonly met?: readonly Met[];
    readonly next?: readonly Next[];
    readonly events?: readonly DomainEvent[];
  } = {},
): Refused => ({ ok: false, reasons, met: more.met ?? [], next: more.next ?? [], events: more.events ?? [] });

type Params<Names extends readonly string[]> = { readonly [K in Names[number]]: ReasonParam };

/** The parameters are exactly those that the code's message may use; anything else does not compile. */
export function reason<C extends ReasonCode>(code: C, params: Params<(typeof reasonCodes)[C]>): Reason {
  return { code, params };
}
export function met<C extends MetCode>(code: C, params: Params<(typeof metCodes)[C]>): Met {
  return { code, params };
}
export function next<C extends NextCode>(code: C, params: Params<(typeof nextCodes)[C]>): Next {
  return { code, params };
}
