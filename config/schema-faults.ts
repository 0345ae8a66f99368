/** What a schema says about a file, in words for the person who wrote the file. */
import type { z } from 'zod';
import { choices, closest } from '#domain/config/closest.ts';
import type { ConfigurationFault } from '#contract/config/index.ts';
import { pathText, type Path, type YamlFile } from './yaml-file.ts';

type Issue = z.core.$ZodIssue;

export function faultsOfSchema(
  yaml: YamlFile,
  schema: z.ZodType,
  issues: readonly Issue[],
  at: Path = [],
): ConfigurationFault[] {
  return issues.flatMap((issue) => {
    const path = [...at, ...plainPath(issue.path)];
    if (issue.code === 'unrecognized_keys') {
      const known = keysOf(schemaAt(schema, plainPath(issue.path), valueAt(yaml.value, at)));
      return issue.keys.map((key) => {
        const near = closest(key, known);
        return {
          file: yaml.file,
          ...yaml.locate([...path, key], 'key'),
          path: pathText([...path, key]),
          problem: `unknown key "${key}"`,
          remedy: `${near === null ? 'Remove it.' : `Did you mean "${near}"?`} Possible here: ${known.join(', ')}.`,
        };
      });
    }
    const { problem, remedy } = wording(
      issue,
      valueAt(yaml.value, path),
      path,
      schemaAt(schema, plainPath(issue.path), valueAt(yaml.value, at)),
    );
    return [{ file: yaml.file, ...yaml.locate(path), path: pathText(path), problem, remedy }];
  });
}

export function plainPath(path: readonly PropertyKey[]): (string | number)[] {
  return path.map((part) => (typeof part === 'symbol' ? String(part) : part));
}

export function valueAt(value: unknown, path: Path): unknown {
  let found = value;
  for (const part of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Record<string | number, unknown>)[part];
  }
  return found;
}

/** The schema of the value at `path`, looking through optional, default and the options of a union; null if it has none. */
export function schemaAt(schema: z.core.$ZodType, path: Path, value: unknown): z.core.$ZodType | null {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'nonoptional':
      return schemaAt(def.innerType, path, value);
    case 'pipe':
      return schemaAt(def.in, path, value);
    case 'union': {
      const options: z.core.$ZodType[] = [...def.options];
      const fitting =
        options.find((option) => discriminates(option, value)) ?? (path.length > 0 ? options[0] : undefined);
      return fitting ? schemaAt(fitting, path, value) : schema;
    }
    default:
  }
  const [first, ...rest] = path;
  if (first === undefined) return schema;
  const inner = valueAt(value, [first]);
  switch (def.type) {
    case 'object': {
      const next = (def.shape as Record<string, z.core.$ZodType | undefined>)[String(first)];
      return next ? schemaAt(next, rest, inner) : null;
    }
    case 'array':
      return schemaAt(def.element, rest, inner);
    case 'record':
      return schemaAt(def.valueType, rest, inner);
    default:
      return null;
  }
}

/** An option of a discriminated union fits when every literal of it equals what the value has there. */
function discriminates(option: z.core.$ZodType, value: unknown): boolean {
  const def = (option as z.core.$ZodTypes)._zod.def;
  if (def.type !== 'object') return false;
  const literals = Object.entries(def.shape).filter(
    ([, each]) => (each as z.core.$ZodTypes)._zod.def.type === 'literal',
  );
  return (
    literals.length > 0 &&
    literals.every(([key, each]) => each._zod.values?.has(valueAt(value, [key]) as never) === true)
  );
}

function keysOf(schema: z.core.$ZodType | null): string[] {
  if (schema === null) return [];
  const def = (schema as z.core.$ZodTypes)._zod.def;
  return def.type === 'object' ? Object.keys(def.shape) : [];
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
  null: 'null',
};
const kind = (name: string): string => kinds[name] ?? name;

function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return kind(typeof value);
}

const quoted = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

interface Wording {
  readonly problem: string;
  readonly remedy: string;
}

