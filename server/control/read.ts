/** Signals as the plant view sees them. */
import type { Localized } from '#contract/config/text.ts';
import type { Passport } from '#contract/passport.ts';
import type { PlantSignal } from '#contract/plant/control.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { UnitStatus } from '#contract/rpc/units.ts';
import { characteristicText } from '#domain/control/follow.ts';
import { isRaised, openSteps, signalHoldId, type Signal, type SignalPart } from '#domain/control/signal.ts';
import { actorName } from '#domain/units/holder.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { Sight } from '../rpc/sight.ts';

interface Row {
  readonly signal_id: string;
  readonly open: boolean;
  readonly raised_at: number;
  readonly part: string;
  readonly total: number;
}

export async function listSignals(
  db: Queries,
  force: InForce,
  query: { readonly cursor: string | null; readonly limit: number },
  { stations }: Sight,
): Promise<Page<PlantSignal>> {
  const skip = Number(query.cursor ?? '0');
  const offset = Number.isSafeInteger(skip) && skip > 0 ? skip : 0;
  // Few, and their order changes as they are closed: a place in the list is cursor enough.
  const rows = await db.query<Row>(
    `SELECT signal_id, open, raised_at, part, count(*) OVER ()::int AS total FROM signal
     WHERE raised_at IS NOT NULL AND ($1::text[] IS NULL OR station_id = ANY($1))
     ORDER BY open DESC, raised_at DESC, signal_id DESC OFFSET $2 LIMIT $3`,
    [stations, offset, query.limit],
  );
  const signals = rows.map(({ part }) => JSON.parse(part) as SignalPart).filter(isRaised);
  const units = await unitsOf(db, signals);
  const total = rows[0]?.total ?? 0;
  return {
    items: signals.map((signal) => signalOf(signal, units.get(signal.signalId) ?? [], force)),
    next: offset + rows.length < total ? String(offset + rows.length) : null,
    total,
  };
}

async function unitsOf(db: Queries, signals: readonly Signal[]): Promise<Map<string, PlantSignal['units']>> {
  const added = await db.query<{ signal_id: string; serial: string }>(
    'SELECT signal_id, serial FROM signal_hold WHERE signal_id = ANY($1) ORDER BY serial',
    [signals.map(({ signalId }) => signalId)],
  );
  const serialsOf = (signal: Signal): readonly string[] => [
    ...new Set([
      ...signal.raised.suspects,
      ...added.filter(({ signal_id }) => signal_id === signal.signalId).map(({ serial }) => serial),
    ]),
  ];
  const rows = await db.query<{ serial: string; status: UnitStatus; passport: string }>(
    'SELECT serial, status, passport FROM unit WHERE serial = ANY($1)',
    [[...new Set(signals.flatMap(serialsOf))]],
  );
  const known = new Map(rows.map((row) => [row.serial, row]));
  return new Map(
    signals.map((signal) => [
      signal.signalId,
      serialsOf(signal).map((serial) => {
        const row = known.get(serial);
        const holds = row === undefined || row.passport === '' ? [] : (JSON.parse(row.passport) as Passport).holds;
        const id = signalHoldId(signal.signalId, serial);
        const held = holds.some(({ holdId, lifted }) => holdId === id && lifted === null);
        return { serial, status: row?.status ?? null, held };
      }),
    ]),
  );
}

function signalOf(signal: Signal, units: PlantSignal['units'], force: InForce): PlantSignal {
  const { raised, closed } = signal;
  const { chart, reaction } = raised;
  const { catalogue } = force;
  const plan = catalogue.controlPlan(chart.planId, chart.revision)?.reactions.find(({ id }) => id === reaction.id);
  const cause = (id: string): Localized => plan?.causes.find((each) => each.id === id)?.title ?? { en: id, de: id };
  return {
    signalId: signal.signalId,
    chart: {
      planId: chart.planId,
      characteristicId: chart.characteristicId,
      chartId: chart.chartId,
      stationId: chart.stationId,
    },
    title: characteristicText(raised, { catalogue }),
    lineId: force.lineOf(chart.stationId)?.id ?? null,
    stationId: chart.stationId,
    toldBy: raised.stationId,
    operationId: raised.operationId,
    raisedAt: raised.at,
    rules: raised.rules,
    steps: { done: reaction.steps.length - openSteps(signal).length, total: reaction.steps.length },
    closed:
      closed === null
        ? null
        : {
            at: closed.at,
            by: actorName(closed.by, closed.stationId, { catalogue }),
            cause: cause(closed.causeId),
            note: closed.note,
          },
    units,
  };
}
