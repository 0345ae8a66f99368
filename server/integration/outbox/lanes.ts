/**
 * Who delivers what when, in the database, so that any number of instances share the work. A lane (one order at one
 * receiver) is taken by one instance at a time, for a lease longer than a request may last; within a lane the lowest
 * number goes first.
 */
import type { OutMessage } from '#contract/integration/messages.ts';
import { tellChanged } from '../../changes-feed.ts';
import type { Db } from '../../db/db.ts';

export interface Claim {
  readonly target: string;
  readonly lane: string;
  readonly lease: string;
  readonly number: number;
  readonly message: OutMessage;
  /** Of this message before now. */
  readonly tries: number;
  /** UTC ms; null: never tried. */
  readonly firstTryAt: number | null;
}

export interface ClaimWish {
  readonly target: string;
  readonly most: number;
  readonly lease: string;
  readonly leaseUntil: number;
  readonly now: number;
}

interface ClaimRow {
  readonly lane: string;
  readonly number: number | null;
  readonly body: string;
  readonly tries: number;
  readonly first_try_at: number | null;
}

export async function claim(db: Db, { target, most, lease, leaseUntil, now }: ClaimWish): Promise<readonly Claim[]> {
  return db.transaction(async (tx) => {
    const rows = await tx.query<ClaimRow>(
      `WITH due AS (
         SELECT lane FROM erp_lane
         WHERE target = $1 AND waiting > 0 AND next_try_at <= $4 AND lease_until <= $4
         ORDER BY next_try_at, lane LIMIT $2 FOR UPDATE SKIP LOCKED
       ), taken AS (
         UPDATE erp_lane l SET lease = $3, lease_until = $5 FROM due
         WHERE l.target = $1 AND l.lane = due.lane RETURNING l.lane
       )
       SELECT taken.lane, d.number, m.body, d.tries, d.first_try_at FROM taken
       LEFT JOIN LATERAL (
         SELECT number, key, tries, first_try_at FROM erp_delivery
         WHERE target = $1 AND lane = taken.lane AND state = 'waiting' ORDER BY number LIMIT 1
       ) d ON true
       LEFT JOIN erp_message m ON m.key = d.key`,
      [target, most, lease, now, leaseUntil],
    );
    return rows.flatMap(({ lane, number, body, tries, first_try_at: firstTryAt }) =>
      number === null
        ? []
        : [{ target, lane, lease, number, tries, firstTryAt, message: JSON.parse(body) as OutMessage }],
    );
  });
}

/** How the first message of a lane ended for now. */
export type Ending =
  | { readonly kind: 'sent' }
  | { readonly kind: 'dead'; readonly problem: string }
  /** `counts` false: the try did not take place. */
  | { readonly kind: 'again'; readonly problem: string; readonly at: number; readonly counts: boolean };

/** @returns false: the lease was lost meanwhile; whoever has it now decides. */
export async function finish(db: Db, claimed: Claim, ending: Ending, now: number): Promise<boolean> {
  const { target, lane, lease, number } = claimed;
  return db.transaction(async (tx) => {
    const over = ending.kind !== 'again';
    const counts = ending.kind === 'again' && ending.counts;
    const held = await tx.execute(
      `UPDATE erp_lane SET lease = NULL, lease_until = 0, next_try_at = $4,
         waiting = waiting - $5, tries = CASE WHEN $5 = 1 THEN 0 ELSE tries + $6 END
       WHERE target = $1 AND lane = $2 AND lease = $3`,
      [target, lane, lease, ending.kind === 'again' ? ending.at : now, over ? 1 : 0, counts ? 1 : 0],
    );
    if (held === 0) return false;
    await tx.execute(
      `UPDATE erp_delivery SET state = $3, tries = tries + $4, first_try_at = coalesce(first_try_at, $5),
         done_at = $6, last_error = $7
       WHERE target = $1 AND number = $2`,
      [
        target,
        number,
        ending.kind === 'again' ? 'waiting' : ending.kind,
        over || counts ? 1 : 0,
        now,
        over ? now : null,
        ending.kind === 'sent' ? null : ending.problem,
      ],
    );
    if (ending.kind === 'dead') await tellChanged(tx, 'trouble');
    return true;
  });
}

/** When something of this receiver can be tried next, UTC ms; null: nothing waits. */
export async function nextDue(db: Db, target: string): Promise<number | null> {
  const [row] = await db.query<{ at: number | null }>(
    'SELECT min(greatest(next_try_at, lease_until)) AS at FROM erp_lane WHERE target = $1 AND waiting > 0',
    [target],
  );
  return row?.at ?? null;
}

/** How a receiver has been doing; shared by all instances. */
export interface Circuit {
  readonly failures: number;
  readonly openUntil: number;
}

export async function circuitOf(db: Db, target: string): Promise<Circuit> {
  const [row] = await db.query<{ failures: number; open_until: number }>(
    'SELECT failures, open_until FROM erp_circuit WHERE target = $1',
    [target],
  );
  return { failures: row?.failures ?? 0, openUntil: row?.open_until ?? 0 };
}

/** @param pauseMs by the number of failures in a row, this one included; 0: not yet. */
export async function targetFailed(
  db: Db,
  target: string,
  problem: string,
  now: number,
  pauseMs: (failures: number) => number,
): Promise<Circuit> {
  return db.transaction(async (tx) => {
    const [row] = await tx.query<{ failures: number }>(
      `INSERT INTO erp_circuit (target, failures, last_error, last_error_at) VALUES ($1, 1, $2, $3)
       ON CONFLICT (target) DO UPDATE SET failures = erp_circuit.failures + 1, last_error = $2, last_error_at = $3
       RETURNING failures`,
      [target, problem, now],
    );
    const failures = row?.failures ?? 1;
    const pause = pauseMs(failures);
    const openUntil = pause === 0 ? 0 : now + pause;
    await tx.execute('UPDATE erp_circuit SET open_until = $2 WHERE target = $1', [target, openUntil]);
    return { failures, openUntil };
  });
}

export async function targetAnswered(db: Db, target: string, now: number): Promise<void> {
  await db.execute(
    `INSERT INTO erp_circuit (target, last_ok_at) VALUES ($1, $2)
     ON CONFLICT (target) DO UPDATE SET failures = 0, open_until = 0, last_ok_at = $2`,
    [target, now],
  );
}
