/** A reference case as it lies in a file (kind, parameters, input or subcases), and what its fields may be. */
import { z } from 'zod';
import type { Value } from '#domain/spc/reason.ts';

const fields = z.record(z.string(), z.unknown());
const subcaseSchema = z.looseObject({
  name: z.string(),
  kind: z.string().optional(),
  parameters: fields.optional(),
  input: fields.default({}),
  expected: z.unknown().optional(),
});
const caseSchema = z.looseObject({
  name: z.string().optional(),
  kind: z.string(),
  parameters: fields.default({}),
  input: fields.optional(),
  /** Only its keys are looked at, never its numbers: they tell which fields to print. */
  expected: z.unknown().optional(),
  subcases: z.array(subcaseSchema).optional(),
});
export type Case = z.infer<typeof caseSchema>;

/** The file asks for what cannot be told: where, and what is wrong there. */
export class CaseFault extends Error {
  readonly at: string;
  readonly problem: string;
  constructor(at: string, problem: string) {
    super(`${at}: ${problem}`);
    this.at = at;
    this.problem = problem;
  }
}

export function readCase(json: unknown): Case {
  const read = caseSchema.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new CaseFault(issue?.path.join('.') ?? '', issue?.message ?? 'not a case');
}

/** Parameters and input of one question; its fields are asked by name, an alias after the usual one. */
export class Fields {
  readonly place: string;
  readonly all: Readonly<Record<string, unknown>>;
  constructor(place: string, all: Readonly<Record<string, unknown>>) {
    this.place = place;
    this.all = all;
  }

  /** The first of the names that is there. */
  find(...names: readonly string[]): { readonly name: string; readonly value: unknown } | null {
    const name = names.find((each) => this.all[each] !== undefined);
    return name === undefined ? null : { name, value: this.all[name] };
  }

  has(...names: readonly string[]): boolean {
    return this.find(...names) !== null;
  }

  /** null where none is there or it is `null` or words. */
  number(...names: readonly string[]): number | null {
    for (const name of names) {
      const value = this.all[name];
      if (typeof value === 'number' && Number.isFinite(value)) return value;
    }
    return null;
  }

  text(...names: readonly string[]): string {
    for (const name of names) {
      const value = this.all[name];
      if (typeof value === 'string') return value;
    }
    return '';
  }

  flag(...names: readonly string[]): boolean {
    return names.some((name) => this.all[name] === true);
  }

  /** A list of numbers in which `null` is a missing value; null where none is there. */
  list(...names: readonly string[]): readonly Value[] | null {
    const found = this.find(...names);
    if (found === null) return null;
    if (!Array.isArray(found.value)) this.fault(found.name, 'a list of numbers is expected');
    return (found.value as readonly unknown[]).map((value, i) => this.value(`${found.name}[${i}]`, value));
  }

  needList(...names: readonly string[]): readonly Value[] {
    return this.list(...names) ?? this.fault(names[0] ?? '', `is missing; give ${names.join(' or ')}`);
  }

  /** Lists of numbers, one per subgroup. */
  lists(...names: readonly string[]): readonly (readonly Value[])[] | null {
    const found = this.find(...names);
    if (found === null) return null;
    if (!Array.isArray(found.value)) this.fault(found.name, 'a list of lists of numbers is expected');
    return (found.value as readonly unknown[]).map((row, i) => {
      if (!Array.isArray(row)) return this.fault(`${found.name}[${i}]`, 'a list of numbers is expected');
      return (row as readonly unknown[]).map((value, j) => this.value(`${found.name}[${i}][${j}]`, value));
    });
  }

  object(...names: readonly string[]): Fields | null {
    const found = this.find(...names);
    if (found === null || typeof found.value !== 'object' || found.value === null || Array.isArray(found.value))
      return null;
    return new Fields(`${this.place}.${found.name}`, found.value as Record<string, unknown>);
  }

  fault(name: string, problem: string): never {
    throw new CaseFault(`${this.place}.${name}`, problem);
  }

  private value(at: string, value: unknown): Value {
    if (value === null || typeof value === 'number') return value;
    return this.fault(at, `is ${JSON.stringify(value)}; a number or null is expected`);
  }
}

export interface Question {
  readonly parameters: Fields;
  readonly input: Fields;
  /** All parts of the kind: "i-mr+capability" has two. */
  readonly parts: readonly string[];
}
