/** What the rules of samples may know: everything comes in by these questions (the station's read model). */
import type { Decided, MadeUnit, Stream } from './due.ts';
import type { Sample } from './sample.ts';

export interface BenchFacts {
  /** In order of time, then of run. @param since UTC ms. */
  made(stream: Stream, since: number): readonly MadeUnit[];
  /** Samples of the stream that were begun or skipped here. */
  decided(stream: Stream): readonly Decided[];
  orderDone(stream: Stream, orderId: string): boolean;
  /** Units that passed there, the newest first, those of files last. @param most of them */
  measurable(stream: Stream, most: number): readonly string[];
  /** The newest run in which the unit passed there (`executionId` null: files told of it); null: none is known. */
  passed(stream: Stream, serial: string): { readonly executionId: string | null; readonly revision: string } | null;
  sample(sampleId: string): Sample | null;
  /** The one that is being measured at this station; there is at most one. */
  open(): Sample | null;
  /** The last one that was begun at this station, open or finished. */
  newest(): Sample | null;
  /** Declared here since the operation last passed here, oldest first. */
  setUpsSince(operationId: string): readonly { setUpId: string; kind: 'set-up' | 'tool-change'; at: number }[];
}
