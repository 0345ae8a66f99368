/** What the views of a machine's time are read from. */
import type { Facts } from '#domain/facts.ts';
import type { ReadModelReader } from '#station/store/projection.ts';

export interface OeeSources {
  readonly read: ReadModelReader;
  readonly facts: Facts;
}
