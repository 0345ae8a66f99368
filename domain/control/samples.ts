/** What of the facts of a run completes a sample: the values of a measuring step, or the results of a machine cycle. */
import type { DomainEvent } from '#contract/events/index.ts';
import type { ChartedValue } from '#contract/events/shared.ts';
import { evolveExecution, type Execution } from '#domain/execution/execution.ts';
import type { Facts } from '#domain/facts.ts';
import { asHappened } from '#domain/happened.ts';
import type { MeasureProgress } from '#domain/steps/measure/kind.ts';
import type { Sample } from './judge.ts';

/**
 * @param open the run as it was before these facts.
 * @returns in the order of the facts; of an attempt that still lacks values nothing.
 */
export function samplesOf(open: Execution, events: readonly DomainEvent[], facts: Facts): readonly Sample[] {
  const definition = facts.catalogue.definitionOf(open.definition);
  const operation = definition?.operations.find((o) => o.id === open.operationId);
  if (operation === undefined) return [];
  const stamp = { at: facts.now, actor: facts.actor, stationId: facts.station.id };
  const sample = (characteristicId: string, values: readonly ChartedValue[]): Sample => ({
    definition: open.definition,
    operationId: open.operationId,
    characteristicId,
    stationId: open.stationId,
    values,
  });
  const { executionId, serial } = open;
  const found: Sample[] = [];
  let run: Execution = open;
  for (const each of events) {
    const happened = asHappened(each, stamp);
    run = evolveExecution(run, happened) ?? run;
    if (each.type === 'measurement.recorded' && each.body.executionId === executionId) {
      const { stepId, attempt, characteristicId } = each.body;
      const step = operation.steps.find((s) => s.id === stepId);
      const progress = run.steps[stepId]?.progress as MeasureProgress | null | undefined;
      const values = progress?.values ?? [];
      if (step?.type !== 'measure' || values.length < step.points.length) continue;
      found.push(
        sample(
          characteristicId,
          values.map(({ index, reading }) => ({ value: reading.value, serial, executionId, stepId, attempt, index })),
        ),
      );
    }
    if (each.type === 'machine-cycle.finished' && each.body.executionId === executionId) {
      const { stepId, attempt, results } = each.body;
      for (const { characteristicId, reading } of results)
        found.push(
          sample(characteristicId, [{ value: reading.value, serial, executionId, stepId, attempt, index: 1 }]),
        );
    }
  }
  return found;
}
