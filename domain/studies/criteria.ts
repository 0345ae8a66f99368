/** What a study must reach when nobody else says so, and what a control plan asks for. */
import type { StudyCriteria } from '#contract/events/shared.ts';
import type { Catalogue } from '#domain/catalogue.ts';

type Grr = Extract<StudyCriteria, { kind: 'grr' }>;

/**
 * AIAG MSA 4th ed., chapter III section B: above 30 % is not acceptable (under 10 % is good, between may do), five distinct
 * categories at least.
 */
const advisedGrr = { maxPercent: 30, minDistinct: 5 } as const;
/** AIAG MSA 4th ed., chapter III section C: kappa above 0.75 is good to excellent agreement. */
export const agreementCriteria: StudyCriteria = { kind: 'agreement', minKappa: 0.75, plan: null };

/** Of the control plan where it asks for a study, else AIAG's. @param hasTolerance both limits are there. */
export function grrCriteria(
  definitionId: string,
  characteristicId: string,
  hasTolerance: boolean,
  catalogue: Pick<Catalogue, 'controlPlanOf'>,
): Grr {
  const plan = catalogue.controlPlanOf(definitionId);
  const asked = plan?.characteristics.find(({ characteristic }) => characteristic === characteristicId)?.gauge?.study;
  if (plan === null || asked === undefined)
    return { kind: 'grr', ...advisedGrr, of: hasTolerance ? 'tolerance' : 'study', plan: null };
  return { kind: 'grr', ...asked, plan: { id: plan.id, revision: plan.revision } };
}
