/** Cards follow the slices: what stands long enough gets one, what ended ends, what is told anew moves. */
import { event, type DomainEvent } from '#contract/events/index.ts';
import { fitParts, type StopCard, type StopPart } from './card.ts';
import type { StopFacts } from './facts.ts';
import { isStop, standingsOf, type Standing } from './standing.ts';

interface Ground {
  readonly now: number;
  readonly stops: StopFacts;
  readonly ids: { fresh(what: string): string };
}

const endOf = ({ to }: { readonly to: number | null }): number => to ?? Number.POSITIVE_INFINITY;
const overlap = (a: StopCard, b: Standing): number => Math.min(endOf(a), endOf(b)) - Math.max(a.from, b.from);

/**
 * What must become known for the cards of a machine to say the same as its slices since `at` (UTC ms). Doing it again changes
 * nothing. A card that there is stays as long as the machine stood in its time at all, however short: what people said of it is
 * kept as far as it still fits, moves with it, and goes into the card that its time is part of now.
 */
export function followStops(machineId: string, at: number, { now, stops, ids }: Ground): readonly DomainEvent[] {
  const machine = stops.machine(machineId);
  const slices = machine === null ? [] : stops.slices(machineId, at);
  const [first] = slices;
  if (machine === null || first === undefined) return [];
  // The slices reach back to the last working one: whatever ended before it began is not touched.
  const calendar = stops.calendar(machineId, first.beganAt, Math.max(now, first.beganAt) + 1);
  const standings = standingsOf(slices, calendar, now);
  const cards = stops.since(machineId, first.beganAt).filter((card) => endOf(card) > first.beganAt);

  const of = new Map<Standing, StopCard[]>();
  const homeless: StopCard[] = [];
  for (const card of cards) {
    const best = standings.reduce<Standing | null>(
      (found, each) => (overlap(card, each) > (found === null ? 0 : overlap(card, found)) ? each : found),
      null,
    );
    if (best === null) homeless.push(card);
    else of.set(best, [...(of.get(best) ?? []), card]);
  }
  return [
    ...homeless.map((card) => withdrawn(card, null)),
    ...standings.flatMap((standing, n): readonly DomainEvent[] => {
      const [keeper, ...others] = of.get(standing) ?? [];
      if (keeper === undefined)
        return isStop(standing, machine.microUnderMs) ? open(machineId, standing, ids.fresh(`stop ${n}`)) : [];
      return [...others.map((card) => withdrawn(card, keeper.stopId)), ...moved(keeper, others, standing)];
    }),
  ];
}

function open(machineId: string, { from, to, first }: Standing, stopId: string): readonly DomainEvent[] {
  const { state, alarm, context } = first;
  const made = event('stop.opened', { stopId, machineId, from, state, alarm, context });
  return to === null ? [made] : [made, event('stop.ended', { stopId, machineId, to })];
}

function withdrawn({ stopId, machineId, from, to, parts }: StopCard, into: string | null): DomainEvent {
  return event('stop.restated', { stopId, machineId, fate: 'withdrawn', into, from, to, parts: [...parts], lost: [] });
}

function moved(keeper: StopCard, others: readonly StopCard[], { from, to }: Standing): readonly DomainEvent[] {
  const { stopId, machineId } = keeper;
  if (others.length === 0 && keeper.from === from) {
    if (keeper.to === to) return [];
    const last = keeper.parts.at(-1)?.from ?? from;
    if (keeper.to === null && to !== null && last < to) return [event('stop.ended', { stopId, machineId, to })];
  }
  // Parts of the others come in where they were; what lies between two cards goes with the part before it.
  const all: readonly StopPart[] = [keeper, ...others]
    .flatMap(({ parts }) => parts)
    .toSorted((a, b) => a.from - b.from);
  const ends = [keeper, ...others].map(endOf);
  const reach = Math.max(...ends);
  const was = { to: Number.isFinite(reach) ? reach : null };
  const { parts, lost } = fitParts(all, was, { from, to });
  return [
    event('stop.restated', {
      stopId,
      machineId,
      fate: 'moved',
      into: null,
      from,
      to,
      parts: parts.map((part) => ({ ...part })),
      lost: [...lost],
    }),
  ];
}
