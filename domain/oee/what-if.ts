/** "What would the number be without the 10:40 stop?": the same spans with one thing otherwise. */
import type { OeeSpan } from '#contract/rpc/oee.ts';
import type { ReasonCategory } from '#contract/machine-state.ts';

/** Which spans: a whole stop by its beginning, a part of a card, or a slice. */
export type WhichSpans =
  | { readonly by: 'stop'; readonly stopAt: number }
  | { readonly by: 'part'; readonly partId: string }
  | { readonly by: 'slice'; readonly sliceAt: number };

/**
 * `made`: the machine would have produced then, at the pace and with the share of good pieces of the rest of the window.
 * `left-out`: the time is not looked at at all. `as`: it would be of another kind.
 */
export type Change =
  | { readonly kind: 'made' }
  | { readonly kind: 'left-out' }
  | { readonly kind: 'as'; readonly category: Exclude<ReasonCategory, 'production'> };

export const isMeant = (span: OeeSpan, which: WhichSpans): boolean => {
  switch (which.by) {
    case 'stop':
      return span.stopAt === which.stopAt;
    case 'part':
      return span.stop?.partId === which.partId;
    case 'slice':
      return span.sliceAt === which.sliceAt;
  }
};

const elementOf = {
  delay: 'ADET',
  down: 'ADOT',
  setup: 'AUST',
  planned: 'PDOT',
  maintenance: 'PDOT',
} as const;

/**
 * Only spans that are lost change: a break inside a stop stays a break.
 * @returns spans to sum up; they need not tile the window any more, and pieces may be broken
 */
export function whatIf(spans: readonly OeeSpan[], which: WhichSpans, change: Change): readonly OeeSpan[] {
  const lost = (span: OeeSpan): boolean => isMeant(span, which) && !['APT', 'PDOT', 'unplanned'].includes(span.element);
  const made = change.kind === 'made' ? paceOf(spans) : null;
  return spans.flatMap((span): readonly OeeSpan[] => {
    if (!lost(span)) return [span];
    if (change.kind === 'left-out') return [];
    if (change.kind === 'made') {
      const ms = span.to - span.from;
      const produced = ms * (made?.perMs ?? 0);
      const good = produced * (made?.goodShare ?? 0);
      const pieces = { ...span.pieces, produced, good, scrap: produced - good };
      return [
        {
          ...span,
          element: 'APT',
          loss: null,
          begins: null,
          pieces: made === null ? span.pieces : pieces,
          rate: made?.rate ?? span.rate,
        },
      ];
    }
    const element = elementOf[change.category];
    const loss =
      element === 'AUST' ? 'setup' : element === 'PDOT' ? null : change.category === 'down' ? 'breakdown' : 'other';
    return [{ ...span, element, loss, begins: span.begins === null ? null : loss }];
  });
}

/** Pieces per ms of production, their share of good ones, and their mean ideal rate; null: nothing was produced. */
function paceOf(spans: readonly OeeSpan[]): {
  readonly perMs: number;
  readonly goodShare: number;
  readonly rate: OeeSpan['rate'];
} | null {
  let [ms, produced, good, ideal, unrated] = [0, 0, 0, 0, 0];
  let rate: OeeSpan['rate'] = null;
  for (const span of spans) {
    if (span.element === 'unplanned') continue;
    if (span.element === 'APT') ms += span.to - span.from;
    produced += span.pieces.produced;
    good += span.pieces.good;
    ideal += span.pieces.produced * (span.rate?.cycleMs ?? 0);
    if (span.pieces.produced > 0 && span.rate === null) unrated += 1;
    if (span.pieces.produced > 0) rate = span.rate;
  }
  if (ms === 0 || produced === 0) return null;
  const mean = rate === null || unrated > 0 ? null : { ...rate, cycleMs: ideal / produced };
  return { perMs: produced / ms, goodShare: good / produced, rate: mean };
}
