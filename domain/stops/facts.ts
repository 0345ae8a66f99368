/** What the rules of stops may know: everything comes in by these questions (the station's read model). */
import type { Actor } from '#contract/envelope.ts';
import type { CalendarSpan } from '#domain/oee/calendar.ts';
import type { StopCard } from './card.ts';
import type { StateSlice } from './standing.ts';

export interface StopMachineFact {
  readonly machineId: string;
  /** Shorter ones are micro-stops, ms. */
  readonly microUnderMs: number;
}

export interface OpenPreparation {
  readonly preparationId: string;
  readonly since: number;
  readonly by: Actor;
}

export interface StopFacts {
  find(stopId: string): StopCard | null;
  /** Of this station; null: it watches no such machine. */
  machine(machineId: string): StopMachineFact | null;
  /** Cards of a machine that were not withdrawn and end after an instant, oldest first. */
  since(machineId: string, at: number): readonly StopCard[];
  /** Slices from the one that was working last before `at` (or the first ever) to the one under way, oldest first. */
  slices(machineId: string, at: number): readonly StateSlice[];
  /** Tiles the time exactly. */
  calendar(machineId: string, from: number, to: number): readonly CalendarSpan[];
  preparation(machineId: string): OpenPreparation | null;
}
