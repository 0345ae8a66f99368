/** Which facts of the logs a point of a chart rests on: what was told of each of its values, and the point itself. */
import type { BodyOf, StoredEvent } from '#contract/events/index.ts';
import type { ChartedValue } from '#contract/events/shared.ts';

type Point = BodyOf<'point.charted'>;

/** @param event in its newest version. */
export function isRecordOf({ pointId, chart, values, counted }: Point, event: StoredEvent): boolean {
  switch (event.type) {
    case 'point.charted':
      return event.body.pointId === pointId;
    case 'measurement.recorded': {
      const { characteristicId, executionId, stepId, attempt, index } = event.body;
      const is = (v: ChartedValue): boolean =>
        v.executionId === executionId && v.stepId === stepId && v.attempt === attempt && v.index === index;
      return counted === null && characteristicId === chart.characteristicId && values.some(is);
    }
    case 'machine-cycle.finished': {
      const { executionId, stepId, attempt, results } = event.body;
      const is = (v: ChartedValue): boolean =>
        v.executionId === executionId && v.stepId === stepId && v.attempt === attempt;
      const told = results.some(({ characteristicId }) => characteristicId === chart.characteristicId);
      return counted === null && told && values.some(is);
    }
    case 'sample.value-recorded': {
      const { sampleId, serial, characteristicId, attempt, index } = event.body;
      const is = (v: ChartedValue): boolean =>
        v.sampleId === sampleId && v.serial === serial && v.attempt === attempt && v.index === index;
      return counted === null && characteristicId === chart.characteristicId && values.some(is);
    }
    case 'unit.counted': {
      const { chart: of, serial, executionId } = event.body;
      const is = (v: ChartedValue): boolean => v.serial === serial && v.executionId === executionId;
      return (
        counted !== null &&
        of.characteristicId === chart.characteristicId &&
        of.chartId === chart.chartId &&
        event.at >= counted.begunAt &&
        event.at <= counted.endedAt &&
        values.some(is)
      );
    }
    default:
      return false;
  }
}
