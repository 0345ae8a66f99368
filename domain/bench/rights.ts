/** Who may do what with samples. */
import type { Reason } from '#contract/refusal.ts';
import type { Facts } from '#domain/facts.ts';
import { permissionFaults } from '#domain/people/access.ts';

export const measureFaults = (facts: Facts): readonly Reason[] => permissionFaults(facts, 'sample.measure');
export const skipFaults = (facts: Facts): readonly Reason[] => permissionFaults(facts, 'sample.skip');
