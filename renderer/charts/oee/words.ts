/** OEE in words. */
import type { Because, MadeUnit, OeeSpan, TimeElement } from '#contract/rpc/oee.ts';
import type { Figure, FigureId, NoFigure, Term } from '#domain/oee/figures.ts';
import type { ParetoKey } from '#domain/oee/pareto.ts';
import type { WaterfallId } from '#domain/oee/waterfall.ts';
import { format, localized, message, t } from '../../i18n/index.svelte.ts';
import { stateWord } from '../../screens/machines/machine-words.ts';

const key = (id: string): string => id.replaceAll('-', '_');
export const figureName = (id: FigureId): string => message(`oee_fig_${key(id)}`) ?? id;
export const termName = (name: string): string => message(`oee_term_${name}`) ?? name;
export const elementName = (element: TimeElement): string => message(`oee_el_${element}`) ?? element;
export const stepName = (id: WaterfallId): string => message(`oee_step_${key(id)}`) ?? id;
const becauseText = (because: Because): string => message(`oee_because_${key(because)}`) ?? because;
export const whyText = (reason: NoFigure): string => message(`oee_why_${key(reason)}`) ?? reason;
export const definitionName = ({ definition }: Pick<Figure, 'definition'>): string =>
  definition === 'nakajima' ? t.oee_nakajima() : t.oee_iso();

export const fateText = ({ fate, first }: MadeUnit): string =>
  [message(`oee_fate_${fate}`) ?? fate, first ? null : t.oee_fate_again()].filter(Boolean).join(' · ');

/** Who counts what of a figure's pieces, and why: a sentence each; [] where none of its terms is counted. */
export function countedText({ terms }: Pick<Figure, 'terms'>): readonly string[] {
  const said = terms.flatMap(({ source }) => {
    if (source.from === 'units') return [t.oee_by_runs()];
    if (source.from !== 'pieces') return [];
    const judges = source.of === 'good' || source.of === 'scrap';
    return [message(`oee_${judges ? 'judged' : 'counted'}_by_${source.by}`) ?? source.by];
  });
  return [...new Set(said)];
}

export const percent = (share: number | null): string =>
  share === null ? '–' : `${format.number(share * 100, 1)}\u00A0%`;

export function figureValue({ value, unit }: Pick<Figure, 'value' | 'unit'>): string {
  if (value === null) return '–';
  switch (unit) {
    case 'ratio':
      return percent(value);
    case 'per-hour':
      return t.oee_per_hour({ count: format.number(value, 1) });
    case 'ms':
      return format.duration(value);
  }
}

export function termValue({ value, unit }: Pick<Term, 'value' | 'unit'>): string {
  if (value === null) return '–';
  switch (unit) {
    case 'ms':
      return format.duration(value);
    case 'ratio':
      return percent(value);
    case 'pieces':
    case 'events':
      return format.count(value);
  }
}

/** What a span is: what the machine did, and what that counts as. */
export const spanTitle = (span: OeeSpan): string => {
  const lost = span.loss === null || span.loss === 'other' ? null : stepName(lossStep[span.loss]);
  const counts = lost ?? elementName(span.element);
  // The same word twice says nothing more.
  const told = stateWord(span.state);
  return [told, span.alarm, counts === told || stateWord('setup') === told ? null : counts].filter(Boolean).join(' · ');
};
const lossStep = { breakdown: 'down', setup: 'setup', 'minor-stop': 'minor-stop' } as const;

/** Why it counts so: who said it, or what decided. */
export function spanWhy(span: OeeSpan, now: number): string {
  const { stop, because } = span;
  const said =
    stop?.reason && stop.by !== null && stop.at !== null
      ? t.oee_said_by({ reason: localized(stop.reason.title), by: stop.by, instant: format.instant(stop.at, now) })
      : stop !== null && span.loss !== null && because === 'state'
        ? t.oee_unexplained()
        : null;
  return [
    said,
    said === null || because !== 'reason' ? becauseText(because) : null,
    span.restated ? t.oee_retold() : null,
  ]
    .filter(Boolean)
    .join(' · ');
}

export function paretoName(of: ParetoKey): string {
  switch (of.kind) {
    case 'reason':
      return localized(of.title);
    case 'minor-stops':
      return t.oee_pareto_minor();
    case 'setup':
      return t.oee_pareto_setup();
    case 'unknown':
      return t.oee_pareto_unknown();
    case 'unexplained':
      return t.oee_pareto_unexplained({ state: stateWord(of.state) });
  }
}
