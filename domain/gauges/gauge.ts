/**
 * What is known of a gauge: a join of what all stations told (docs/quality.md). Of calibrations, checks and condemnings the newest
 * counts; nobody has to hear of things in order, and hearing twice changes nothing.
 */
import type { Reason } from '#contract/refusal.ts';
import type { GaugeBody, GaugeMark, StudyStanding } from '#contract/sync/down.ts';
import { reason } from '#domain/decision.ts';
import type { Happened } from '#domain/happened.ts';

export type { GaugeBody, GaugeMark, StudyStanding };

export const gaugeEvents = [
  'gauge.calibrated',
  'gauge.checked',
  'gauge.condemned',
  'gauge.returned',
  'gauge.recalled',
  // It names the gauge it was about, or none.
  'study.finished',
] as const;

/** Three checks a day for three weeks; a recall goes back to the newest good one. */
export const mostMarks = 60;
const mostRecalls = 20;

export const newGauge = (gaugeId: string): GaugeBody => ({
  gaugeId,
  calibration: null,
  check: null,
  use: null,
  marks: [],
  recalls: [],
  measured: [],
  studies: [],
});

const longestDayMs = 25 * 3_600_000;

export function evolveGauge(state: GaugeBody | null, event: Happened): GaugeBody | null {
  const { at, stationId, actor: by } = event;
  const told = { at, stationId, by };
  const join = (gaugeId: string, more: Partial<GaugeBody>): GaugeBody =>
    joinGauges(state ?? newGauge(gaugeId), { ...newGauge(gaugeId), ...more });
  switch (event.type) {
    case 'gauge.calibrated': {
      const { gaugeId, ...calibration } = event.body;
      const { calibrationId: id, onAt } = calibration;
      // When in that day it was done is not known: what lies in it counts as measured with a bad gauge, and as before a good one.
      const good = calibration.result === 'passed';
      const mark: GaugeMark = good
        ? { id, kind: 'calibration', good, from: onAt, to: Math.min(at, onAt + longestDayMs), stationId }
        : { id, kind: 'calibration', good, from: onAt, to: at, stationId };
      return join(gaugeId, { calibration: { ...calibration, ...told }, marks: [mark] });
    }
    case 'gauge.checked': {
      const { gaugeId, checkId, master, deviation, result, shift } = event.body;
      const mark: GaugeMark = { id: checkId, kind: 'check', good: result === 'passed', from: at, to: at, stationId };
      return join(gaugeId, { check: { checkId, master, deviation, result, shift, ...told }, marks: [mark] });
    }
    case 'gauge.condemned': {
      const { gaugeId, condemnationId: id, reason } = event.body;
      const mark: GaugeMark = { id, kind: 'condemned', good: false, from: at, to: at, stationId };
      return join(gaugeId, { use: { condemned: true, reason, ...told }, marks: [mark] });
    }
    case 'gauge.returned':
      return join(event.body.gaugeId, { use: { condemned: false, reason: event.body.reason, ...told } });
    case 'gauge.recalled': {
      const { gaugeId, ...recall } = event.body;
      return join(gaugeId, { recalls: [{ ...recall, ...told }] });
    }
    case 'study.finished': {
      const { studyId, gaugeId, subject, result } = event.body;
      // An agreement study says nothing of how a gauge measures.
      if (gaugeId === null || subject.kind !== 'characteristic' || result.kind !== 'grr') return state;
      const { definitionId, characteristicId } = subject;
      const figures = result[result.method];
      const standing: StudyStanding = {
        studyId,
        definitionId,
        characteristicId,
        ofTolerance: figures.ofTolerance?.grr ?? null,
        ofStudy: figures.ofStudy?.grr ?? null,
        // No spread of the gauge at all was seen: it is too coarse to tell categories, however many there are.
        distinct: figures.distinct ?? 0,
        takenAt: [],
        at,
        stationId,
      };
      return join(gaugeId, { studies: [standing] });
    }
    default:
      return state;
  }
}

type Compare<T> = (a: T, b: T) => number;
const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
interface Told {
  readonly at: number;
  readonly stationId: string;
}
const later: Compare<Told> = (a, b) => a.at - b.at || text(a.stationId, b.stationId);

/** The greater by an order in which only the same are alike. */
function greater<T>(a: T | null, b: T | null, compare: Compare<T>): T | null {
  if (a === null || b === null) return a ?? b;
  return compare(a, b) >= 0 ? a : b;
}

/** Of two that tell of the same: one. Sorted, the greatest last, at most `most`. */
function union<T>(a: readonly T[], b: readonly T[], key: (each: T) => string, compare: Compare<T>, most: number): T[] {
  const byKey = new Map<string, T>();
  for (const each of [...a, ...b]) byKey.set(key(each), greater(byKey.get(key(each)) ?? null, each, compare) ?? each);
  return [...byKey.values()].sort(compare).slice(-most);
}

const calibrations: Compare<NonNullable<GaugeBody['calibration']>> = (a, b) =>
  text(a.on, b.on) || later(a, b) || text(a.calibrationId, b.calibrationId);
// Two stations that check at the same instant: the bad one counts.
const checks: Compare<NonNullable<GaugeBody['check']>> = (a, b) =>
  a.at - b.at ||
  Number(a.result === 'failed') - Number(b.result === 'failed') ||
  later(a, b) ||
  text(a.checkId, b.checkId);
const uses: Compare<NonNullable<GaugeBody['use']>> = (a, b) =>
  a.at - b.at || Number(a.condemned) - Number(b.condemned) || later(a, b) || text(a.reason, b.reason);
