/** Stops as the screen sees them: the list, a card with its parts, reasons to choose from and history, micro-stops, changeovers. */
import type { Localized } from '#contract/config/text.ts';
import type { Page } from '#contract/rpc/base.ts';
import type {
  ChangeoverView,
  MicroStops,
  OfferedReason,
  StopMachine,
  StopRow,
  StopsWatch,
  StopView,
} from '#contract/rpc/stops.ts';
import type { MachineFile } from '#contract/config/machines.ts';
import type { Facts } from '#domain/facts.ts';
import { clockHourOf, type CalendarSpan } from '#domain/oee/calendar.ts';
import { zoneOffsetMs } from '#domain/people/local-day.ts';
import { mayEver } from '#domain/people/access.ts';
import { partEnd, type StopCard } from '#domain/stops/card.ts';
import { classifyPermission } from '#domain/stops/decide.ts';
import { rankReasons } from '#domain/stops/rank.ts';
import { historyEntry, machineTitle, partView, productOf, stopRow } from '#domain/stops/view.ts';
import { fitsState, isOfMachine, offeredFor } from '#domain/stops/reasons.ts';
import { changeoversOf, microStops, standingsOf } from '#domain/stops/standing.ts';
import { actorName } from '#domain/units/holder.ts';
import { cursorParts, pageOf } from '#station/core/pages.ts';
import { waitedHere, type RootSources } from '#station/machines/roots.ts';
import { readOpenExecution } from '#station/store/projections/aggregates.ts';
import { readSlices } from '#station/store/projections/machines.ts';
import { readGivenReasons, readOpenPreparation, readPreparations, readStop } from '#station/store/projections/stops.ts';
import { calendarOf, slicesSince } from './facts.ts';

export type StopSources = Pick<RootSources, 'read' | 'facts'>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const ownMachines = ({ catalogue, station }: Facts): readonly MachineFile[] =>
  catalogue.machines.filter((machine) => machine.station === station.id);

export interface StopQuery {
  readonly cursor: string | null;
  readonly limit: number;
  readonly show: 'unexplained' | 'all';
  readonly machineId: string | null;
}

/** Unexplained ones first, then the newest. */
export function stopList(query: StopQuery, { read, facts }: StopSources): Page<StopRow> {
  const where = `withdrawn = 0 AND (? = 'all' OR unexplained > 0) AND (? IS NULL OR machine_id = ?)`;
  const wanted = [query.show, query.machineId, query.machineId];
  const after = cursorParts(query.cursor, 3);
  const total = read.get<{ n: number }>(`SELECT count(*) AS n FROM stop WHERE ${where}`, ...wanted)?.n ?? 0;
  const rows = read.all<{ explained: number; at: number; id: string; state: string }>(
    `SELECT unexplained = 0 AS explained, from_at AS at, stop_id AS id, state FROM stop
     WHERE ${where} AND (? = 0 OR (unexplained = 0, -from_at, stop_id) > (?, ?, ?))
     ORDER BY unexplained = 0, from_at DESC, stop_id LIMIT ?`,
    ...wanted,
    after === null ? 0 : 1,
    ...(after ?? [0, 0, '']),
    query.limit + 1,
  );
  return pageOf(
    rows,
    query.limit,
    total,
    ({ explained, at, id }) => [explained, -at, id],
    ({ state }) => stopRow(JSON.parse(state) as StopCard, facts),
  );
}

/**
 * What the screens are told of: how many stops have no reason, and which one to ask about. The newest first, which is remembered
 * best; at a natural pause only (a unit passed, nothing in work), never in the middle of a step.
 */
export function askView({ read, facts }: StopSources): Omit<StopsWatch, 'revision'> {
  const found = read.get<{ readonly n: number }>(
    'SELECT count(*) AS n FROM stop WHERE withdrawn = 0 AND unexplained > 0',
  );
  const row = read.get<{ readonly state: string }>(
    'SELECT state FROM stop WHERE withdrawn = 0 AND unexplained > 0 ORDER BY from_at DESC, stop_id LIMIT 1',
  );
  const card = row === undefined ? null : (JSON.parse(row.state) as StopCard);
  return {
    unexplained: found?.n ?? 0,
    ask: card && {
      stopId: card.stopId,
      machineTitle: machineTitle(card.machineId, facts),
      from: card.from,
      to: card.to,
      now: readOpenExecution(read, facts.station.id) === null && facts.bench.open() === null,
    },
  };
}

