/** What a containment is about, in words that the station and the plant view share. */
import type { Criterion } from '#contract/containment.ts';

interface Words {
  instant(at: number): string;
  since(at: string): string;
  until(at: string): string;
}

/** e.g. `Pump housing H-22817`; `PMP-100 · 10 · ST10 · since 14:05`. @param title of the material or product, where it is known. */
export function criterionText(criterion: Criterion, title: string | null, words: Words): string {
  const window = (from: number, until: number | null): readonly string[] => [
    words.since(words.instant(from)),
    ...(until === null ? [] : [words.until(words.instant(until))]),
  ];
  switch (criterion.kind) {
    case 'lot':
      return `${title ?? criterion.materialId} ${criterion.lot}`;
    case 'operation': {
      const { definitionId, operationId, stationId, from, until } = criterion;
      const station = stationId === null ? [] : [stationId];
      return [title ?? definitionId, operationId, ...station, ...window(from, until)].join(' · ');
    }
    case 'order':
      return criterion.orderId;
    case 'device': {
      const { deviceId, stationId, from, until } = criterion;
      return [title ?? deviceId, ...(stationId === null ? [] : [stationId]), ...window(from, until)].join(' · ');
    }
    case 'gauge':
      return [criterion.gaugeId, ...window(criterion.from, criterion.until)].join(' · ');
  }
}