const marks: Compare<GaugeMark> = (a, b) => a.to - b.to || text(a.id, b.id);
type Recalled = GaugeBody['recalls'][number];
const recalls: Compare<Recalled> = (a, b) => a.foundAt - b.foundAt || text(a.recallId, b.recallId);
// Who knows when its values were taken knows more of the same study.
const studies: Compare<StudyStanding> = (a, b) =>
  later(a, b) || text(a.studyId, b.studyId) || a.takenAt.length - b.takenAt.length;

export function joinGauges(a: GaugeBody, b: GaugeBody): GaugeBody {
  return {
    gaugeId: a.gaugeId,
    calibration: greater(a.calibration, b.calibration, calibrations),
    check: greater(a.check, b.check, checks),
    use: greater(a.use, b.use, uses),
    marks: union(a.marks, b.marks, ({ id }) => id, marks, mostMarks),
    recalls: joinRecalls(a.recalls, b.recalls),
    measured: joinMeasured(a.measured, b.measured),
    studies: union(a.studies, b.studies, studyKey, studies, Number.MAX_SAFE_INTEGER).sort((x, y) =>
      text(studyKey(x), studyKey(y)),
    ),
  };
}

/** Of two that recall the same: the earlier, with the units of both. */
function joinRecalls(a: readonly Recalled[], b: readonly Recalled[]): Recalled[] {
  const byId = new Map<string, Recalled>();
  for (const each of [...a, ...b]) {
    const other = byId.get(each.recallId);
    const first = other === undefined || later(each, other) < 0 ? each : other;
    const units = [...new Set([...(other?.units ?? []), ...each.units])].sort(text);
    byId.set(each.recallId, { ...first, units });
  }
  return [...byId.values()].sort(recalls).slice(-mostRecalls);
}

function joinMeasured(a: GaugeBody['measured'], b: GaugeBody['measured']): GaugeBody['measured'] {
  const byId = new Map<string, Set<string>>();
  for (const { recallId, units } of [...a, ...b])
    byId.set(recallId, new Set([...(byId.get(recallId) ?? []), ...units]));
  return [...byId]
    .sort(([x], [y]) => text(x, y))
    .map(([recallId, units]) => ({ recallId, units: [...units].sort(text) }));
}

/** What a study is about: characteristics are named within a definition. */
export const studyKey = (of: { readonly definitionId: string; readonly characteristicId: string }): string =>
  `${of.definitionId}/${of.characteristicId}`;

/**
 * With when the values of its studies were taken, which only those know who have the studies: their own station and the server.
 * @param takenAt of a study, UTC ms, ascending; empty: not known.
 */
export const withStudyTimes = (state: GaugeBody, takenAt: (studyId: string) => readonly number[]): GaugeBody => ({
  ...state,
  studies: state.studies.map((study) =>
    study.takenAt.length > 0 ? study : { ...study, takenAt: [...takenAt(study.studyId)] },
  ),
});

/** A time in which what the gauge measured cannot be relied on. */
export interface Recall {
  /** Of the calibration, check or condemning that found it first. */
  readonly recallId: string;
  readonly kind: GaugeMark['kind'];
  readonly stationId: string;
  /** UTC ms when it was last found good before; null: never. */
  readonly since: number | null;
  readonly foundAt: number;
  /** UTC ms when it was next found good; null: not yet. */
  readonly until: number | null;
}

/** The newest first. Findings with no good one between them are one recall. */
export function recallsOf({ marks: all }: Pick<GaugeBody, 'marks'>): readonly Recall[] {
  const good = all.filter((mark) => mark.good).map(({ to }) => to);
  const found = new Map<number | null, Recall>();
  for (const { id, kind, from, to, stationId } of all.filter((mark) => !mark.good)) {
    const before = good.filter((at) => at < from);
    const after = good.filter((at) => at > to);
    const since = before.length === 0 ? null : Math.max(...before);
    const until = after.length === 0 ? null : Math.min(...after);
    const same = found.get(since);
    found.set(
      since,
      same === undefined
        ? { recallId: id, kind, stationId, since, foundAt: to, until }
        : { ...same, until: same.until === null || until === null ? null : Math.max(same.until, until) },
    );
  }
  return [...found.values()].sort((a, b) => b.foundAt - a.foundAt);
}

/** When a gauge was found good after a recall; null: not yet. */
export function foundGoodAfter({ marks: all }: Pick<GaugeBody, 'marks'>, foundAt: number): number | null {
  const after = all.filter(({ good, to }) => good && to > foundAt).map(({ to }) => to);
  return after.length === 0 ? null : Math.min(...after);
}

/** A recall as far as it says which values are in it: of the findings as they are known now, or as it was put into force. */
export interface KnownRecall {
  readonly recallId: string;
  /** UTC ms, as of `Recall`. */
  readonly since: number | null;
  readonly foundAt: number;
  readonly until: number | null;
}

/** A value taken then, UTC ms: both ends count. */
export const isInRecall = ({ since, until }: Pick<KnownRecall, 'since' | 'until'>, at: number): boolean =>
  (since === null || at >= since) && (until === null || at <= until);

/** Why a unit of a recall is on hold, and why a value of it cannot be relied on. */
export const recallReason = (gaugeId: string, { since, foundAt }: Pick<KnownRecall, 'since' | 'foundAt'>): Reason =>
  reason('gauge.recalled', { gauge: gaugeId, sinceAt: since, foundAt });

/** A hold of a recall on a unit, the same whoever puts it on. */
export const recallHoldId = (recallId: string, serial: string): string => `${recallId}/${serial}`;
