/** Which devices a fact says were at work on a unit: what a containment by device or tool goes by, wherever it is asked. */
import type { DomainEvent } from '#contract/events/index.ts';
import type { Happened } from '#domain/happened.ts';

/**
 * A machine counts from the request of its cycle, so an aborted one too, and again with its results; anything else with the
 * values that it gave, in runs and in samples. What was read off and typed names no device.
 * @returns ids, each once; none: this says nothing of a device.
 */
export function devicesOf({ type, body }: DomainEvent | Happened): readonly string[] {
  switch (type) {
    case 'machine-cycle.requested':
      return [body.deviceId];
    case 'machine-cycle.finished':
      return [...new Set(body.results.flatMap(({ reading }) => reading.deviceId ?? []))];
    case 'measurement.recorded':
    case 'sample.value-recorded':
      return body.reading.deviceId === null ? [] : [body.reading.deviceId];
    default:
      return [];
  }
}
