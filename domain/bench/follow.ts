/** What follows from a value of a sample, in the same transaction: points, signals, and holds on the suspect window. */
import type { ChartPlan } from '#contract/config/control-plan.ts';
import type { BodyOf, DomainEvent } from '#contract/events/index.ts';
import type { ChartedValue, ChartRef, DefinitionRef } from '#contract/events/shared.ts';
import { followCharted } from '#domain/control/follow.ts';
import { chartPoint, type Charted } from '#domain/control/judge.ts';
import type { Facts } from '#domain/facts.ts';
import { plannedOf } from './gauge.ts';
import { countingValues, placesOf, valueKey, type Place, type Sample } from './sample.ts';

/** Of everything that was decided. */
export const followSamples = (events: readonly DomainEvent[], facts: Facts): readonly DomainEvent[] =>
  events.flatMap((each) => {
    if (each.type !== 'sample.value-recorded') return [];
    const before = facts.bench.sample(each.body.sampleId);
    return before === null ? [] : followSample(before, each.body, facts);
  });

/** @param before the sample without the value. */
function followSample(before: Sample, body: BodyOf<'sample.value-recorded'>, facts: Facts): readonly DomainEvent[] {
  const sample: Sample = { ...before, taken: [...before.taken, { ...body, at: facts.now }] };
  const planned = plannedOf(sample, body.characteristicId, facts);
  if (planned === null) return [];
  return planned.charts.flatMap((chart) => {
    const charted = onChart(chart, planned.reaction, sample, body, facts);
    return charted === null
      ? []
      : followCharted(
          charted,
          sample.units.map(({ serial }) => serial),
          facts,
        );
  });
}

/** Values of one point: all of a unit, or so many one after the other. */
function groupOf(chart: ChartPlan, sample: Sample, of: Place): readonly Place[] | null {
  const all = placesOf(sample).filter(({ characteristicId }) => characteristicId === of.characteristicId);
  if (chart.subgroup.from === 'unit') return all.filter(({ serial }) => serial === of.serial);
  const { size } = chart.subgroup;
  const at = all.findIndex((place) => valueKey(place) === valueKey(of));
  const first = at - (at % size);
  const group = all.slice(first, first + size);
  // What is left over at the end makes no point: its spread would not be that of the others.
  return at === -1 || group.length < size ? null : group;
}

function onChart(
  chart: ChartPlan,
  reaction: string,
  sample: Sample,
  body: BodyOf<'sample.value-recorded'>,
  facts: Facts,
): Charted | null {
  const group = groupOf(chart, sample, body);
  const there = countingValues(sample);
  const values = group?.flatMap((place) => there.get(valueKey(place)) ?? []) ?? [];
  if (group === null || group.length === 0 || values.length < group.length) return null;
  const { plan, characteristics: _all, operationId, stationId, sampleId } = sample;
  const { characteristicId } = body;
  const ref: ChartRef = {
    planId: plan.id,
    revision: plan.revision,
    hash: plan.hash,
    characteristicId,
    chartId: chart.id,
    stationId,
  };
  const key = valueKey(body);
  const older = sample.points.find(({ chartId, members }) => chartId === chart.id && members.includes(key));
  const executionOf = new Map(sample.units.map((unit) => [unit.serial, unit.executionId]));
  const charted = values.map(({ reading, serial, attempt, index }): ChartedValue => ({
    value: reading.value,
    serial,
    executionId: executionOf.get(serial) ?? null,
    stepId: null,
    attempt,
    index,
    sampleId,
  }));
  const state = facts.control.chart(ref);
  const definition = definitionOf(sample, body.serial, facts);
  if (definition === null) return null;
  return chartPoint(
    { ref, chart, reaction, state },
    { definition, operationId },
    { values: charted, counted: null, replaces: older?.pointId ?? null },
    facts,
  );
}

function definitionOf({ definitionId, units }: Sample, serial: string, { catalogue }: Facts): DefinitionRef | null {
  const revision = units.find((unit) => unit.serial === serial)?.revision;
  const found = revision === undefined ? null : catalogue.definition(definitionId, revision);
  return found === null ? null : { id: found.id, revision: found.revision, hash: found.hash };
}
