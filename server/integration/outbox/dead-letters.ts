/** Messages that were given up: to look at, to send again, to discard with a reason. */
import type { Integration, IntegrationTarget } from '#contract/config/integration.ts';
import type { OutMessage } from '#contract/integration/messages.ts';
import type { PlantFault } from '#contract/plant/base.ts';
import type { DeadLetterRow } from '#contract/plant/trouble.ts';
import type { Page } from '#contract/rpc/base.ts';
import { tellChanged } from '../../changes-feed.ts';
import type { Queries } from '../../db/db.ts';
import type { Sight } from '../../rpc/sight.ts';
import type { B2mmlContext } from '../formats/b2mml-parts.ts';
import { outboxChannel } from './enqueue.ts';
import { render } from './post.ts';

export interface DeadLetters {
  /** Of orders that the person sees. */
  count(db: Queries, sight: Sight): Promise<number>;
  /** Newest first. @param cursor of the page before. */
  list(db: Queries, cursor: string | null, limit: number, sight: Sight): Promise<Page<DeadLetterRow>>;
  /** Lines that make the orders of these letters, as far as they are seen; null: of an order of no line. */
  linesOf(db: Queries, ids: readonly string[], sight: Sight): Promise<readonly (string | null)[]>;
  /**
   * Puts them back; each goes in its place before later messages of the same order.
   * @param ids of rows of `list`. @returns faults for those that are no dead letters; then nothing was changed.
   */
  sendAgain(tx: Queries, ids: readonly string[], at: number, sight: Sight): Promise<readonly PlantFault[]>;
  /** They stay in the database, marked with the note, and are never sent. */
  discard(tx: Queries, ids: readonly string[], note: string, at: number, sight: Sight): Promise<readonly PlantFault[]>;
}

/** Condition on a row `m` of `erp_message`; parameter `n`: lines that are seen, null: all. */
const letterSeen = (n: number): string =>
  `($${n}::text[] IS NULL OR EXISTS (SELECT FROM job_order j WHERE j.order_id = m.order_id AND j.line_id = ANY($${n})))`;

interface Row {
  readonly target: string;
  readonly number: number;
  readonly key: string;
  readonly kind: string;
  readonly body: string;
  readonly created_at: number;
  readonly tries: number;
  readonly last_error: string | null;
}

const asJson: Pick<IntegrationTarget, 'format' | 'document'> = { format: 'json', document: 'production-performance' };

