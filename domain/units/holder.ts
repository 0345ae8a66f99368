/** Whose name stands beside a fact, and what a hold is for. */
import type { Localized } from '#contract/config/text.ts';
import type { Actor } from '#contract/envelope.ts';
import type { Reason } from '#contract/refusal.ts';
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
  const contained = reasons.map(containedFor).find((text) => text !== null);
  if (contained !== undefined && contained !== null) return contained;
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

/** Of a containment: what is contained, and what its person wrote. null: the reason is another one. */
function containedFor({ code, params }: Reason): Localized | null {
  if (!code.startsWith('containment.') || typeof params['why'] !== 'string') return null;
  const parts = [
    params['materialText'] ?? params['deviceText'] ?? params['definition'],
    params['lot'],
    params['operation'],
  ];
  const named = [...parts, params['order'], params['gauge']];
  const of = (language: 'en' | 'de'): string => {
    const words = named.flatMap((part) =>
      typeof part === 'string'
        ? [part]
        : typeof part === 'object' && part !== null
          ? [(part as Localized)[language]]
          : [],
    );
    return `${words.join(' ')}: ${params['why'] as string}`;
  };
  return { en: of('en'), de: of('de') };
}
