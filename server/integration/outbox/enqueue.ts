/** Puts messages where they are delivered from, in the transaction of the fact that they tell of. */
import type { IntegrationTarget } from '#contract/config/integration.ts';
import type { OutMessage, OutMessageKind } from '#contract/integration/messages.ts';
import { pullTarget } from '#domain/config/check-integration.ts';
import type { Queries } from '../../db/db.ts';

/** Heard by the workers of all instances. */
export const outboxChannel = 'erp_outbox';

export interface Receiver {
  readonly target: string;
  readonly messages: ReadonlySet<OutMessageKind>;
}

/** Whom messages are for: every target of the configuration, and the pull interface, which gets all. */
export const receiversOf = (targets: readonly IntegrationTarget[], kinds: readonly OutMessageKind[]): Receiver[] =>
  [
    { target: pullTarget, messages: new Set(kinds) },
    ...targets.map(({ id, messages }) => ({ target: id, messages: new Set(messages) })),
    // In the same order in every transaction, so that two of them cannot wait for each other.
  ].sort((a, b) => (a.target < b.target ? -1 : 1));

/**
 * A message whose key was told before is left out. Numbers are given under the lock of the receiver's row, which is held
 * until the transaction ends: whoever reads number n has seen all below it.
 * @param at UTC ms. @returns keys of the messages that are new.
 */
export async function enqueue(
  tx: Queries,
  messages: readonly OutMessage[],
  receivers: readonly Receiver[],
  at: number,
): Promise<ReadonlySet<string>> {
  if (messages.length === 0) return new Set();
  const unique = [...new Map(messages.map((message) => [message.key, message])).values()];
  const inserted = await tx.query<{ key: string }>(
    `INSERT INTO erp_message (key, kind, order_id, body, created_at)
     SELECT key, kind, order_id, body, $2 FROM jsonb_to_recordset($1::text::jsonb)
       AS m (key text, kind text, order_id text, body text)
     ON CONFLICT (key) DO NOTHING RETURNING key`,
    [JSON.stringify(unique.map((each) => row(each))), at],
  );
  const fresh = new Set(inserted.map(({ key }) => key));
  const told = unique.filter(({ key }) => fresh.has(key));
  if (told.length === 0) return fresh;
  for (const { target, messages: kinds } of receivers) {
    const wanted = told.filter(({ kind }) => kinds.has(kind));
    if (wanted.length > 0) await address(tx, target, wanted, at);
  }
  await tx.query(`SELECT pg_notify($1, '')`, [outboxChannel]);
  return fresh;
}

const row = (message: OutMessage): object => ({
  key: message.key,
  kind: message.kind,
  order_id: message.orderId ?? '',
  body: JSON.stringify(message),
});

/** Messages of one order go one after the other, and so do those of one call. */
const laneOf = (message: OutMessage): string => ('callId' in message ? `call:${message.callId}` : message.orderId);

async function address(tx: Queries, target: string, messages: readonly OutMessage[], at: number): Promise<void> {
  const pulled = target === pullTarget;
  // Whoever asks by number keeps the last one seen. After the database was put back to an older backup the numbers must
  // not begin below it again, or he would pass over what is told now: they are microseconds, and only ever count up.
  const floor = pulled ? at * 1_000 : 0;
  const [numbered] = await tx.query<{ last_number: number }>(
    `INSERT INTO erp_target AS t (target, last_number) VALUES ($1, $3::bigint + $2)
     ON CONFLICT (target) DO UPDATE SET last_number = greatest(t.last_number, $3::bigint) + $2 RETURNING last_number`,
    [target, messages.length, floor],
  );
  const first = (numbered?.last_number ?? 0) - messages.length + 1;
  await tx.execute(
    `INSERT INTO erp_delivery (target, number, key, lane, state)
     SELECT $1, number, key, lane, $3 FROM jsonb_to_recordset($2::text::jsonb) AS d (number bigint, key text, lane text)`,
    [
      target,
      JSON.stringify(messages.map((each, index) => ({ number: first + index, key: each.key, lane: laneOf(each) }))),
      pulled ? 'pull' : 'waiting',
    ],
  );
  if (pulled) return;
  const lanes = new Map<string, number>();
  for (const lane of messages.map(laneOf)) lanes.set(lane, (lanes.get(lane) ?? 0) + 1);
  await tx.execute(
    `INSERT INTO erp_lane (target, lane, waiting, next_try_at)
     SELECT $1, lane, waiting, $3 FROM jsonb_to_recordset($2::text::jsonb) AS l (lane text, waiting integer)
     ORDER BY lane
     ON CONFLICT (target, lane) DO UPDATE SET
       waiting = erp_lane.waiting + excluded.waiting,
       next_try_at = CASE WHEN erp_lane.waiting = 0 THEN excluded.next_try_at ELSE erp_lane.next_try_at END`,
    [target, JSON.stringify([...lanes].map(([lane, waiting]) => ({ lane, waiting }))), at],
  );
}
