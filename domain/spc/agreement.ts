/**
 * Agreement of attribute decisions: J. Cohen, Educational and Psychological Measurement 20 (1960) 37-46; J. L. Fleiss,
 * Psychological Bulletin 76 (1971) 378-382; standard errors by J. L. Fleiss, J. C. M. Nee and J. R. Landis, Psychological
 * Bulletin 86 (1979) 974-977 and J. L. Fleiss, J. Cohen and B. S. Everitt, ibid. 72 (1969) 323-327; AIAG MSA, 4th edition,
 * chapter III section C. Wilson's interval for shares: E. B. Wilson, JASA 22 (1927) 209-212.
 */
import { normalQuantile, upperTail } from './normal.ts';
import { finite, refused, type Refused } from './reason.ts';
import type { Interval } from './capability.ts';

export type Category = string | number | boolean;

export interface Kappa {
  /** 1 is full agreement, 0 what chance gives; null where everything fell into one category. */
  readonly kappa: number | null;
  /** Asymptotic standard error of kappa. */
  readonly error: number | null;
  readonly interval: Interval | null;
  /** Share of pairs that agree, and the share that chance would give. */
  readonly observed: number;
  readonly expected: number;
  /** z and one-sided p against agreement by chance. */
  readonly z: number | null;
  readonly p: number | null;
}

/**
 * Two ratings of the same items, or one against the known standard.
 * @returns Refused for no items or lists of different length.
 */
export function cohenKappa(
  first: readonly (Category | null)[],
  second: readonly (Category | null)[],
  confidence = 0.95,
): Kappa | Refused {
  if (first.length !== second.length) {
    return refused('spc.lengths-differ', {
      first: 'first',
      second: 'second',
      firstLength: first.length,
      secondLength: second.length,
    });
  }
  const wrong = confidenceFault(confidence);
  if (wrong) return wrong;
  const pairs = first.flatMap((a, i) => {
    const b = second[i] ?? null;
    return a === null || b === null ? [] : [[a, b] as const];
  });
  const n = pairs.length;
  if (n === 0) return refused('spc.no-values', {});
  const categories = [...new Set(pairs.flat())];
  const share = (of: (pair: readonly [Category, Category]) => boolean): number => pairs.filter(of).length / n;
  const rows = categories.map((c) => share(([a]) => a === c));
  const columns = categories.map((c) => share(([, b]) => b === c));
  const observed = share(([a, b]) => a === b);
  const expected = rows.reduce((total, p, i) => total + p * (columns[i] as number), 0);
  const rest = 1 - expected;
  if (!(rest > 1e-12)) return { kappa: null, error: null, interval: null, observed, expected, z: null, p: null };
  const kappa = (observed - expected) / rest;
  // Fleiss, Cohen and Everitt (1969), formula 13, and with kappa 0 formula 14.
  let spread = -((kappa - expected * (1 - kappa)) ** 2);
  for (const [i, a] of categories.entries()) {
    for (const [j, b] of categories.entries()) {
      const cell = share(([x, y]) => x === a && y === b);
      const margins = (columns[i] as number) + (rows[j] as number);
      spread += i === j ? cell * (1 - margins * (1 - kappa)) ** 2 : cell * (1 - kappa) ** 2 * margins ** 2;
    }
  }
  const margins = rows.reduce(
    (total, row, i) => total + row * (columns[i] as number) * (row + (columns[i] as number)),
    0,
  );
  const chance = expected + expected ** 2 - margins;
  return withErrors(
    kappa,
    Math.sqrt(Math.max(0, spread) / n) / rest,
    Math.sqrt(Math.max(0, chance) / n) / rest,
    confidence,
    {
      observed,
      expected,
    },
  );
}

/**
 * Any number of ratings per item, the same for each.
 * @param items ratings of each item, in no order; two or more each.
 * @returns Refused for no items or items with different numbers of ratings.
 */
export function fleissKappa(items: readonly (readonly Category[])[], confidence = 0.95): Kappa | Refused {
  const wrong = confidenceFault(confidence);
  if (wrong) return wrong;
  const n = items.length;
  const m = items[0]?.length ?? 0;
  if (n === 0) return refused('spc.no-values', {});
  for (const [part, ratings] of items.entries()) {
    if (ratings.length !== m || m < 2) {
      return refused('spc.study-not-balanced', { part, appraiser: null, have: ratings.length, need: Math.max(2, m) });
    }
  }
  const categories = [...new Set(items.flat())];
  const counts = items.map((ratings) => categories.map((c) => ratings.filter((r) => r === c).length));
  const shares = categories.map((_, j) => counts.reduce((total, row) => total + (row[j] as number), 0) / (n * m));
  const observed =
    counts.reduce((total, row) => total + row.reduce((all, k) => all + k * (k - 1), 0), 0) / (n * m * (m - 1));
  const expected = shares.reduce((total, p) => total + p * p, 0);
  const rest = 1 - expected;
  if (!(rest > 1e-12)) return { kappa: null, error: null, interval: null, observed, expected, z: null, p: null };
  const kappa = (observed - expected) / rest;
  // Fleiss, Nee and Landis (1979), formula 12: against chance; it serves for the interval too, as in AIAG MSA and R's irr.
  const pq = shares.reduce((total, p) => total + p * (1 - p), 0);
  const skew = shares.reduce((total, p) => total + p * (1 - p) * (1 - 2 * p), 0);
  const error = (Math.SQRT2 / (pq * Math.sqrt(n * m * (m - 1)))) * Math.sqrt(Math.max(0, pq ** 2 - skew));
  return withErrors(kappa, error, error, confidence, { observed, expected });
}

