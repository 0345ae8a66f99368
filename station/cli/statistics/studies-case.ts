/** Cases of measurement system analysis: Gage R&R by ANOVA and by average and range, agreement of attribute decisions. */
import {
  agreementStudy,
  cohenKappa,
  fleissKappa,
  type Category,
  type Kappa,
  type Share,
} from '#domain/spc/agreement.ts';
import { biasStudy, linearityStudy, type TestedEstimate } from '#domain/spc/bias.ts';
import { anovaStudy, rangeStudy, type AnovaLine, type AnovaTable, type Study } from '#domain/spc/gage-rr.ts';
import type { Fields, Question } from './read-case.ts';
import { need } from './refusals.ts';
import type { Answer } from './select.ts';

/** `[part][operator][trial]`, or as `layout` says; or rows of {part, operator, value}. */
function studyOf({ parameters, input }: Question): Study {
  const rows = input.find('rows', 'data')?.value;
  if (Array.isArray(rows))
    return fromRows(
      rows.map((row: unknown, i) =>
        typeof row === 'object' && row !== null
          ? (row as Record<string, unknown>)
          : input.fault(`rows[${i}]`, 'an object is expected'),
      ),
      input,
    );
  const table = input.find('measurements', 'study');
  if (!table || !Array.isArray(table.value))
    return input.fault('measurements', 'is missing; [part][operator][trial] is expected');
  const outer = (table.value as readonly unknown[]).map((row, i) =>
    Array.isArray(row)
      ? (row as readonly unknown[]).map((cell, j) =>
          Array.isArray(cell) && cell.every((x) => x === null || typeof x === 'number')
            ? (cell as readonly (number | null)[])
            : input.fault(`${table.name}[${i}][${j}]`, 'a list of numbers is expected'),
        )
      : input.fault(`${table.name}[${i}]`, 'a list is expected'),
  );
  if (!/\[(operator|appraiser)\]\s*\[part\]/.test(parameters.text('layout'))) return outer;
  return (outer[0] ?? []).map((_, part) => outer.map((row) => row[part] ?? []));
}

function fromRows(rows: readonly Record<string, unknown>[], input: Fields): Study {
  const key = (row: Record<string, unknown>, ...names: readonly string[]): string => {
    const found = names.map((name) => row[name]).find((value) => value !== undefined);
    return found === undefined ? input.fault('rows', `a row has none of ${names.join(', ')}`) : String(found);
  };
  const parts = [...new Set(rows.map((row) => key(row, 'part')))];
  const operators = [...new Set(rows.map((row) => key(row, 'operator', 'appraiser')))];
  return parts.map((part) =>
    operators.map((operator) =>
      rows
        .filter((row) => key(row, 'part') === part && key(row, 'operator', 'appraiser') === operator)
        .map((row) => (typeof row['value'] === 'number' ? row['value'] : null)),
    ),
  );
}

function optionsOf({ parameters, input }: Question) {
  const tolerance = parameters.number('tolerance') ?? input.number('tolerance');
  const multiplier = parameters.number('studyVarMultiplier', 'multiplier', 'sigmaMultiplier');
  const poolAbove = parameters.number('alphaToPool', 'poolAbove', 'alpha');
  return {
    ...(tolerance === null ? {} : { tolerance }),
    ...(multiplier === null ? {} : { multiplier }),
    ...(poolAbove === null ? {} : { poolAbove }),
  };
}

const tableFields = (table: AnovaTable | null): Answer | null => {
  if (table === null) return null;
  const line = ({ df, ss, ms, f, p }: AnovaLine): Answer => ({ df, ss, ms, f, p });
  const { part, operator, interaction, repeatability, total } = table;
  return {
    part: line(part),
    operator: line(operator),
    ...(interaction && { interaction: line(interaction) }),
    repeatability: line(repeatability),
    total: line(total),
  };
};

export function anovaCase(question: Question): Answer {
  const found = need(anovaStudy(studyOf(question), optionsOf(question)));
  return {
    anovaFull: tableFields(found.full),
    interactionPooled: found.interactionPooled,
    anovaReduced: tableFields(found.reduced),
    varianceComponents: found.variance,
    sd: found.deviation,
    pctContribution: found.contribution,
    pctStudyVariation: found.studyVariation,
    pctTolerance: found.ofTolerance,
    ndcRaw: found.distinctRaw,
    ndc: found.distinct,
  };
}

export function rangeStudyCase(question: Question): Answer {
  const { parameters } = question;
  const constants = Object.fromEntries(
    (['K1', 'K2', 'K3'] as const).flatMap((name) => {
      const value = parameters.number(name, name.toLowerCase());
      return value === null ? [] : [[name, value]];
    }),
  );
  const found = need(rangeStudy(studyOf(question), { ...optionsOf(question), ...constants }));
  const { ofStudy, ofTolerance } = found;
  const share = (value: number | undefined): number | null => (value === undefined ? null : (value * value) / 100);
  return {
    operatorAverages: found.operatorAverages,
    operatorRanges: found.operatorRanges,
    rbarbar: found.meanRange,
    xdiff: found.operatorDifference,
    partAverages: found.partAverages,
    rp: found.partRange,
    uclR: found.upperRange,
    ev: found.ev,
    av: found.av,
    avClamped: found.avClamped,
    grr: found.grr,
    pv: found.pv,
    tv: found.tv,
    pctEv: ofStudy?.ev ?? null,
    pctAv: ofStudy?.av ?? null,
    pctGrr: ofStudy?.grr ?? null,
    pctPv: ofStudy?.pv ?? null,
    pctContribution: {
      ev: share(ofStudy?.ev),
      av: share(ofStudy?.av),
      grr: share(ofStudy?.grr),
      pv: share(ofStudy?.pv),
    },
    pctTolerance: ofTolerance,
    pctTolEv: ofTolerance?.ev ?? null,
    pctTolAv: ofTolerance?.av ?? null,
    pctTolGrr: ofTolerance?.grr ?? null,
    pctTolPv: ofTolerance?.pv ?? null,
    ndcRaw: found.distinctRaw,
    ndc: found.distinct,
    rangesOutOfControl: found.outOfControl,
  };
}

