/** Signals as the screen sees them: the list, one with its window and reaction, and the codes of the printed list. */
import type { Localized } from '#contract/config/text.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { SignalRow, SignalView, SuspectCode } from '#contract/rpc/control.ts';
import { characteristicText } from '#domain/control/follow.ts';
import { isRaised, isSignalOpen, signalHoldId, type Signal } from '#domain/control/signal.ts';
import { actorName } from '#domain/units/holder.ts';
import { cursorParts, pageOf } from '#station/core/pages.ts';
import { unitCode } from '#station/units/unit-code.ts';
import { placeOf } from '#station/units/view.ts';
import { readUnit } from '#station/store/projections/aggregates.ts';
import { readSignalRow } from '#station/store/projections/control.ts';
import { ofDefinition } from '#domain/control/planned.ts';
import { pointViews, type ChartSources } from './charts.ts';
import type { PointRow } from './facts.ts';

interface Row {
  readonly signalId: string;
  readonly open: number;
  readonly raisedAt: number;
  readonly state: string;
}

const rowOf = (signal: Signal, sources: ChartSources): SignalRow => ({
  signalId: signal.signalId,
  title: characteristicText(signal.raised, sources.facts),
  stationId: signal.raised.chart.stationId,
  operationId: signal.raised.operationId,
  raisedAt: signal.raised.at,
  rules: signal.raised.rules,
  suspects: signal.raised.suspects.length,
  open: isSignalOpen(signal),
});

export function signalList(
  query: { readonly cursor: string | null; readonly limit: number },
  sources: ChartSources,
): Page<SignalRow> {
  const { read } = sources;
  const after = cursorParts(query.cursor, 3);
  const total = read.get<{ n: number }>('SELECT count(*) AS n FROM control_signal WHERE raised_at IS NOT NULL')?.n ?? 0;
  const rows = read.all<Row>(
    `SELECT signal_id AS signalId, open, raised_at AS raisedAt, state FROM control_signal
     WHERE raised_at IS NOT NULL AND (? = 0 OR (open, raised_at, signal_id) < (?, ?, ?))
     ORDER BY open DESC, raised_at DESC, signal_id DESC LIMIT ?`,
    after === null ? 0 : 1,
    ...(after ?? [0, 0, '']),
    query.limit + 1,
  );
  return pageOf(
    rows,
    query.limit,
    total,
    ({ open, raisedAt, signalId }) => [open, raisedAt, signalId],
    ({ state }) => rowOf(JSON.parse(state) as Signal, sources),
  );
}

/** @returns null when this station knows of no such signal. */
export function signalView(signalId: string, sources: ChartSources): SignalView | null {
  const { read, facts } = sources;
  const known = readSignalRow(read, signalId);
  const signal = known?.state ?? null;
  if (!isRaised(signal)) return null;
  const { raised, closed } = signal;
  const { chart, definitionId, operationId, lastInControl } = raised;
  const of = ofDefinition(definitionId, chart.characteristicId, operationId, facts);
  const members = [...new Set(raised.rules.flatMap((rule) => rule.members))];
  const rows = members.flatMap((pointId) => pointRow(pointId, sources) ?? []).sort((a, b) => a.id - b.id);
  const good = lastInControl === null ? null : pointRow(lastInControl.pointId, sources);
  const [goodView] = good === null ? [] : pointViews([good], sources);
  return {
    ...rowOf(signal, sources),
    chart: {
      planId: chart.planId,
      characteristicId: chart.characteristicId,
      chartId: chart.chartId,
      stationId: chart.stationId,
    },
    here: rows.length > 0,
    operationTitle: of.operation?.title ?? null,
    unit: of.characteristic?.unit ?? '1',
    decimals: of.characteristic?.decimals ?? 3,
    members: pointViews(rows, sources),
    lastInControl:
      lastInControl === null
        ? null
        : { at: lastInControl.at, serials: [...new Set(goodView?.values.map(({ serial }) => serial))] },
    units: raised.suspects.map((serial) => suspect(signalId, serial, sources)),
    reaction: reactionOf(signal, sources),
    closed:
      closed === null
        ? null
        : {
            at: closed.at,
            by: actorName(closed.by, closed.stationId, facts),
            cause: causesOf(signal, sources).find((cause) => cause.id === closed.causeId)?.title ?? null,
            note: closed.note,
          },
  };
}

const pointRow = (pointId: string, { read }: ChartSources): PointRow | null =>
  read.get<PointRow>('SELECT id, at, excluded, replaced, body FROM control_point WHERE point_id = ?', pointId) ?? null;

function suspect(signalId: string, serial: string, { read, facts }: ChartSources): SignalView['units'][number] {
  const unit = readUnit(read, serial);
  if (unit === null) return { serial, status: null, stationId: null, hold: 'none' };
  const hold = unit.holds.find(({ holdId }) => holdId === signalHoldId(signalId, serial));
  const here = unit.open?.stationId === facts.station.id;
  return {
    serial,
    status: unit.status,
    stationId: placeOf(unit),
    hold: hold === undefined ? (here ? 'coming' : 'none') : hold.liftedAt === null ? 'held' : 'lifted',
  };
}

const planOf = ({ raised }: Signal, { facts }: ChartSources) => {
  const plan = facts.catalogue.controlPlan(raised.chart.planId, raised.chart.revision);
  return plan?.reactions.find(({ id }) => id === raised.reaction.id) ?? null;
};
const causesOf = (signal: Signal, sources: ChartSources) => planOf(signal, sources)?.causes ?? [];

/** The steps are those that the signal named; the words are the plan's, as long as it has them. */
function reactionOf(signal: Signal, sources: ChartSources): SignalView['reaction'] {
  const plan = planOf(signal, sources);
  const untitled = (id: string): Localized => ({ en: id, de: id });
  const { reaction } = signal.raised;
  return {
    title: plan?.title ?? untitled(reaction.id),
    steps: reaction.steps.map((id) => {
      const done = signal.steps.find(({ stepId }) => stepId === id);
      return {
        id,
        title: plan?.steps.find((step) => step.id === id)?.title ?? untitled(id),
        done: done === undefined ? null : { at: done.at, by: actorName(done.by, done.stationId, sources.facts) },
      };
    }),
    causes: causesOf(signal, sources),
  };
}

/** For the printed list of suspects. */
export function suspectCodes(signalId: string, { read }: Pick<ChartSources, 'read'>): readonly SuspectCode[] {
  const signal = readSignalRow(read, signalId)?.state ?? null;
  return isRaised(signal) ? signal.raised.suspects.map(unitCode) : [];
}
