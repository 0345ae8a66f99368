/** Which fields of an answer are printed: those that the case's `expected` names, or all. */

export type Answer = { readonly [field: string]: unknown };

type Shape = 'list' | 'object' | 'single' | 'any';

const shapeOf = (value: unknown): Shape =>
  value === null || value === undefined
    ? 'any'
    : Array.isArray(value)
      ? 'list'
      : typeof value === 'object'
        ? 'object'
        : 'single';

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/**
 * @param wanted `expected` of the case. A field that the answer does not have is left out, so that nobody takes it for null.
 * @param parts answers of the parts of a combined kind, by name: they serve for `xbarR: {...}` and for fields of their own.
 */
export function select(answer: Answer, wanted: unknown, parts: Readonly<Record<string, Answer>> = {}): Answer {
  if (shapeOf(wanted) !== 'object') return answer;
  const found: Record<string, unknown> = {};
  for (const [name, shape] of Object.entries(wanted as Answer)) {
    const value = lookUp(answer, name, shape, parts);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function lookUp(answer: Answer, name: string, wanted: unknown, parts: Readonly<Record<string, Answer>>): unknown {
  const key = plain(name);
  const candidates = [
    answer[name],
    ...Object.entries(answer).flatMap(([each, value]) => (plain(each) === key ? [value] : [])),
    ...Object.entries(parts).flatMap(([each, part]) => (plain(each) === key ? [part] : [])),
    ...Object.values(parts).map((part) => part[name]),
  ].filter((value) => value !== undefined);
  const shape = shapeOf(wanted);
  if (shape === 'object') {
    const best = closestTo(candidates, Object.keys(wanted as Answer));
    if (best) return select(best, wanted);
  }
  const value =
    candidates.find((each) => shape === 'any' || shapeOf(each) === 'any' || shapeOf(each) === shape) ?? candidates[0];
  return fit(value, wanted);
}

/**
 * Of the answers, and of the objects inside them, the first that has most of the keys: `xbarR` may mean all of that chart or
 * the limits of its means.
 */
function closestTo(candidates: readonly unknown[], keys: readonly string[]): Answer | null {
  const objects = candidates.filter((each): each is Answer => shapeOf(each) === 'object');
  const all = [
    ...objects,
    ...objects.flatMap((each) => Object.values(each)).filter((each): each is Answer => shapeOf(each) === 'object'),
  ];
  const score = (each: Answer): number => keys.filter((key) => each[key] !== undefined).length;
  const most = Math.max(0, ...all.map(score));
  return most === 0 ? null : (all.find((each) => score(each) === most) ?? null);
}

/** Limits that are the same for all points are one number or a list, as the case has them. */
function fit(value: unknown, wanted: unknown): unknown {
  const [have, want] = [shapeOf(value), shapeOf(wanted)];
  // Undefined as a whole or field by field: as the case has it.
  if (value === null && want === 'object') return nothing(wanted);
  if (have === 'object' && want !== 'object' && Object.values(value as Answer).every((each) => each === null))
    return null;
  if (have === 'object' && want === 'object') return select(value as Answer, wanted);
  if (have === 'list' && want === 'single') {
    const list = value as readonly unknown[];
    return list.length > 0 && list.every((each) => each === list[0]) ? list[0] : value;
  }
  if (have === 'single' && want === 'list') return (wanted as readonly unknown[]).map(() => value);
  return value;
}

/** Every field of what cannot be answered is undefined. */
export function nothing(wanted: unknown): unknown {
  if (shapeOf(wanted) !== 'object') return null;
  return Object.fromEntries(Object.entries(wanted as Answer).map(([name, each]) => [name, nothing(each)]));
}
