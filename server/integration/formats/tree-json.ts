/** JSON as elements: the members of an object are child elements, an array is the same element several times. */
import type { RowFault } from '#contract/integration/words.ts';
import { readJson, type JsonPath, type JsonPlaces } from './json.ts';
import { wholeFault } from './faults.ts';
import type { Element } from './tree.ts';
import type { Tag } from './xml.ts';

/** Members that hold the text of an element that also has attributes, as different tools write them. */
const textMembers = ['value', '#text', '_', '$'];

export type JsonTree =
  | { readonly root: Element; readonly fault: null }
  | { readonly root: null; readonly fault: RowFault };

/** Takes `{ "Name": { ... } }` with exactly one element at the top; `$schema` and `@...` beside it are ignored. */
export function readJsonTree(text: string): JsonTree {
  const read = readJson(text);
  if (read.fault !== null) return { root: null, fault: read.fault };
  const { value, places } = read;
  const names =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.keys(value).filter((name) => !/^[@$]/.test(name))
      : [];
  const [name] = names;
  if (name === undefined || names.length > 1) {
    return {
      root: null,
      fault: wholeFault(
        'it is not one document',
        'Send {"ProcessProductionSchedule": {...}} or {"ProcessJobList": {...}}.',
        places.locate([]),
      ),
    };
  }
  return { root: elementOf(name, (value as Record<string, unknown>)[name], [name], places), fault: null };
}

function elementOf(name: string, value: unknown, path: JsonPath, places: JsonPlaces): Element {
  const local = name.slice(name.indexOf(':') + 1);
  const children: Element[] = [];
  let text = '';
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      if (key.startsWith('@')) continue;
      if (textMembers.includes(key) && (typeof inner === 'string' || typeof inner === 'number')) text = String(inner);
      else if (Array.isArray(inner)) {
        inner.forEach((each, at) => children.push(elementOf(key, each, [...path, key, at], places)));
      } else children.push(elementOf(key, inner, [...path, key], places));
    }
  } else if (value !== null && value !== undefined) text = String(value);
  return new Lazy(local, text.trim(), children, path, places);
}

/** Its place is looked up only when a fault asks for it. */
class Lazy implements Element {
  readonly name: string;
  readonly text: string;
  readonly children: readonly Element[];
  readonly #path: JsonPath;
  readonly #places: JsonPlaces;

  constructor(name: string, text: string, children: readonly Element[], path: JsonPath, places: JsonPlaces) {
    this.name = name;
    this.text = text;
    this.children = children;
    this.#path = path;
    this.#places = places;
  }

  get place() {
    return this.#places.locate(this.#path, 'key');
  }
}

/** @param many names of elements that the schema lets occur more than once: they are arrays even when there is one. */
export function jsonOf([name, content]: Tag, many: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  return { [name]: valueOf(content, many) };
}

function valueOf(content: Tag[1], many: ReadonlySet<string>): unknown {
  if (typeof content !== 'object') return content ?? '';
  const members: { [name: string]: unknown } = {};
  for (const tag of content) {
    if (tag === undefined || tag[1] === undefined) continue;
    const [name, inner] = tag;
    const value = valueOf(inner, many);
    const before = members[name];
    if (Array.isArray(before)) before.push(value);
    else if (before !== undefined) members[name] = [before, value];
    else members[name] = many.has(name) ? [value] : value;
  }
  return members;
}
