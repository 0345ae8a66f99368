/** The charts of a control plan, of measured values and of counts alike. */
import type { AttributeChartPlan, ChartPlan, PlannedCharacteristic } from '#contract/config/control-plan.ts';
import type { Characteristic, Operation } from '#contract/config/definition.ts';
import type { ReleasedControlPlan } from '#contract/config/index.ts';
import type { Localized } from '#contract/config/text.ts';
import type { ChartRef } from '#contract/events/shared.ts';
import type { Facts } from '#domain/facts.ts';
import type { ChartKey } from './chart.ts';

export interface PlannedChart {
  readonly plan: ReleasedControlPlan;
  /** Characteristic of the definition, or attribute of the plan. */
  readonly characteristicId: string;
  /** null: the definition says it. */
  readonly title: Localized | null;
  readonly operationId: string;
  readonly class: PlannedCharacteristic['class'];
  readonly reaction: string;
  readonly chart: ChartPlan | AttributeChartPlan;
}

/** In the order of the plan. */
export function plannedCharts(plan: ReleasedControlPlan): readonly PlannedChart[] {
  return [
    ...plan.characteristics.flatMap(({ characteristic, operation, class: of, reaction, charts }) =>
      charts.map((chart) => ({
        plan,
        characteristicId: characteristic,
        title: chart.title ?? null,
        operationId: operation,
        class: of,
        reaction,
        chart,
      })),
    ),
    ...plan.attributes.flatMap(({ attribute, title, operation, class: of, reaction, charts }) =>
      charts.map((chart) => ({
        plan,
        characteristicId: attribute,
        title: chart.title ?? title,
        operationId: operation,
        class: of,
        reaction,
        chart,
      })),
    ),
  ];
}

/** The chart as the plan in force has it; null: it has none such. */
export function plannedChart(key: ChartKey, { catalogue }: Pick<Facts, 'catalogue'>): PlannedChart | null {
  const plan = catalogue.controlPlans.find((p) => p.status === 'released' && p.id === key.planId);
  if (plan === undefined) return null;
  return (
    plannedCharts(plan).find(
      ({ characteristicId, chart }) => characteristicId === key.characteristicId && chart.id === key.chartId,
    ) ?? null
  );
}

/**
 * What a chart is of, in words: the plan's for the chart or its attribute, else of the newest revision of the definition that knows
 * the characteristic.
 */
export function chartedText(
  {
    planId,
    revision,
    characteristicId: id,
    chartId,
  }: Pick<ChartRef, 'planId' | 'revision' | 'characteristicId' | 'chartId'>,
  definitionId: string,
  { catalogue }: Pick<Facts, 'catalogue'>,
): Localized {
  const plan = catalogue.controlPlan(planId, revision);
  const planned = (plan === null ? [] : plannedCharts(plan)).find(
    ({ characteristicId, chart }) => characteristicId === id && chart.id === chartId,
  );
  if (planned !== undefined && planned.title !== null) return planned.title;
  const of = catalogue.definitions.filter((d) => d.id === definitionId);
  const ordered = [...of.filter((d) => d.status !== 'released'), ...of.filter((d) => d.status === 'released')];
  return ordered.flatMap((d) => d.characteristics).findLast((c) => c.id === id)?.title ?? { en: id, de: id };
}

export const untitled = (id: string): Localized => ({ en: id, de: id });

/** What the definitions say of a characteristic and an operation, in their newest released revision. */
export function ofDefinition(
  definitionId: string,
  characteristicId: string,
  operationId: string,
  { catalogue }: Pick<Facts, 'catalogue'>,
): {
  readonly title: Localized;
  readonly characteristic: Characteristic | null;
  readonly operation: Operation | null;
} {
  const of = catalogue.definitions.filter((d) => d.id === definitionId);
  const ordered = [...of.filter((d) => d.status !== 'released'), ...of.filter((d) => d.status === 'released')];
  return {
    title: ordered.at(-1)?.title ?? untitled(definitionId),
    characteristic: ordered.flatMap((d) => d.characteristics).findLast((c) => c.id === characteristicId) ?? null,
    operation: ordered.flatMap((d) => d.operations).findLast((o) => o.id === operationId) ?? null,
  };
}
