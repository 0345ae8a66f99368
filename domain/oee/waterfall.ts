/** From calendar time to good time: what is taken away, step by step; and the six big losses. */
import type { Sums, TimeElement, TimeLoss } from '#contract/rpc/oee.ts';
import { plannedBusyMs } from './sums.ts';

export const waterfallIds = [
  'calendar',
  'unplanned',
  'planned-downtime',
  'unknown',
  'down',
  'delay',
  'minor-stop',
  'setup',
  'speed',
  'startup-reject',
  'reject',
  'good',
] as const;
export type WaterfallId = (typeof waterfallIds)[number];

export interface WaterfallStep {
  readonly id: WaterfallId;
  /** ms that this step takes away (`calendar` and `good`: that are there). `speed` may be below 0: faster than ideal. null: no rate. */
  readonly ms: number | null;
  /** ms that are left after it; null: no rate. */
  readonly left: number | null;
  readonly elements: readonly TimeElement[];
  /** Of the elements, only these losses; null: all. */
  readonly losses: readonly TimeLoss[] | null;
}

/** Each step leaves what the one before left, less its own; the last is what is left. Exact: whole ms, but for ideal times. */
export function waterfall(sums: Sums): readonly WaterfallStep[] {
  const { ms, lossMs } = sums;
  const all = Object.values(ms).reduce((sum, one) => sum + one, 0);
  const rated = sums.unrated === 0;
  const startupMs = sums.idealStartupUs / 1_000;
  const idealMs = sums.idealUs / 1_000;
  const rejected = idealMs - sums.idealGoodUs / 1_000;
  const taken: readonly (readonly [WaterfallId, number | null, readonly TimeElement[], readonly TimeLoss[] | null])[] =
    [
      ['unplanned', ms.unplanned, ['unplanned'], null],
      ['planned-downtime', ms.PDOT, ['PDOT'], null],
      ['unknown', ms.unknown, ['unknown'], null],
      ['down', lossMs.breakdown, ['ADET', 'ADOT'], ['breakdown']],
      ['delay', lossMs.other, ['ADET', 'ADOT'], ['other']],
      ['minor-stop', lossMs['minor-stop'], ['ADET', 'ADOT'], ['minor-stop']],
      ['setup', ms.AUST, ['AUST'], null],
      ['speed', rated ? ms.APT - idealMs : null, ['APT'], null],
      ['startup-reject', rated ? startupMs : null, ['AUST'], null],
      ['reject', rated ? rejected - startupMs : null, ['APT'], null],
    ];
  let left: number | null = all;
  const steps: WaterfallStep[] = [{ id: 'calendar', ms: all, left: all, elements: [], losses: null }];
  for (const [id, lost, elements, losses] of taken) {
    left = left === null || lost === null ? null : left - lost;
    steps.push({ id, ms: lost, left, elements, losses });
  }
  return [...steps, { id: 'good', ms: left, left, elements: ['APT'], losses: null }];
}

/** The six big losses, ms of planned busy time; `other` and `unknown` are in none of them. With the good time they add up to it. */
export interface BigLosses {
  readonly breakdown: number;
  readonly setup: number;
  readonly 'minor-stop': number;
  /** Below 0: faster than ideal. null: no rate. */
  readonly speed: number | null;
  readonly 'startup-reject': number | null;
  readonly reject: number | null;
  readonly other: number;
  readonly unknown: number;
  readonly good: number | null;
  readonly planned: number;
}

export function bigLossesOf(sums: Sums): BigLosses {
  const steps = new Map(waterfall(sums).map(({ id, ms }) => [id, ms]));
  return {
    breakdown: sums.lossMs.breakdown,
    setup: sums.ms.AUST,
    'minor-stop': sums.lossMs['minor-stop'],
    speed: steps.get('speed') ?? null,
    'startup-reject': steps.get('startup-reject') ?? null,
    reject: steps.get('reject') ?? null,
    other: sums.lossMs.other,
    unknown: sums.ms.unknown,
    good: steps.get('good') ?? null,
    planned: plannedBusyMs(sums),
  };
}
