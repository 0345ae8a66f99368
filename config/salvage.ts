/**
 * What can still be read of a file that its schema refuses, so that one fault does not hide the faults behind it: unknown
 * keys are left out, a wrong optional value is left out, and where a required value is wrong the list entry around it.
 */
import type { z } from 'zod';
import { plainPath, valueAt } from './schema-faults.ts';
import type { Path } from './yaml-file.ts';

export interface Salvaged<T> {
  /** null when nothing useful was left. */
  readonly value: T | null;
  /** Turns a path in `value` into the path in the file (list entries may have been left out before it). */
  readonly original: (path: Path) => Path;
  /** Every text in the parts left out; a reference to one of them is not called unknown. */
  readonly leftOut: readonly string[];
}

const rounds = 20;

export function salvage<T>(schema: z.ZodType<T>, raw: unknown): Salvaged<T> {
  const rest = structuredClone(raw);
  const places = new Map<unknown[], number[]>();
  const leftOut: string[] = [];
  const original = (path: Path): Path => {
    let node: unknown = rest;
    return path.map((part) => {
      const place = Array.isArray(node) && typeof part === 'number' ? (places.get(node)?.[part] ?? part) : part;
      node = valueAt(node, [part]);
      return place;
    });
  };
  for (let round = 0; round < rounds; round++) {
    const parsed = schema.safeParse(rest);
    if (parsed.success) return { value: parsed.data, original, leftOut };
    // From the back, so that leaving out one list entry does not move those still to be left out.
    const issues = [...parsed.error.issues].reverse();
    const done = new Set<string>();
    for (const issue of issues) {
      const path = plainPath(issue.path);
      const targets = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
      for (const target of targets) {
        const victim = issue.code === 'unrecognized_keys' ? target : victimOf(rest, target);
        if (victim === null) return { value: null, original, leftOut: [...leftOut, ...textsIn(rest)] };
        const key = JSON.stringify(victim);
        if (done.has(key) || [...done].some((each) => key.startsWith(each.slice(0, -1)))) continue;
        done.add(key);
        leftOut.push(...textsIn(valueAt(rest, victim)));
        remove(rest, victim, places);
      }
    }
  }
  return { value: null, original, leftOut: [...leftOut, ...textsIn(rest)] };
}

/** The value itself if it is there; what encloses it if it is missing. null = the whole file. */
function victimOf(rest: unknown, path: Path): Path | null {
  let victim = [...path];
  while (victim.length > 0 && valueAt(rest, victim) === undefined) victim = victim.slice(0, -1);
  return victim.length === 0 ? null : victim;
}

function remove(root: unknown, path: Path, places: Map<unknown[], number[]>): void {
  const parent = valueAt(root, path.slice(0, -1));
  const key = path.at(-1);
  if (Array.isArray(parent) && typeof key === 'number') {
    const indices = places.get(parent) ?? parent.map((_, at) => at);
    indices.splice(key, 1);
    places.set(parent, indices);
    parent.splice(key, 1);
  } else if (typeof parent === 'object' && parent !== null && key !== undefined) {
    delete (parent as Record<string | number, unknown>)[key];
  }
}

export function textsIn(value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn);
  return [];
}
