/** What the station says of a shift by itself: what is open, and what was made. */
import type { Localized } from '#contract/config/text.ts';
import type { BodyOf } from '#contract/events/index.ts';
import type { ShiftReport } from '#domain/commands.ts';
import { characteristicText } from '#domain/control/follow.ts';
import type { Facts } from '#domain/facts.ts';
import { defectText } from '#domain/nonconformances/defects.ts';
import type { NonconformancePart } from '#domain/nonconformances/nonconformance.ts';
import { localDay, startOfLocalDay } from '#domain/people/local-day.ts';
import { shiftAt } from '#domain/shifts/shifts.ts';
import { piecesIn } from '#domain/machines/counted.ts';
import { figuresOf } from '#domain/oee/figures.ts';
import { sumOf } from '#domain/oee/sums.ts';
import type { Unit } from '#domain/units/unit-state.ts';
import { openHolds } from '#domain/units/unit.ts';
import { machinesHere } from '#station/machines/views.ts';
import { energyIn } from '#station/energy/view.ts';
import { gaugeList } from '#station/gauges/register.ts';
import { oeeView } from '#station/oee/view.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readCounts } from '#station/store/projections/machines.ts';
import { readOpenStops } from '#station/store/projections/stops.ts';
import { readOpenExecution } from '#station/store/projections/aggregates.ts';
import { placeOf } from '#station/units/view.ts';

export interface ReportSources {
  readonly read: ReadModelReader;
  readonly facts: Facts;
  /** Facts that the server does not have yet; null: the station belongs to no server. */
  readonly unsent: { readonly count: number; readonly oldestAt: number | null } | null;
}

export interface ShiftFrame {
  readonly shift: string;
  readonly title: Localized | null;
  readonly from: number;
  readonly endsAt: number | null;
}

/** The shift that is on; between two shifts the time since the last one ended; without shifts the day. */
export function frameOf({ now, catalogue: { plant } }: Facts): ShiftFrame {
  const shift = shiftAt(now, plant);
  if (shift !== null)
    return { shift: shift.key, title: shift.shift?.title ?? null, from: shift.startAt, endsAt: shift.endAt };
  return {
    shift: localDay(now, plant.timeZone),
    title: null,
    from: startOfLocalDay(localDay(now, plant.timeZone), plant.timeZone),
    endsAt: null,
  };
}

type OpenItem = BodyOf<'handover.written'>['open'][number];
/** Of one kind; beyond it one line says how many more. */
const mostOfKind = 30;
const withAlarm = ({ en, de }: Localized, alarm: string): Localized => ({
  en: `${en}: ${alarm}`,
  de: `${de}: ${alarm}`,
});
const plain = (text: string): Localized => ({ en: text, de: text });

export function shiftReport(sources: ReportSources): ShiftReport {
  const { shift, from } = frameOf(sources.facts);
  const to = sources.facts.now;
  return { shift, from, to, open: openItems(sources), figures: figures(from, to, sources) };
}

function openItems({ read, facts, unsent }: ReportSources): OpenItem[] {
  const running = readOpenExecution(read, facts.station.id);
  const item = (kind: OpenItem['kind'], id: string, title: Localized, at: number | null): OpenItem => ({
    kind,
    id,
    title,
    at: at === null ? null : Math.trunc(at),
    count: 1,
  });
  return [
    ...capped(
      machinesHere(facts).flatMap(({ id, title }) =>
        readOpenStops(read, id).map(({ stopId, alarm, from }) =>
          item('stop', stopId, alarm === null ? title : withAlarm(title, alarm), from),
        ),
      ),
    ),
    ...capped(facts.andon.open().map(({ callId, raised }) => item('call', callId, raised.title, raised.at))),
    ...capped(
      facts.control
        .openSignals()
        .map(({ signalId, raised }) => item('signal', signalId, characteristicText(raised, facts), raised.at)),
    ),
    ...capped(heldHere(read, facts).map(({ serial, at }) => item('hold', serial, plain(serial), at))),
    ...capped(
      openNonconformances(read, facts).map(({ nonconformanceId, recorded }) =>
        item(
          'nonconformance',
          nonconformanceId,
          defectText(recorded?.defectId ?? '', facts.catalogue),
          recorded?.at ?? null,
        ),
      ),
    ),
    ...capped(
      gaugeList(facts)
        .filter(({ here, standing }) => here && standing !== 'ready')
        .map(({ gaugeId, title, dueAt }) => item('gauge', gaugeId, title, dueAt)),
    ),
    ...(running === null ? [] : [item('unit', running.serial, plain(running.serial), running.startedAt)]),
    ...(unsent === null || unsent.count === 0
      ? []
      : [
          { kind: 'unsent' as const, id: '', title: plain(facts.station.id), at: unsent.oldestAt, count: unsent.count },
        ]),
  ];
}

