/** Studies as a station would tell of them: one that runs, one that passed, one of people who judge. */
import type { MeasuringView, StudyChoices, StudyRow, StudyValueView, StudyView } from '#contract/rpc/studies.ts';
import { noneSuspect } from '#domain/gauges/suspect.ts';
import { evaluate } from '#domain/studies/evaluate.ts';
import { drawOrder } from '#domain/studies/order.ts';
import { noStudy, placesOf, type Study } from '#domain/studies/study.ts';
import { valuesOf } from '#domain/studies/view.ts';

const mara = { personId: 'mara.keller', name: 'Mara Keller' };
const li = { personId: 'li.chen', name: 'Li Chen' };
const sam = { personId: 'sam.okafor', name: 'Sam Okafor' };
const bore = { en: 'Bore B', de: 'Bohrung B' };
const begunAt = Date.now() - 2 * 3_600_000;
const subject = {
  kind: 'characteristic',
  definitionId: 'PMP-100',
  revision: 'D',
  characteristicId: 'bore-b',
  unit: 'mm',
  decimals: 3,
  lower: 23.98,
  upper: 24.03,
} as const;
const criteria = {
  kind: 'grr',
  maxPercent: 30,
  of: 'tolerance',
  minDistinct: 5,
  plan: { id: 'PMP-100', revision: '1' },
} as const;

/** A spread that looks drawn, and is the same in every picture. */
const noise = (n: number): number => Math.sin(n * 12.9898) * 0.0011;

function made(kind: 'grr' | 'agreement'): Study {
  const parts = Array.from({ length: 10 }, (_, i) => ({
    label: String(i + 1),
    reference: kind === 'grr' ? null : i % 3 === 0 ? ('bad' as const) : ('good' as const),
  }));
  const appraisers = [mara, li, sam].map(({ personId }) => personId);
  const told = { at: begunAt, stationId: 'QB10', by: { kind: 'person', id: li.personId } } as const;
  const begun = {
    kind,
    gaugeId: kind === 'grr' ? 'G-115' : null,
    tagId: kind === 'grr' ? 'bench-calliper.value' : null,
    subject:
      kind === 'grr'
        ? subject
        : ({
            kind: 'check',
            definitionId: 'PMP-100',
            revision: 'D',
            operationId: '20',
            stepId: 'release-check',
            itemId: 'surface',
          } as const),
    parts,
    appraisers,
    trials: 3,
    seed: 4021,
    order: drawOrder(10, 3, 3, 4021),
    method: 'anova' as const,
    criteria: kind === 'grr' ? criteria : ({ kind: 'agreement', minKappa: 0.75, plan: null } as const),
    ...told,
  };
  const empty: Study = { ...noStudy(`study-${kind}`), begun };
  const values = appraisers.flatMap((appraiser, who) =>
    placesOf(empty, appraiser).map(({ part, trial }, n) => ({
      valueId: `${appraiser}-${n}`,
      part,
      appraiser,
      trial,
      value:
        kind === 'grr'
          ? Number(
              (23.984 + Number(part) * 0.004 + who * 0.0006 + noise(Number(part) * 31 + who * 7 + trial)).toFixed(3),
            )
          : null,
      verdict:
        kind === 'grr'
          ? null
          : who === 2 && part === '4' && trial > 1
            ? ('good' as const)
            : (parts[Number(part) - 1]?.reference ?? null),
      typed: false,
      replaces: null,
      reason: null,
      at: begunAt + n * 40_000,
    })),
  );
  return { ...empty, values };
}

const row = (kind: 'grr' | 'agreement', more: Partial<StudyRow> = {}): StudyRow => ({
  studyId: `study-${kind}`,
  kind,
  status: 'passed',
  title: kind === 'grr' ? bore : { en: 'Surface without scratches', de: 'Oberfläche ohne Kratzer' },
  definitionId: 'PMP-100',
  gauge:
    kind === 'grr' ? { id: 'G-115', title: { en: 'Calliper of the bench', de: 'Messschieber am Prüfplatz' } } : null,
  parts: 10,
  appraisers: [mara, li, sam],
  trials: 3,
  done: 90,
  total: 90,
  begunAt,
  begunBy: li.name,
  endedAt: begunAt + 3_600_000,
  percent: null,
  distinct: null,
  criteria: kind === 'grr' ? criteria : { kind: 'agreement', minKappa: 0.75, plan: null },
  doubted: null,
  ...more,
});

