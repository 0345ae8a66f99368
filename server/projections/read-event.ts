/** A stored record as the folds take it: parsed, lifted to its newest version, checked; or why it cannot be folded. */
import type { EventRecord } from '#contract/envelope.ts';
import { eventDefinition, upcast } from '#contract/events/index.ts';
import type { Happened } from '#domain/happened.ts';
import type { QuarantineRow } from '#contract/plant/trouble.ts';

export interface StoredRecord {
  readonly streamId: number;
  readonly seq: number;
  /** UTC ms by the server's clock. */
  readonly receivedAt: number;
  /** First day of the month of `receivedAt`, as the partition has it. */
  readonly month: string;
  readonly record: string;
}
export type FoldableEvent = Happened & Pick<StoredRecord, 'streamId' | 'seq' | 'receivedAt' | 'month'>;

export interface Unfoldable {
  readonly streamId: number;
  readonly seq: number;
  readonly type: string;
  readonly version: number;
  readonly reason: QuarantineRow['reason'];
  readonly detail: string;
}

export function readEvent(stored: StoredRecord): FoldableEvent | Unfoldable {
  const { streamId, seq, receivedAt, month } = stored;
  let record: EventRecord | null = null;
  const unfoldable = (reason: Unfoldable['reason'], detail: string): Unfoldable => ({
    streamId,
    seq,
    type: String(record?.type ?? ''),
    version: Number.isInteger(record?.version) ? (record?.version ?? 0) : 0,
    reason,
    detail: detail.slice(0, 2_000),
  });
  try {
    record = JSON.parse(stored.record) as EventRecord;
    const definition = eventDefinition(record.type);
    if (definition === undefined) return unfoldable('unknown-type', `this version does not know ${record.type}`);
    if (record.version > definition.version)
      return unfoldable(
        'unknown-version',
        `this version knows ${record.type} up to version ${definition.version}, not ${record.version}`,
      );
    const lifted = upcast(record);
    const parsed = definition.schema.safeParse(lifted.body);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return unfoldable('body-invalid', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
    }
    if (typeof record.at !== 'number' || typeof record.stationId !== 'string' || typeof record.actor?.kind !== 'string')
      return unfoldable('body-invalid', 'at, stationId or actor is missing');
    return {
      type: record.type,
      body: parsed.data,
      at: record.at,
      actor: record.actor,
      stationId: record.stationId,
      streamId,
      seq,
      receivedAt,
      month,
    } as unknown as FoldableEvent;
  } catch (error) {
    return unfoldable('body-invalid', error instanceof Error ? error.message : String(error));
  }
}

export const isUnfoldable = (event: FoldableEvent | Unfoldable): event is Unfoldable => 'reason' in event;
