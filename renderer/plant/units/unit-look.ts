import type { UnitStatus } from '#contract/rpc/units.ts';

export const unitLook: Readonly<
  Record<UnitStatus, { readonly shape: 'open' | 'now' | 'hold' | 'done' | 'failed'; readonly tone: 'quiet' | 'warn' }>
> = {
  waiting: { shape: 'open', tone: 'quiet' },
  'in-work': { shape: 'now', tone: 'quiet' },
  held: { shape: 'hold', tone: 'warn' },
  scrapped: { shape: 'failed', tone: 'quiet' },
  done: { shape: 'done', tone: 'quiet' },
};
