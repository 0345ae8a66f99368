/** Lists over the wire come in pages; a cursor is what the next page begins after, opaque to the screen. */
import type { Page } from '#contract/rpc/base.ts';

/** @param rows one more than `limit` tells that there is a next page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  total: number,
  cursorOf: (row: Row) => readonly (string | number)[],
  itemOf: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: shown.map(itemOf), next: more ? JSON.stringify(cursorOf(last)) : null, total };
}

/** @returns null for the first page, also for a cursor that is none (of an older program): the list starts anew. */
export function cursorParts(cursor: string | null, count: number): readonly (string | number)[] | null {
  if (cursor === null) return null;
  try {
    const parts: unknown = JSON.parse(cursor);
    const fine =
      Array.isArray(parts) &&
      parts.length === count &&
      parts.every((part) => typeof part === 'string' || typeof part === 'number');
    return fine ? (parts as (string | number)[]) : null;
  } catch {
    return null;
  }
}