export function createDeadLetters(
  integration: () => Integration | null,
  b2mml: Omit<B2mmlContext, 'createdAt'>,
): DeadLetters {
  const shape = (id: string): Pick<IntegrationTarget, 'format' | 'document'> =>
    integration()?.targets.find((target) => target.id === id) ?? asJson;

  const move = async (
    tx: Queries,
    ids: readonly string[],
    state: 'waiting' | 'discarded',
    note: string | null,
    at: number,
    sight: Sight,
  ): Promise<readonly PlantFault[]> => {
    const wanted = ids.map((id, index) => ({ id, index, ...partsOf(id) }));
    const rows = await tx.query<{ target: string; number: number; lane: string }>(
      `SELECT d.target, d.number, d.lane FROM erp_delivery d
       JOIN jsonb_to_recordset($1::text::jsonb) AS w (target text, number bigint)
         ON d.target = w.target AND d.number = w.number
       JOIN erp_message m ON m.key = d.key
       WHERE d.state = 'dead' AND ${letterSeen(2)} ORDER BY d.target, d.number FOR UPDATE OF d`,
      [JSON.stringify(wanted.map(({ target, number }) => ({ target, number }))), sight.lines],
    );
    const found = new Set(rows.map(({ target, number }) => idOf(target, number)));
    const faults = wanted
      .filter(({ id }) => !found.has(id))
      .map(({ id, index }): PlantFault => ({ code: 'letter.unknown', params: { id }, field: `ids[${index}]` }));
    if (faults.length > 0) return faults;
    for (const { target, number, lane } of rows) {
      await tx.execute(
        `UPDATE erp_delivery SET state = $3, first_try_at = NULL, done_at = $4,
           last_error = coalesce($5, last_error), tries = CASE WHEN $3 = 'waiting' THEN 0 ELSE tries END
         WHERE target = $1 AND number = $2`,
        [target, number, state, state === 'waiting' ? null : at, note === null ? null : `discarded: ${note}`],
      );
      if (state === 'waiting') {
        await tx.execute(
          // One that is long empty was removed (retention.ts).
          `INSERT INTO erp_lane AS l (target, lane, waiting, next_try_at) VALUES ($1, $2, 1, $3)
           ON CONFLICT (target, lane) DO UPDATE SET waiting = l.waiting + 1, next_try_at = $3, tries = 0`,
          [target, lane, at],
        );
      }
    }
    await tellChanged(tx, 'trouble');
    if (state === 'waiting') await tx.query(`SELECT pg_notify($1, '')`, [outboxChannel]);
    return [];
  };

  return {
    async count(db, sight) {
      const [row] = await db.query<{ n: number }>(
        `SELECT count(*) AS n FROM erp_delivery d JOIN erp_message m ON m.key = d.key
         WHERE d.state = 'dead' AND ${letterSeen(1)}`,
        [sight.lines],
      );
      return row?.n ?? 0;
    },
    async linesOf(db, ids, sight) {
      const rows = await db.query<{ line_id: string | null }>(
        `SELECT DISTINCT j.line_id FROM jsonb_to_recordset($1::text::jsonb) AS w (target text, number bigint)
         JOIN erp_delivery d ON d.target = w.target AND d.number = w.number JOIN erp_message m ON m.key = d.key
         LEFT JOIN job_order j ON j.order_id = m.order_id WHERE ${letterSeen(2)}`,
        [JSON.stringify(ids.map(partsOf)), sight.lines],
      );
      return rows.map(({ line_id }) => line_id);
    },
    async list(db, cursor, limit, sight) {
      const after = cursor === null ? null : partsOf(cursor);
      const rows = await db.query<Row>(
        `SELECT d.target, d.number, d.key, m.kind, m.body, m.created_at, d.tries, d.last_error
         FROM erp_delivery d JOIN erp_message m ON m.key = d.key
         WHERE d.state = 'dead' AND ($1::text IS NULL OR (d.number, d.target) < ($2::bigint, $1::text))
           AND ${letterSeen(4)}
         ORDER BY d.number DESC, d.target DESC LIMIT $3`,
        [after?.target ?? null, after?.number ?? 0, limit + 1, sight.lines],
      );
      const items = rows.slice(0, limit).map((row): DeadLetterRow => ({
        id: idOf(row.target, row.number),
        target: row.target,
        kind: row.kind,
        idempotencyKey: row.key,
        createdAt: row.created_at,
        tries: row.tries,
        lastError: row.last_error ?? '',
        body: render(shape(row.target), JSON.parse(row.body) as OutMessage, {
          ...b2mml,
          createdAt: new Date(row.created_at).toISOString(),
        }).body,
      }));
      return {
        items,
        next: rows.length > limit ? (items.at(-1)?.id ?? null) : null,
        total: await this.count(db, sight),
      };
    },
    sendAgain: (tx, ids, at, sight) => move(tx, ids, 'waiting', null, at, sight),
    discard: (tx, ids, note, at, sight) => move(tx, ids, 'discarded', note, at, sight),
  };
}

const idOf = (target: string, number: number): string => `${target}:${number}`;

function partsOf(id: string): { readonly target: string; readonly number: number } {
  const at = id.lastIndexOf(':');
  const number = Number(id.slice(at + 1));
  return { target: id.slice(0, Math.max(at, 0)), number: Number.isSafeInteger(number) ? number : 0 };
}
