/** A document of elements with their places, whether it was written as XML or as JSON. */
import type { Place } from './faults.ts';

export interface Element {
  /** Without the prefix of its namespace. */
  readonly name: string;
  /** Text directly inside, trimmed; empty: none. */
  readonly text: string;
  readonly children: readonly Element[];
  readonly place: Place;
}

export const childrenOf = (element: Element, name: string): readonly Element[] =>
  element.children.filter((child) => child.name === name);

export const childOf = (element: Element, name: string): Element | undefined =>
  element.children.find((child) => child.name === name);

/** First element along the names. */
export function descend(element: Element, ...names: readonly string[]): Element | undefined {
  let found: Element | undefined = element;
  for (const name of names) {
    if (found === undefined) return undefined;
    found = childOf(found, name);
  }
  return found;
}
