/** A chart as the station tells it, in the columns that are drawn. */
import type { PlotId, PlotLimits, Plotted } from '#contract/events/shared.ts';
import type { Reason } from '#contract/refusal.ts';
import type { ChartView, PointView } from '#contract/rpc/control.ts';
import type { ControlSeries, PhaseLimits, PointMark, Signal, Track } from '../../charts/control/series.ts';

const names: Readonly<Record<PlotId, string>> = {
  mean: 'x̄',
  range: 'R',
  deviation: 's',
  value: 'x',
  'moving-range': 'MR',
  ewma: 'EWMA',
  'cusum-upper': 'C⁺',
  'cusum-lower': 'C⁻',
  proportion: 'p',
  nonconforming: 'np',
  defects: 'c',
  'defects-per-unit': 'u',
};

/** A share or a rate has no decimals of the characteristic. */
const ownDecimals: Readonly<Partial<Record<PlotId, number>>> = { proportion: 2, 'defects-per-unit': 1 };

/** @param title of the chart in the language in force. @param words of a reason, in it too. */
export function chartSeries(
  view: Pick<ChartView, 'shown' | 'phases' | 'signals' | 'unit' | 'decimals' | 'lower' | 'upper'>,
  title: string,
  words: (of: Reason) => string,
): ControlSeries {
  const { shown } = view;
  const [first, second] = shown[0]?.plots.map(({ plot }) => plot) ?? [];
  const places = new Map(shown.map(({ pointId }, index) => [pointId, index]));
  const signals = view.signals
    .flatMap(({ rules, pointId }): Signal[] => {
      const at = places.get(pointId);
      if (at === undefined) return [];
      return rules.map(({ id, plot, members }) => ({
        track: plot === second ? 'spread' : 'location',
        rule: id,
        at,
        members: members.flatMap((member) => places.get(member) ?? []),
      }));
    })
    .toSorted((a, b) => a.at - b.at);
  return {
    title,
    at: shown.map(({ at }) => at),
    location: track(view, first ?? 'value'),
    spread: second === undefined ? null : track(view, second),
    marks: new Map(shown.flatMap((point, index) => markOf(point, view, words).map((mark) => [index, mark] as const))),
    signals,
  };
}

function track(
  { shown, phases, unit, decimals, lower, upper }: Parameters<typeof chartSeries>[0],
  plot: PlotId,
): Track {
  const plotted = shown.map(({ plots }) => plots.find((one) => one.plot === plot));
  return {
    name: names[plot],
    unit,
    decimals: ownDecimals[plot] ?? decimals,
    values: Float64Array.from(plotted, (one) => one?.value ?? Number.NaN),
    ...(differ(shown, plotted)
      ? { phases: [], varying: varyingOf(plotted) }
      : {
          phases: limitRuns(
            plotted.map((one) => one?.limits ?? null),
            (index) => {
              const at = phases.findIndex(({ phaseId }) => phaseId === shown[index]?.phaseId);
              return at > 0 ? String(at + 1) : '';
            },
          ),
        }),
    ...(plot === 'value' ? { tolerance: { lower, upper } } : {}),
  };
}

type PlottedPoints = readonly (Plotted | undefined)[];

/** Of counts on unlike numbers of units: limits of their own inside one phase. */
const differ = (shown: readonly PointView[], plotted: PlottedPoints): boolean =>
  plotted.some((one, at) => {
    const before = plotted[at - 1]?.limits;
    return (
      shown[at]?.counted !== null &&
      shown[at]?.phaseId === shown[at - 1]?.phaseId &&
      one?.limits !== null &&
      before !== null &&
      before !== undefined &&
      one?.limits.upper !== before.upper
    );
  });

const varyingOf = (plotted: PlottedPoints): NonNullable<Track['varying']> => {
  const of = (limit: 'center' | 'lower' | 'upper') =>
    Float64Array.from(plotted, (one) => one?.limits?.[limit] ?? Number.NaN);
  return { center: of('center'), lower: of('lower'), upper: of('upper') };
};

/** Points one after the other that were judged by the same limits. */
function limitRuns(limits: readonly (PlotLimits | null)[], nameAt: (index: number) => string): readonly PhaseLimits[] {
  const runs: PhaseLimits[] = [];
  for (const [index, limit] of limits.entries()) {
    const last = runs.at(-1);
    if (limit === null) continue;
    const { center, lower, upper, sigma } = limit;
    if (
      last !== undefined &&
      last.to === index &&
      last.center === center &&
      last.lower === lower &&
      last.upper === upper
    )
      runs[runs.length - 1] = { ...last, to: index + 1 };
    else runs.push({ from: index, to: index + 1, name: nameAt(index), center, lower, upper, sigma });
  }
  return runs;
}

function markOf(
  { excluded, replaced, suspect, notes, values }: PointView,
  { lower, upper }: Pick<ChartView, 'lower' | 'upper'>,
  words: (of: Reason) => string,
): readonly PointMark[] {
  const note = notes.findLast(({ kind }) => kind === 'note');
  const outOfTolerance = values.some(
    ({ value }) => (lower !== null && value < lower) || (upper !== null && value > upper),
  );
  if (!excluded && !replaced && suspect === null && note === undefined && !outOfTolerance) return [];
  return [
    {
      ...(excluded ? { excluded: notes.findLast(({ kind }) => kind === 'excluded')?.text ?? '' } : {}),
      ...(replaced ? { replaced } : {}),
      ...(suspect === null ? {} : { suspect: words(suspect) }),
      ...(note === undefined ? {} : { note: note.text }),
      ...(outOfTolerance ? { outOfTolerance } : {}),
    },
  ];
}
