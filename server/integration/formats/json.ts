/** JSON whose faults name the line: the built-in parser judges, and a second walk finds places when one is asked for. */
import type { RowFault } from '#contract/integration/words.ts';
import { Lines, nowhere, wholeFault, type Place } from './faults.ts';

export type JsonPath = readonly (string | number)[];
export type JsonRead =
  | { readonly value: unknown; readonly places: JsonPlaces; readonly fault: null }
  | { readonly value: null; readonly places: null; readonly fault: RowFault };

/** Nothing that is exchanged nests deeper; more is an attack on whoever walks it. */
const maxDepth = 64;

/** Never throws. @param text already decoded; a byte order mark is not taken. */
export function readJson(text: string): JsonRead {
  const deep = tooDeep(text);
  if (deep !== null) {
    const place = new Lines(text).at(deep);
    return {
      value: null,
      places: null,
      fault: wholeFault(`it nests deeper than ${maxDepth} levels`, 'Send it less deeply nested.', place),
    };
  }
  try {
    return { value: JSON.parse(text) as unknown, places: new JsonPlaces(text), fault: null };
  } catch {
    const { at, expected } = firstError(text);
    return {
      value: null,
      places: null,
      fault: wholeFault(
        `it is not JSON: ${expected} is expected here`,
        'Correct the JSON at this line and column.',
        new Lines(text).at(at),
      ),
    };
  }
}

/** The parser of the runtime tells no place where the text is short; so the fault is looked for once more (RFC 8259). */
function firstError(text: string): { readonly at: number; readonly expected: string } {
  const stack: ('{' | '[')[] = [];
  let expected = 'a value';
  let at = 0;
  const inside = (): string => (stack.at(-1) === '{' ? 'a comma or }' : 'a comma or ]');
  for (;;) {
    while (/[ \t\n\r]/.test(text[at] ?? '')) at += 1;
    const next = text[at];
    if (next === undefined) return { at, expected };
    const value = expected.startsWith('a value');
    if (value && (next === '{' || next === '[')) {
      stack.push(next);
      expected = next === '{' ? 'a name in quotes or }' : 'a value or ]';
      at += 1;
    } else if ((next === '}' || next === ']') && expected.endsWith(next)) {
      stack.pop();
      expected = stack.length === 0 ? 'the end' : inside();
      at += 1;
    } else if (next === ',' && expected.startsWith('a comma')) {
      expected = stack.at(-1) === '{' ? 'a name in quotes' : 'a value';
      at += 1;
    } else if (next === ':' && expected === 'a colon') {
      expected = 'a value';
      at += 1;
    } else if (next === '"' && (value || expected.startsWith('a name'))) {
      const end = endOfString(text, at);
      if (end - at < 2 || !validString(text.slice(at, end))) return { at, expected: 'a whole text in quotes' };
      expected = value ? (stack.length === 0 ? 'the end' : inside()) : 'a colon';
      at = end;
    } else {
      const literal = value
        ? /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/.exec(text.slice(at, at + 400))
        : null;
      if (literal === null) return { at, expected };
      expected = stack.length === 0 ? 'the end' : inside();
      at += literal[0].length;
    }
  }
}

function validString(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'string';
  } catch {
    return false;
  }
}

/** @returns the offset where it becomes too deep, or null. */
function tooDeep(text: string): number | null {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = endOfString(text, at) - 1;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > maxDepth) return at;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return null;
}

/** @returns the offset behind the closing quote of the string that begins at `at` (or the end of the text). */
function endOfString(text: string, at: number): number {
  for (let next = at + 1; next < text.length; next++) {
    const code = text.charCodeAt(next);
    if (code === 0x5c) next += 1;
    else if (code === 0x22) return next + 1;
  }
  return text.length;
}

interface Spot {
  readonly at: number;
  readonly key: number;
  readonly inside: Map<string | number, Spot> | null;
}

/** Where the values of a valid JSON text stand. Walks the text at the first question, so that good input costs nothing. */
export class JsonPlaces {
  readonly #text: string;
  #root: Spot | null = null;
  #lines: Lines | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  /** Of the value at `path`, or of the nearest one above that is there. `of: 'key'`: of its name. */
  locate(path: JsonPath, of: 'value' | 'key' = 'value'): Place {
    this.#root ??= new Walk(this.#text).value(0);
    this.#lines ??= new Lines(this.#text);
    let spot = this.#root;
    let whole = true;
    for (const part of path) {
      const next = spot.inside?.get(part);
      if (next === undefined) {
        whole = false;
        break;
      }
      spot = next;
    }
    if (path.length > 0 && spot === this.#root) return nowhere;
    return this.#lines.at(whole && of === 'key' ? spot.key : spot.at);
  }
}

class Walk {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(key: number): Spot {
    this.#skip();
    const at = this.#at;
    const first = this.#text[at];
    if (first === '{') return { at, key, inside: this.#members() };
    if (first === '[') return { at, key, inside: this.#elements() };
    if (first === '"') this.#at = endOfString(this.#text, at);
    else while (this.#at < this.#text.length && !/[\s,\]}]/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    return { at, key, inside: null };
  }

  #members(): Map<string, Spot> {
    const members = new Map<string, Spot>();
    this.#at += 1;
    for (this.#skip(); this.#text[this.#at] !== '}'; this.#skip()) {
      const key = this.#at;
      this.#at = endOfString(this.#text, key);
      const name = JSON.parse(this.#text.slice(key, this.#at)) as string;
      this.#skip();
      this.#at += 1;
      members.set(name, this.value(key));
      this.#skip();
      if (this.#text[this.#at] === ',') this.#at += 1;
    }
    this.#at += 1;
    return members;
  }

  #elements(): Map<number, Spot> {
    const elements = new Map<number, Spot>();
    this.#at += 1;
    for (this.#skip(); this.#text[this.#at] !== ']'; this.#skip()) {
      elements.set(elements.size, this.value(this.#at));
      this.#skip();
      if (this.#text[this.#at] === ',') this.#at += 1;
    }
    this.#at += 1;
    return elements;
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }
}