function withErrors(
  kappa: number,
  error: number,
  chanceError: number,
  confidence: number,
  shares: { readonly observed: number; readonly expected: number },
): Kappa {
  const reach = normalQuantile(1 - (1 - confidence) / 2) * error;
  const z = chanceError > 0 ? kappa / chanceError : null;
  return {
    kappa,
    error,
    interval: [kappa - reach, Math.min(1, kappa + reach)],
    ...shares,
    z,
    p: z === null ? null : upperTail(z),
  };
}

function confidenceFault(confidence: number): Refused | null {
  if (confidence > 0 && confidence < 1) return null;
  return refused('spc.parameter', { name: 'confidence', value: finite(confidence), allowed: '0 < c < 1' });
}

export interface Share {
  readonly matched: number;
  readonly of: number;
  /** 0..1 */
  readonly share: number;
  /** Wilson's interval. */
  readonly interval: Interval;
}

export interface AgreementStudy {
  /** One per appraiser: how often all own trials of an item agree, and kappa of them. */
  readonly within: readonly { readonly share: Share; readonly kappa: Kappa | null }[];
  /** One per appraiser: how often all own trials equal the standard; kappa over single decisions. null without a standard. */
  readonly versusStandard: readonly { readonly share: Share; readonly kappa: Kappa }[] | null;
  /** All trials of all appraisers. */
  readonly between: { readonly share: Share; readonly kappa: Kappa | null };
  readonly allVersusStandard: Share | null;
}

/**
 * @param ratings `[item][appraiser][trial]`, every cell full.
 * @param standard what is right, one per item.
 */
export function agreementStudy(
  ratings: readonly (readonly (readonly Category[])[])[],
  standard: readonly Category[] | null = null,
  confidence = 0.95,
): AgreementStudy | Refused {
  const wrong = confidenceFault(confidence);
  if (wrong) return wrong;
  const appraisers = ratings[0]?.length ?? 0;
  const trials = ratings[0]?.[0]?.length ?? 0;
  if (ratings.length === 0 || appraisers === 0 || trials === 0) return refused('spc.no-values', {});
  for (const [part, row] of ratings.entries()) {
    const odd =
      row.length === appraisers ? row.findIndex((cell) => cell.length !== trials) : Math.min(row.length, appraisers);
    if (odd === -1) continue;
    return refused('spc.study-not-balanced', { part, appraiser: odd, have: row[odd]?.length ?? 0, need: trials });
  }
  if (standard !== null && standard.length !== ratings.length) {
    return refused('spc.lengths-differ', {
      first: 'ratings',
      second: 'standard',
      firstLength: ratings.length,
      secondLength: standard.length,
    });
  }
  const one = (values: readonly Category[]): boolean => values.every((value) => value === values[0]);
  const count = (fits: (row: readonly (readonly Category[])[], item: number) => boolean): Share =>
    shareOf(ratings.filter(fits).length, ratings.length, confidence);
  const kappaOf = (items: readonly (readonly Category[])[]): Kappa | null => {
    const found = (items[0]?.length ?? 0) < 2 ? null : fleissKappa(items, confidence);
    return found === null || 'refused' in found ? null : found;
  };
  const each = Array.from({ length: appraisers }, (_, j) => j);
  const cell = (row: readonly (readonly Category[])[], j: number): readonly Category[] => row[j] as readonly Category[];
  return {
    within: each.map((j) => ({
      share: count((row) => one(cell(row, j))),
      kappa: kappaOf(ratings.map((row) => cell(row, j))),
    })),
    versusStandard:
      standard &&
      each.map((j) => ({
        share: count((row, item) => cell(row, j).every((value) => value === standard[item])),
        kappa: cohenKappa(
          ratings.flatMap((row) => cell(row, j)),
          ratings.flatMap((row, item) => cell(row, j).map(() => standard[item] as Category)),
          confidence,
        ) as Kappa,
      })),
    between: {
      share: count((row) => one(row.flat())),
      kappa: kappaOf(ratings.map((row) => row.flat())),
    },
    allVersusStandard: standard && count((row, item) => row.flat().every((value) => value === standard[item])),
  };
}

function shareOf(matched: number, of: number, confidence: number): Share {
  const z = normalQuantile(1 - (1 - confidence) / 2);
  const share = matched / of;
  const center = (share + z ** 2 / (2 * of)) / (1 + z ** 2 / of);
  const reach = (z / (1 + z ** 2 / of)) * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  return { matched, of, share, interval: [Math.max(0, center - reach), Math.min(1, center + reach)] };
}
