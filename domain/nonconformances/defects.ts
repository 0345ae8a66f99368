/** The catalogue of defects as the rules ask it. */
import type { Defect, PartPicture } from '#contract/config/defects.ts';
import type { ReleasedDefinition } from '#contract/config/index.ts';
import type { Localized } from '#contract/config/text.ts';
import type { Mark } from '#contract/events/shared.ts';
import type { Catalogue } from '#domain/catalogue.ts';

type Known = Pick<Catalogue, 'defects' | 'definitions'>;

export const defectOf = (defectId: string, { defects }: Known): Defect | null =>
  defects?.defects.find(({ id }) => id === defectId) ?? null;

/** The defect's title; its id when the catalogue no longer has it. */
export const defectText = (defectId: string, known: Known): Localized =>
  defectOf(defectId, known)?.title ?? { en: defectId, de: defectId };

/** Whether it is looked for at an operation of a product; null: whatever it is. */
export function isFoundAt({ foundAt }: Defect, definitionId: string | null, operationId: string | null): boolean {
  if (foundAt === undefined || definitionId === null) return true;
  return foundAt.some(
    ({ definition, operations }) =>
      definition === definitionId &&
      (operations === undefined || operationId === null || operations.includes(operationId)),
  );
}

/** How often one operation of a unit may be ordered again for this defect. */
export const reworkLimitOf = (defectId: string, known: Known): number =>
  defectOf(defectId, known)?.reworkLimit ?? known.defects?.reworkLimit ?? 0;

/** What the catalogue proposes to whoever disposes. */
export function proposedFor(
  defectId: string,
  definitionId: string | null,
  known: Known,
): { readonly kind: Defect['disposition'] | null; readonly operations: readonly string[] } {
  const defect = defectOf(defectId, known);
  return {
    kind: defect?.disposition ?? null,
    operations: defect?.rework.find(({ definition }) => definition === definitionId)?.operations ?? [],
  };
}

export const picturesOf = (definitionId: string | null, { defects }: Known): readonly PartPicture[] =>
  defects?.pictures.filter(({ definition }) => definition === definitionId) ?? [];

/** The released revision whose folder holds the part pictures; null: none is released. */
export const picturedIn = (definitionId: string, { definitions }: Known): ReleasedDefinition | null =>
  definitions.findLast(({ id, status }) => id === definitionId && status === 'released') ?? null;

/** A mark is told by the nearest named place that is nearer than this, in percent of the picture's width and height. */
const nearPercent = 12;

export function markAt(picture: PartPicture, { x, y }: { readonly x: number; readonly y: number }): Mark {
  const far = (place: { readonly x: number; readonly y: number }): number => Math.hypot(place.x - x, place.y - y);
  const nearest = picture.places.reduce<PartPicture['places'][number] | null>(
    (best, place) => (best === null || far(place) < far(best) ? place : best),
    null,
  );
  const placeId = nearest !== null && far(nearest) <= nearPercent ? nearest.id : null;
  return { picture: picture.id, x, y, placeId };
}
