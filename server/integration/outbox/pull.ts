/** Messages for programs that ask instead of being told: by number, in order, none left out. */
import type { ErpMessage } from '#contract/integration/messages.ts';
import { pullTarget } from '#domain/config/check-integration.ts';
import type { Queries } from '../../db/db.ts';

export interface Numbered {
  readonly number: number;
  readonly recordedAt: string;
  readonly message: ErpMessage;
}
export interface PullWish {
  /** Number that was seen last; 0: from the beginning. */
  readonly after: number;
  readonly limit: number;
  /** Only of this order; the numbers then have gaps. */
  readonly orderId?: string | undefined;
}

export interface Pulled {
  readonly messages: readonly Numbered[];
  /** Ask with this next. */
  readonly last: number;
  readonly more: boolean;
}

/** Messages up to this number were removed because they are old: whoever asks with a smaller one would miss them. */
export class Forgotten extends Error {
  readonly upTo: number;

  constructor(upTo: number) {
    super(`messages up to number ${upTo} were removed`);
    this.upTo = upTo;
  }
}

/**
 * Safe while others write: numbers are given under a lock that lasts until their transaction ends (enqueue.ts), so that
 * no number can appear below one that was read.
 * @throws Forgotten when `after` is a number, and messages behind it are gone; 0 begins with what is still there.
 */
export async function pull(db: Queries, { after, limit, orderId }: PullWish): Promise<Pulled> {
  const [kept] = await db.query<{ forgotten: number }>('SELECT forgotten FROM erp_target WHERE target = $1', [
    pullTarget,
  ]);
  if (after > 0 && after < (kept?.forgotten ?? 0)) throw new Forgotten(kept?.forgotten ?? 0);
  const rows = await db.query<{ number: number; created_at: number; body: string }>(
    `SELECT d.number, m.created_at, m.body FROM erp_delivery d JOIN erp_message m ON m.key = d.key
     WHERE d.target = $1 AND d.number > $2 AND ($4::text IS NULL OR d.lane = $4)
     ORDER BY d.number LIMIT $3`,
    [pullTarget, after, limit + 1, orderId ?? null],
  );
  const messages = rows.slice(0, limit).map(({ number, created_at: createdAt, body }) => ({
    number,
    recordedAt: new Date(createdAt).toISOString(),
    message: JSON.parse(body) as ErpMessage,
  }));
  return { messages, last: messages.at(-1)?.number ?? after, more: rows.length > limit };
}
