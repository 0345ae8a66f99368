/**
 * Code letters and master tables for single sampling: MIL-STD-105E (1989) Tables I, II-A, II-B and II-C, which ANSI/ASQ Z1.4
 * and, for code letters, normal and tightened inspection, ISO 2859-1:1999 Tables 1, 2-A and 2-B share.
 *
 * The master tables are kept as what they are made of: sample sizes and AQLs both rise in steps of the fifth root of ten, so
 * the acceptance number depends only on letter + AQL step (a diagonal of the table). Tests compare cells with printed ones.
 */

export const codeLetters = [
  'A',
  'B',
  'C',
  'D',
  'E',
  'F',
  'G',
  'H',
  'J',
  'K',
  'L',
  'M',
  'N',
  'P',
  'Q',
  'R',
  'S',
] as const;
export type CodeLetter = (typeof codeLetters)[number];

export const inspectionLevels = ['S-1', 'S-2', 'S-3', 'S-4', 'I', 'II', 'III'] as const;
export type InspectionLevel = (typeof inspectionLevels)[number];

export const inspections = ['normal', 'tightened', 'reduced'] as const;
export type Inspection = (typeof inspections)[number];

/** Preferred AQLs, percent nonconforming (above 10: nonconformities per 100 items). */
export const aqls = [
  0.01, 0.015, 0.025, 0.04, 0.065, 0.1, 0.15, 0.25, 0.4, 0.65, 1, 1.5, 2.5, 4, 6.5, 10, 15, 25, 40, 65, 100, 150, 250,
  400, 650, 1000,
] as const;

/** Table I: up to this lot size the letters of the levels, in the order of `inspectionLevels`. */
export const letterTable: readonly (readonly [upTo: number, letters: string])[] = [
  [8, 'AAAAAAB'],
  [15, 'AAAAABC'],
  [25, 'AABBBCD'],
  [50, 'ABBCCDE'],
  [90, 'BBCCCEF'],
  [150, 'BBCDDFG'],
  [280, 'BCDEEGH'],
  [500, 'BCDEFHJ'],
  [1_200, 'CCEFGJK'],
  [3_200, 'CDEGHKL'],
  [10_000, 'CDFGJLM'],
  [35_000, 'CDFHKMN'],
  [150_000, 'DEGJLNP'],
  [500_000, 'DEGJMPQ'],
  [Infinity, 'DEHKNQR'],
];

const sizes = [2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150] as const;
const reducedSizes = [2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800] as const;

/** From the first diagonal on: a plan, or the arrow to follow. */
type Cell = 'up' | 'down' | readonly [ac: number, re: number];
const plain = (numbers: readonly number[]): readonly Cell[] => numbers.map((ac) => [ac, ac + 1]);

interface MasterTable {
  readonly sizes: readonly number[];
  /** The diagonal (letter + AQL step, both from 0) of `cells[0]`; before it the arrow points down, behind the end up. */
  readonly first: number;
  readonly cells: readonly Cell[];
}

export const masterTables: Readonly<Record<Inspection, MasterTable>> = {
  normal: {
    sizes: sizes.slice(0, 16),
    first: 14,
    cells: [[0, 1], 'up', 'down', ...plain([1, 2, 3, 5, 7, 10, 14, 21, 30, 44])],
  },
  tightened: {
    sizes,
    first: 15,
    cells: [[0, 1], 'down', 'down', ...plain([1, 2, 3, 5, 8, 12, 18, 27, 41])],
  },
  /** The number between Ac and Re accepts the lot and ends reduced inspection. */
  reduced: {
    sizes: reducedSizes,
    first: 14,
    cells: [
      [0, 1],
      'up',
      'down',
      [0, 2],
      [1, 3],
      [1, 4],
      [2, 5],
      [3, 6],
      [5, 8],
      [7, 10],
      [10, 13],
      [14, 17],
      [21, 24],
    ],
  },
};

/** Above letter E the tables end at this diagonal (Ac 21 normal, 18 tightened, 10 reduced). */
const lastDiagonal = 24;

/** Reduced inspection, letters A and B: their samples of two are larger than a fifth of the normal ones. */
const reducedTop: Readonly<Record<string, Readonly<Record<number, Cell>>>> = {
  A: Object.fromEntries(
    (
      [
        [25, 1],
        [40, 2],
        [65, 3],
        [100, 5],
        [150, 7],
        [250, 10],
        [400, 14],
        [650, 21],
        [1000, 30],
      ] as const
    ).map(([aql, ac]) => [aql, [ac, ac + 1]]),
  ),
  B: Object.fromEntries(
    (
      [
        [100, 5],
        [150, 7],
        [250, 10],
        [400, 14],
        [650, 21],
        [1000, 30],
      ] as const
    ).map(([aql, ac]) => [aql, [ac, ac + 1]]),
  ),
};

/** What stands in the table at this letter and AQL step. */
export function cellOf(inspection: Inspection, letter: number, step: number): Cell {
  const { first, cells } = masterTables[inspection];
  const top = inspection === 'reduced' ? reducedTop[codeLetters[letter] ?? '']?.[aqls[step] ?? 0] : undefined;
  if (top) return top;
  const diagonal = letter + step;
  // The one cell off its diagonal: two items with none nonconforming are no tightened plan for AQL 10.
  if (inspection === 'tightened' && letter === 0 && diagonal === first) return 'down';
  if (diagonal < first) return 'down';
  if (letter > codeLetters.indexOf('E') && diagonal > lastDiagonal) return 'up';
  return cells[diagonal - first] ?? 'up';
}
