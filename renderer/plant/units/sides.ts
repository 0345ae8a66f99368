/**
 * The values a case was judged on (domain/cases/judge.ts), put side by side: lists ("ST10, ST11") are taken apart into a
 * column each; a hold, a scrapping or an earlier operation stands beside the work that contradicts it. Pure.
 */
import type { PlantCase } from '#contract/plant/units.ts';

export interface CaseValue {
  readonly name: string;
  readonly value: string | number | null;
}
export interface CaseSide {
  /** `each`: one of several alike. */
  readonly kind: 'each' | 'work' | 'hold' | 'scrapped' | 'before';
  readonly values: readonly CaseValue[];
}
export interface CaseSides {
  /** What is the same for all sides. */
  readonly both: readonly CaseValue[];
  readonly sides: readonly CaseSide[];
  /** Whether it rests on facts alone or on comparing two stations' clocks; null: not told. */
  readonly restsOn: 'facts' | 'clocks' | null;
}

const lists: Readonly<Record<string, string>> = {
  stations: 'station',
  executions: 'execution',
  operations: 'operation',
  orders: 'order',
};
const asides: Readonly<Record<string, readonly [kind: 'hold' | 'scrapped' | 'before', name: string]>> = {
  hold: ['hold', 'hold'],
  heldStation: ['hold', 'station'],
  heldAt: ['hold', 'at'],
  liftedAt: ['hold', 'liftedAt'],
  scrappedStation: ['scrapped', 'station'],
  scrappedAt: ['scrapped', 'at'],
  before: ['before', 'operation'],
  beforeStation: ['before', 'station'],
  beforeAt: ['before', 'at'],
};

export function sidesOf(details: PlantCase['details']): CaseSides {
  const { restsOn, firstAt, lastAt, ...rest } = details;
  const both: CaseValue[] = [];
  const work: CaseValue[] = [];
  const each: CaseValue[][] = [];
  const aside = new Map<'hold' | 'scrapped' | 'before', CaseValue[]>();
  const columns = Math.max(
    1,
    ...Object.entries(rest).map(([key, value]) => (lists[key] !== undefined ? String(value).split(', ').length : 1)),
  );
  for (const [key, value] of Object.entries(rest)) {
    const [of, as] = [lists[key], asides[key]];
    if (of !== undefined) {
      const parts = String(value).split(', ');
      // One for all columns, e.g. the same order.
      if (parts.length !== columns || columns === 1) both.push({ name: of, value });
      else parts.forEach((part, index) => (each[index] ??= []).push({ name: of, value: part }));
    } else if (as !== undefined) aside.set(as[0], [...(aside.get(as[0]) ?? []), { name: as[1], value }]);
    else work.push({ name: key, value });
  }
  if (each.length > 1) {
    each[0]?.push({ name: 'at', value: firstAt ?? null });
    each.at(-1)?.push({ name: 'at', value: lastAt ?? null });
  }
  const alone = aside.size === 0;
  return {
    both: alone ? [...work, ...both] : both,
    sides: [
      ...each.map((values): CaseSide => ({ kind: 'each', values })),
      ...(alone ? [] : [{ kind: 'work', values: work } as const]),
      ...[...aside].map(([kind, values]): CaseSide => ({ kind, values })),
    ],
    restsOn: restsOn === 'facts' || restsOn === 'clocks' ? restsOn : null,
  };
}