function view(kind: 'grr' | 'agreement'): StudyView {
  const study = made(kind);
  const evaluated = evaluate(study);
  if ('refused' in evaluated) throw new Error(evaluated.refused.code);
  const { result, verdict } = evaluated;
  const values: readonly StudyValueView[] = valuesOf(study, noneSuspect);
  return {
    study: row(kind, {
      status: verdict,
      percent: result.kind === 'grr' ? (result.anova.ofTolerance?.grr ?? null) : null,
      distinct: result.kind === 'grr' ? result.anova.distinct : null,
    }),
    subject: study.begun.subject,
    method: 'anova',
    parts: study.begun.parts,
    stationId: 'QB10',
    seed: 4021,
    unit: kind === 'grr' ? 'mm' : null,
    decimals: 3,
    values,
    hidden: null,
    result,
    abandoned: null,
    finishedBy: li.name,
  };
}

const running = row('grr', { studyId: 'study-runs', status: 'measuring', done: 34, endedAt: null });
/** The calliper failed its master check while the study runs. */
const foundBad = {
  code: 'gauge.recalled',
  params: { gauge: 'G-115', sinceAt: begunAt + 10 * 60_000, foundAt: begunAt + 40 * 60_000 },
} as const;
const doubted = row('grr', { studyId: 'study-suspect', status: 'measuring', done: 81, endedAt: null });
const whole = view('grr');
const withBad = (whole.values ?? []).map((each, n) => ({
  ...each,
  suspect: each.appraiser === mara.personId && n > 20 ? foundBad : null,
}));
const views: Readonly<Record<string, StudyView>> = {
  'study-grr': whole,
  'study-agreement': view('agreement'),
  'study-suspect': {
    ...whole,
    study: doubted,
    finishedBy: null,
    values: withBad,
  },
  // Passed, and the gauge was found bad afterwards.
  'study-doubted': {
    ...whole,
    study: { ...whole.study, studyId: 'study-doubted', doubted: foundBad },
    values: withBad,
  },
};

export const studiesScene = {
  rows: [running, ...['study-doubted', 'study-grr', 'study-agreement'].flatMap((id) => views[id]?.study ?? [])],
  choices: {
    gauges: [
      {
        id: 'G-115',
        title: { en: 'Calliper of the bench', de: 'Messschieber am Prüfplatz' },
        unit: 'mm',
        device: { id: 'bench-calliper', title: { en: 'Calliper of the bench', de: 'Messschieber am Prüfplatz' } },
      },
      { id: 'G-31', title: { en: 'Bore gauge', de: 'Innenmessgerät' }, unit: 'mm', device: null },
    ],
    characteristics: [{ ...subject, title: bore, criteria }],
    checks: [
      {
        definitionId: 'PMP-100',
        revision: 'D',
        operationId: '20',
        stepId: 'release-check',
        itemId: 'surface',
        title: { en: 'Surface without scratches', de: 'Oberfläche ohne Kratzer' },
      },
    ],
    people: [li, mara, sam],
  } satisfies StudyChoices,
  measuring: {
    study: running,
    unit: 'mm',
    decimals: 3,
    turn: mara,
    appraiser: mara,
    refused: [],
    next: { part: '7', trial: 2, done: 14, of: 30, suspect: null },
    suspect: null,
    progress: [
      { person: mara, done: 14, of: 30 },
      { person: li, done: 10, of: 30 },
      { person: sam, done: 10, of: 30 },
    ],
    entry: 'push',
    at: Date.now(),
    gaugeFaults: [],
    again: null,
    last: '2',
    refusedPush: null,
  } satisfies MeasuringView,
  suspect: {
    study: doubted,
    unit: 'mm',
    decimals: 3,
    turn: mara,
    appraiser: mara,
    refused: [],
    next: { part: '4', trial: 3, done: 21, of: 30, suspect: foundBad },
    suspect: {
      why: foundBad,
      count: 14,
      of: [
        { person: mara, trials: [{ trial: 3, parts: ['4', '9', '1', '10', '2', '7', '3', '8', '5'] }] },
        {
          person: li,
          trials: [
            { trial: 2, parts: ['6', '2'] },
            { trial: 3, parts: ['1', '4', '8'] },
          ],
        },
      ],
    },
    progress: [
      { person: mara, done: 21, of: 30 },
      { person: li, done: 25, of: 30 },
      { person: sam, done: 30, of: 30 },
    ],
    entry: 'push',
    at: Date.now(),
    gaugeFaults: [],
    again: null,
    last: null,
    refusedPush: null,
  } satisfies MeasuringView,
  study: (studyId: string): StudyView | null => views[studyId] ?? null,
};
