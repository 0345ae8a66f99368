/** A study while it is set up: ten parts, three trials and the first that fits, so that few taps are left. Pure. */
import type { StudyChoices, StudyKind, StudyPlan } from '#contract/rpc/studies.ts';
import { sizes } from '#domain/studies/decide.ts';

export type Characteristic = StudyChoices['characteristics'][number];
export type Check = StudyChoices['checks'][number];
export type DraftPart = StudyPlan['parts'][number];

export interface Draft {
  readonly kind: StudyKind;
  readonly gaugeId: string | null;
  readonly characteristic: Characteristic | null;
  readonly check: Check | null;
  readonly parts: readonly DraftPart[];
  readonly appraisers: readonly string[];
  readonly trials: number;
  readonly method: StudyPlan['method'];
}

export const numbered = (count: number): readonly DraftPart[] =>
  Array.from({ length: count }, (_, i) => ({ label: String(i + 1), reference: null }));

export const emptyDraft: Draft = {
  kind: 'grr',
  gaugeId: null,
  characteristic: null,
  check: null,
  parts: numbered(10),
  appraisers: [],
  trials: 3,
  method: 'anova',
};

/** Gauges of the characteristic's unit, those with a device first. */
export function fittingGauges(choices: StudyChoices, draft: Draft): StudyChoices['gauges'] {
  const { characteristic } = draft;
  return choices.gauges
    .filter(({ unit }) => characteristic === null || unit === characteristic.unit)
    .toSorted((a, b) => Number(a.device === null) - Number(b.device === null));
}

/** Parts added at the end get the next free number. */
export function resized(parts: readonly DraftPart[], kind: StudyKind, by: 1 | -1): readonly DraftPart[] {
  const [least, most] = sizes[kind].parts;
  if (by < 0) return parts.length <= least ? parts : parts.slice(0, -1);
  if (parts.length >= most) return parts;
  const used = new Set(parts.map(({ label }) => label));
  let number = parts.length + 1;
  while (used.has(String(number))) number += 1;
  return [...parts, { label: String(number), reference: null }];
}

/** null: something is still to be chosen. What is wrong with it, the station says. */
export function planOf(draft: Draft): StudyPlan | null {
  const { kind, gaugeId, characteristic, check, parts, appraisers, trials, method } = draft;
  const common = { kind, parts: [...parts], appraisers: [...appraisers], trials, method };
  if (kind === 'grr') {
    if (gaugeId === null || characteristic === null || appraisers.length < sizes.grr.appraisers[0]) return null;
    const { definitionId, revision, characteristicId } = characteristic;
    return { ...common, gaugeId, subject: { kind: 'characteristic', definitionId, revision, characteristicId } };
  }
  if (check === null || appraisers.length < sizes.agreement.appraisers[0]) return null;
  const { definitionId, revision, operationId, stepId, itemId } = check;
  return { ...common, gaugeId: null, subject: { kind: 'check', definitionId, revision, operationId, stepId, itemId } };
}