/** A list that nobody can read to its end is no handover. */
function capped(items: readonly OpenItem[]): readonly OpenItem[] {
  const [first] = items;
  if (first === undefined || items.length <= mostOfKind) return items;
  const more = items.length - mostOfKind;
  return [
    ...items.slice(0, mostOfKind),
    { kind: first.kind, id: '', title: { en: `and ${more} more`, de: `und ${more} weitere` }, at: null, count: more },
  ];
}

/** Units on hold whose hold was put on here, or that stand here. */
function heldHere(read: ReadModelReader, { station }: Facts): readonly { serial: string; at: number }[] {
  return read
    .all<{ readonly state: string }>(
      `SELECT state FROM unit WHERE status = 'held' ORDER BY changed_at DESC, serial LIMIT 500`,
    )
    .flatMap(({ state }) => {
      const unit = JSON.parse(state) as Unit;
      const [hold] = openHolds(unit);
      if (hold === undefined) return [];
      return placeOf(unit) === station.id || openHolds(unit).some(({ stationId }) => stationId === station.id)
        ? [{ serial: unit.serial, at: hold.at }]
        : [];
    });
}

const openNonconformances = (read: ReadModelReader, { station }: Facts): readonly NonconformancePart[] =>
  read
    .all<{ readonly state: string }>(
      'SELECT state FROM nonconformance WHERE status IN (0, 1) AND station_id = ? ORDER BY recorded_at DESC LIMIT 500',
      station.id,
    )
    .map(({ state }) => JSON.parse(state) as NonconformancePart);

function figures(from: number, to: number, { read, facts }: ReportSources): ShiftReport['figures'] {
  const count = (sql: string, ...values: readonly (string | number)[]): number =>
    read.get<{ readonly n: number | null }>(sql, ...values)?.n ?? 0;
  const { id } = facts.station;
  const window = [Math.trunc(from), Math.trunc(to)] as const;
  const pieces = machinesHere(facts).map(({ id: machineId }) =>
    piecesIn(readCounts(read, machineId, from, to + 1), from, to + 1),
  );
  // Of all machines together: their times and pieces added up.
  const spans = machinesHere(facts).flatMap(
    ({ id: machineId }) => oeeView({ machineId, window: { kind: 'shift', key: null } }, { read, facts })?.spans ?? [],
  );
  return {
    ...energyFigures(from, to, { read, facts }),
    oee: spans.length === 0 ? null : figuresOf(sumOf(spans)).oee.value,
    produced: sum(pieces.map(({ produced }) => produced)),
    scrap: sum(pieces.map(({ scrap }) => scrap)),
    passed: count(
      `SELECT count(*) AS n FROM execution WHERE status = 'passed' AND ended_at >= ? AND ended_at <= ? AND station_id = ?`,
      ...window,
      id,
    ),
    stopped: count(
      `SELECT count(*) AS n FROM execution WHERE status = 'stopped' AND ended_at >= ? AND ended_at <= ? AND station_id = ?`,
      ...window,
      id,
    ),
    nonconforming: count(
      'SELECT sum(quantity) AS n FROM nonconformance WHERE recorded_at >= ? AND recorded_at <= ? AND station_id = ?',
      ...window,
      id,
    ),
    scrapped: count(
      `SELECT count(*) AS n FROM unit WHERE status = 'scrapped' AND here = 1 AND json_extract(state, '$.scrappedAt') >= ?
         AND json_extract(state, '$.scrappedAt') <= ?`,
      ...window,
    ),
  };
}

/** Of all machines of the station that count kWh; per good piece of those that count pieces too. */
function energyFigures(
  from: number,
  to: number,
  sources: Pick<ReportSources, 'read' | 'facts'>,
): Record<'energy' | 'energyPerGood' | 'energyIdle', number | null> {
  const all = machinesHere(sources.facts).flatMap(({ id }) => {
    const view = energyIn(id, { from: Math.trunc(from), to: Math.trunc(to) }, sources);
    return view === null || view.unit !== 'kW.h' ? [] : [view];
  });
  const counted = all.filter(({ good }) => good !== null);
  const good = sum(counted.map((one) => one.good)) ?? 0;
  return {
    energy: sum(all.map(({ energy }) => energy)),
    energyPerGood: good === 0 ? null : (sum(counted.map(({ energy }) => energy)) ?? 0) / good,
    energyIdle: sum(all.map(({ idle }) => idle.energy)),
  };
}

/** Of what is known; null: nothing is. */
const sum = (values: readonly (number | null)[]): number | null =>
  values.reduce((all, value) => (value === null ? all : (all ?? 0) + value), null);