const kappaFields = (kappa: Kappa | null): Answer | null =>
  kappa && {
    kappa: kappa.kappa,
    se: kappa.error,
    ci: kappa.interval,
    z: kappa.z,
    p: kappa.p,
    observedAgreement: kappa.observed,
    expectedAgreement: kappa.expected,
  };
const shareFields = (share: Share | null): Answer | null =>
  share && {
    matched: share.matched,
    inspected: share.of,
    percent: 100 * share.share,
    ci: share.interval.map((x) => 100 * x),
  };

const category = (value: unknown, fields: Fields, at: string): Category =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : fields.fault(at, `is ${JSON.stringify(value)}; a category is expected`);

export function agreementCase({ parameters, input }: Question): Answer {
  const confidence = parameters.number('confidence') ?? 0.95;
  const list = (name: string): readonly Category[] | null => {
    const value = input.find(name)?.value;
    return Array.isArray(value) ? value.map((each, i) => category(each, input, `${name}[${i}]`)) : null;
  };
  const [a, b] = [list('rater1') ?? list('first') ?? list('a'), list('rater2') ?? list('second') ?? list('b')];
  if (a && b) return kappaFields(need(cohenKappa(a, b, confidence))) ?? {};
  const table = input.find('counts')?.value;
  if (Array.isArray(table)) {
    // counts[item][category]: how many ratings of the item fell into it.
    const items = table.map((row, i) =>
      Array.isArray(row)
        ? row.flatMap((count, j) =>
            Array.from({ length: typeof count === 'number' && count >= 0 ? Math.floor(count) : 0 }, () => j),
          )
        : input.fault(`counts[${i}]`, 'a list of counts is expected'),
    );
    return kappaFields(need(fleissKappa(items, confidence))) ?? {};
  }
  const ratings = input.find('ratings', 'decisions')?.value;
  if (!Array.isArray(ratings)) return input.fault('ratings', 'is missing; [item][appraiser][trial] is expected');
  const study = ratings.map((row, i) =>
    (Array.isArray(row) ? (row as readonly unknown[]) : input.fault(`ratings[${i}]`, 'a list is expected')).map(
      (cell, j) =>
        (Array.isArray(cell) ? (cell as readonly unknown[]) : [cell]).map((value, k) =>
          category(value, input, `ratings[${i}][${j}][${k}]`),
        ),
    ),
  );
  const found = need(agreementStudy(study, list('standard') ?? list('reference'), confidence));
  return {
    within: found.within.map(({ share, kappa }) => ({ ...shareFields(share), fleiss: kappaFields(kappa) })),
    versusStandard:
      found.versusStandard?.map(({ share, kappa }) => ({ ...shareFields(share), cohen: kappaFields(kappa) })) ?? null,
    between: { ...shareFields(found.between.share), fleiss: kappaFields(found.between.kappa) },
    allVersusStandard: shareFields(found.allVersusStandard),
  };
}

const estimate = ({ value, error, interval, t, p }: TestedEstimate): Answer => ({
  value,
  se: error,
  ci: interval,
  t,
  p,
});

export function biasCase({ parameters, input }: Question): Answer {
  const reference =
    input.number('reference') ?? parameters.number('reference') ?? input.fault('reference', 'is missing');
  const tolerance = parameters.number('tolerance') ?? input.number('tolerance');
  const confidence = parameters.number('confidence') ?? 0.95;
  const options = { confidence, ...(tolerance === null ? {} : { tolerance }) };
  const found = need(biasStudy(input.needList('values', 'readings'), reference, options));
  const { value, ...rest } = estimate(found.bias);
  return {
    n: found.n,
    mean: found.mean,
    sd: found.repeatability,
    bias: value,
    ...rest,
    pctTolerance: found.ofTolerance,
  };
}

export function linearityCase({ parameters, input }: Question): Answer {
  const readings =
    input.lists('readings', 'measurements') ?? input.fault('readings', 'is missing; [part][trial] is expected');
  const references = input
    .needList('references', 'reference')
    .map((value, i) => (typeof value === 'number' ? value : input.fault(`references[${i}]`, 'a number is expected')));
  const found = need(linearityStudy(readings, references, parameters.number('confidence') ?? 0.95));
  return {
    n: found.n,
    slope: estimate(found.slope),
    intercept: estimate(found.intercept),
    residualSd: found.residual,
    rSquared: found.rSquared,
  };
}