/** @returns null when this station knows of no such stop. */
export function stopView(stopId: string, sources: RootSources): StopView | null {
  const { read, facts } = sources;
  const card = readStop(read, stopId);
  if (card === null) return null;
  const end = card.to ?? facts.now;
  const slices = readSlices(read, card.machineId, card.from, Math.max(end, card.from + 1));
  return {
    ...stopRow(card, facts),
    revision: card.revision,
    withdrawn: card.withdrawn,
    partViews: card.parts.map((part, at) => ({
      ...partView(card, part, partEnd(card, at), facts.now, facts),
      may: mayEver(facts, classifyPermission(part, facts)),
    })),
    offered: offeredView(card, sources),
    tree: facts.catalogue.reasons.all
      .filter((each) => isOfMachine(each, card.machineId))
      .map((each) => ({
        id: each.id,
        parent: each.parent,
        title: each.title,
        icon: each.icon,
        leaf: each.leaf,
        fits: fitsState(each, card.state),
        note: each.note,
      })),
    slices: slices.map(({ beganAt, endAt, state, told, alarm }) => ({
      from: Math.max(beganAt, card.from),
      to: endAt === null || (card.to !== null && endAt > card.to) ? card.to : endAt,
      state,
      told,
      alarm,
    })),
    planned: calendarOf(card.machineId, card.from, Math.max(end, card.from + 1), facts.catalogue).flatMap((span) =>
      span.kind === 'working'
        ? []
        : [{ from: span.from, to: span.to, kind: span.kind, title: plannedTitle(span, facts) }],
    ),
    history: card.history.map((deed) => historyEntry(deed, card, facts)),
    may: { classify: mayEver(facts, 'stop.classify'), edit: mayEver(facts, 'stop.edit') },
    waitsFor: waitedHere(card, sources),
  };
}

function plannedTitle({ plannedId, breakAt, shiftId }: CalendarSpan, { catalogue }: Facts): Localized | null {
  if (plannedId !== null) return catalogue.calendar.planned.find(({ id }) => id === plannedId)?.title ?? null;
  const shift = catalogue.plant.shifts.find(({ id }) => id === shiftId);
  return breakAt === null ? null : (shift?.breaks[breakAt]?.title ?? null);
}

const hourOf = (at: number, timeZone: string): number => new Date(at + zoneOffsetMs(at, timeZone)).getUTCHours();

function offeredView(card: StopCard, { read, facts }: StopSources): readonly OfferedReason[] {
  const { timeZone } = facts.catalogue.plant;
  const history = readGivenReasons(read, card.machineId, card.stopId).map(({ from, ...given }) => ({
    ...given,
    hour: hourOf(from, timeZone),
  }));
  const now = {
    state: card.state,
    alarm: card.alarm,
    definitionId: card.context.definitionId,
    hour: hourOf(card.from, timeZone),
  };
  const leaves = offeredFor(facts.catalogue.reasons, card.machineId, card.state);
  return rankReasons(leaves, history, now).map(({ reason: { id, title, icon, note }, count, same }) => ({
    id,
    title,
    icon,
    count,
    same,
    note,
  }));
}

/** Of the last 24 hours. */
export function microView({ read, facts }: StopSources): readonly MicroStops[] {
  const { now, catalogue } = facts;
  const { timeZone } = catalogue.plant;
  const since = clockHourOf(now - dayMs, timeZone);
  return ownMachines(facts)
    .flatMap((machine) => {
      const slices = slicesSince(read, machine.id, since);
      const [first] = slices;
      if (first === undefined) return [];
      const calendar = calendarOf(machine.id, first.beganAt, Math.max(now, first.beganAt) + 1, catalogue);
      const standings = standingsOf(slices, calendar, now).filter(({ from }) => from >= since);
      return microStops(standings, machine.stops.microUnderMs, (at) => clockHourOf(at, timeZone)).map((hour) => ({
        machineId: machine.id,
        machineTitle: machine.title,
        ...hour,
      }));
    })
    .sort((a, b) => b.hourAt - a.hourAt || (a.machineId < b.machineId ? -1 : 1));
}

/** Of the last seven days. */
export function changeoverView({ read, facts }: StopSources): readonly ChangeoverView[] {
  const { now } = facts;
  const since = now - 7 * dayMs;
  return ownMachines(facts)
    .flatMap(({ id, title }) =>
      changeoversOf(readSlices(read, id, since, now + 1), readPreparations(read, id, since), now).map(
        ({ fromDefinitionId, toDefinitionId, ...changeover }) => ({
          machineId: id,
          machineTitle: title,
          ...changeover,
          fromProduct: productOf(fromDefinitionId, facts),
          toProduct: productOf(toDefinitionId, facts),
        }),
      ),
    )
    .sort((a, b) => b.from - a.from);
}

export function machineList({ read, facts }: StopSources): readonly StopMachine[] {
  return ownMachines(facts).map(({ id, title }) => {
    const open = readOpenPreparation(read, id);
    return {
      machineId: id,
      title,
      preparing:
        open === null
          ? null
          : {
              since: open.from,
              by: actorName(open.by, facts.station.id, facts),
              product: productOf(open.definitionId, facts),
            },
    };
  });
}
