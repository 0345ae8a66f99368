/** Stops folded in memory, over slices that the test gives: the tests of the rules. */
import type { Actor } from '#contract/envelope.ts';
import { calendarSpans, type CalendarPlan } from '#domain/oee/calendar.ts';
import type { Happened } from '#domain/happened.ts';
import { evolveStop, type StopCard } from './card.ts';
import type { OpenPreparation, StopFacts } from './facts.ts';
import { isWorking } from '#domain/machines/series.ts';
import type { StateSlice } from './standing.ts';

export class StopMemory implements StopFacts {
  readonly cards = new Map<string, StopCard>();
  readonly #preparations = new Map<string, OpenPreparation>();
  /** Of each machine, oldest first, without gap. */
  readonly series = new Map<string, readonly StateSlice[]>();
  microUnderMs = 120_000;
  plan: CalendarPlan = { shifts: [], holidays: [], timeZone: 'Europe/Berlin', planned: [] };

  fold(event: Happened): void {
    if (event.type === 'preparation.begun') {
      const { preparationId, machineId } = event.body;
      this.#preparations.set(machineId, { preparationId, since: event.at, by: event.actor satisfies Actor });
    }
    if (event.type === 'preparation.ended') this.#preparations.delete(event.body.machineId);
    const { stopId } = event.body as { readonly stopId?: string };
    if (stopId === undefined || !event.type.startsWith('stop.')) return;
    const after = evolveStop(this.cards.get(stopId) ?? null, event);
    if (after !== null) this.cards.set(stopId, after);
  }

  readonly find = (id: string): StopCard | null => this.cards.get(id) ?? null;
  readonly machine = (machineId: string) =>
    this.series.has(machineId) ? { machineId, microUnderMs: this.microUnderMs } : null;
  readonly since = (machineId: string, at: number): readonly StopCard[] =>
    [...this.cards.values()]
      .filter((card) => card.machineId === machineId && card.withdrawn === null && (card.to ?? Infinity) > at)
      .sort((a, b) => a.from - b.from);
  readonly slices = (machineId: string, at: number): readonly StateSlice[] => {
    const all = this.series.get(machineId) ?? [];
    const before = all.findLastIndex(({ beganAt, state }) => beganAt < at && isWorking(state));
    return all.slice(Math.max(before, 0));
  };
  readonly calendar = (machineId: string, from: number, to: number) =>
    calendarSpans(from, to, this.plan, { machineId, lineId: null });
  readonly preparation = (machineId: string): OpenPreparation | null => this.#preparations.get(machineId) ?? null;
}
