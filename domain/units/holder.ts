/** Whose name stands beside a fact, and what a hold is for. */
import type { Localized } from '#contract/config/text.ts';
import type { Actor } from '#contract/envelope.ts';
import type { Facts } from '#domain/facts.ts';
import type { Hold, Unit } from './unit-state.ts';

/** A person's name, a device's id, the file; what the station did itself goes by the station's id. */
export function actorName(actor: Actor, stationId: string, { catalogue }: Pick<Facts, 'catalogue'>): string {
  switch (actor.kind) {
    case 'person':
      return catalogue.person(actor.id)?.name ?? actor.id;
    case 'device':
      return actor.id;
    case 'import':
      return actor.source;
    case 'system':
      return stationId;
  }
}

export const holderName = (hold: Hold, facts: Pick<Facts, 'catalogue'>): string =>
  actorName(hold.by, hold.stationId, facts);

/** What the person wrote; of a hold that came of a failed step, that step's title. */
export function holdReason(
  { reason, reasons, operationId, stepId }: Hold,
  { definitionId, revision }: Pick<Unit, 'definitionId' | 'revision'>,
  { catalogue }: Pick<Facts, 'catalogue'>,
): string | Localized {
  if (reasons.length === 0 && reason !== '') return reason;
  // Of a signal: what was out of control; of a nonconformance: the defect.
  const of =
    reasons.find(({ code }) => code === 'process.signal')?.params['characteristicText'] ??
    reasons.find(({ code }) => code === 'unit.nonconforming' || code === 'nonconformance.suspect')?.params[
      'defectText'
    ];
  if (typeof of === 'object' && of !== null) return of;
  // Of a containment: what its person wrote.
  const why = reasons.find(({ code }) => code.startsWith('containment.'))?.params['why'];
  if (typeof why === 'string') return why;
  // Of a recall: the gauge.
  const gauge = reasons.find(({ code }) => code === 'gauge.recalled')?.params['gauge'];
  if (typeof gauge === 'string') return gauge;
  const step = catalogue
    .definition(definitionId, revision)
    ?.operations.filter(({ id }) => operationId === null || id === operationId)
    .flatMap(({ steps }) => steps)
    .find(({ id }) => id === stepId);
  // The definition is gone from the configuration: what is known is better than nothing.
  return step?.title ?? (reason === '' ? (stepId ?? '') : reason);
}
