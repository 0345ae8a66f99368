/** Who may set up studies, abandon them, and see what they come to while they run. Measuring needs no right: being named is enough. */
import type { Reason } from '#contract/refusal.ts';
import type { Facts } from '#domain/facts.ts';
import { mayEver, permissionFaults } from '#domain/people/access.ts';

export const manageFaults = (facts: Facts): readonly Reason[] => permissionFaults(facts, 'study.manage');

export const mayManage = (facts: Pick<Facts, 'session' | 'catalogue'>): boolean => mayEver(facts, 'study.manage');