function wording(issue: Issue, value: unknown, path: Path, schema: z.core.$ZodType | null): Wording {
  const name = [...path].reverse().find((part) => typeof part === 'string') ?? 'the file';
  if (value === undefined) {
    return {
      problem: `"${String(path.at(-1) ?? 'content')}" is missing`,
      remedy: `Add \`${String(path.at(-1))}:\`${expectation(issue, schema)}.`,
    };
  }
  switch (issue.code) {
    case 'invalid_type':
      return {
        problem: `"${name}" is ${kindOf(value)}${typeof value === 'object' ? '' : ` (${quoted(value)})`}, expected ${kind(issue.expected)}`,
        remedy:
          issue.expected === 'string' && typeof value !== 'object'
            ? `Write it in quotes: "${String(value)}".`
            : issue.expected === 'int'
              ? 'Write a number without decimals.'
              : `Write ${kind(issue.expected)}${keysHint(schema)}.`,
      };
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      return allowed.length === 1
        ? {
            problem: `"${name}" is ${quoted(value)}, expected ${quoted(issue.values[0])}`,
            remedy: `Write \`${name}: ${allowed[0]}\`.`,
          }
        : {
            problem: `${quoted(value)} is not possible for "${name}"`,
            remedy: choices(String(value), allowed, 'value'),
          };
    }
    case 'invalid_union': {
      const options = 'options' in issue ? (issue.options ?? []).map(String) : [];
      if (options.length > 0) {
        return {
          problem: `${quoted(value)} is not possible for "${name}"`,
          remedy: choices(String(value), options, 'value'),
        };
      }
      const expected = issue.errors
        .flat()
        .flatMap((each) => (each.code === 'invalid_type' ? [kind(each.expected)] : []));
      return {
        problem: `"${name}" is ${kindOf(value)} (${quoted(value)}), which is not possible here`,
        remedy:
          expected.length > 0 ? `Write ${[...new Set(expected)].join(' or ')}.` : 'See the description of this key.',
      };
    }
    case 'too_small':
    case 'too_big': {
      const small = issue.code === 'too_small';
      const limit = Number(small ? issue.minimum : issue.maximum);
      const bound = `${small ? 'at least' : 'at most'} ${limit}`;
      if (issue.origin === 'string') {
        return value === ''
          ? { problem: `"${name}" is empty`, remedy: 'Write a text.' }
          : { problem: `"${name}" is ${small ? 'too short' : 'too long'}`, remedy: `Use ${bound} characters.` };
      }
      if (issue.origin === 'array')
        return { problem: `"${name}" has too ${small ? 'few' : 'many'} entries`, remedy: `Give ${bound}.` };
      const strict = issue.inclusive === false ? `${small ? 'more' : 'less'} than ${limit}` : bound;
      return {
        problem: `"${name}" is ${quoted(value)}, must be ${strict}`,
        remedy: `Write a number that is ${strict}.`,
      };
    }
    case 'invalid_format': {
      const forms: Readonly<Record<string, string>> = {
        datetime: 'Write a time with its zone, e.g. "2026-11-20T06:00:00+01:00".',
        date: 'Write a date as YYYY-MM-DD, e.g. "2027-06-30".',
      };
      const begins = 'prefix' in issue ? `It must begin with "${issue.prefix}".` : null;
      const custom = issue.message.startsWith('Invalid')
        ? `It must match ${issue.pattern ?? issue.format}.`
        : `${issue.message}.`;
      return {
        problem: `"${name}" is ${quoted(value)}, which is not in the right form`,
        remedy: forms[issue.format] ?? begins ?? custom.charAt(0).toUpperCase() + custom.slice(1),
      };
    }
    default:
      return { problem: `"${name}" is ${quoted(value)}: ${issue.message}`, remedy: 'Correct the value.' };
  }
}

function expectation(issue: Issue, schema: z.core.$ZodType | null): string {
  if (issue.code === 'invalid_value') return ` (${issue.values.map(String).join(', ')})`;
  if (issue.code === 'invalid_union' && 'options' in issue && issue.options)
    return ` (${issue.options.map(String).join(', ')})`;
  if (issue.code !== 'invalid_type') return '';
  return ` (${kind(issue.expected)}${keysHint(schema)})`;
}

function keysHint(schema: z.core.$ZodType | null): string {
  const keys = keysOf(schema);
  return keys.length > 0 ? ` with ${keys.join(', ')}` : '';
}
