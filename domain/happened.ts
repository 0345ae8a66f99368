/** A fact as the pure rules see it: its body and when, where and by whom. Every stored event is one. */
import type { Actor } from '#contract/envelope.ts';
import type { BodyOf, DomainEvent, EventType } from '#contract/events/index.ts';

export type Happened = {
  [T in EventType]: {
    readonly type: T;
    readonly body: BodyOf<T>;
    /** UTC ms. */
    readonly at: number;
    readonly actor: Actor;
    readonly stationId: string;
  };
}[EventType];

export type HappenedOf<T extends EventType> = Extract<Happened, { type: T }>;

/** What a just decided event will look like once stored: lets a decider fold its own events before going on. */
export function asHappened(
  event: DomainEvent,
  stamp: { readonly at: number; readonly actor: Actor; readonly stationId: string },
): Happened {
  return { type: event.type, body: event.body, ...stamp } as Happened;
}
