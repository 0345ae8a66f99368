/**
 * Many orders at once through the whole server (HTTP, key, rules, audit, dispatch list, numbers, documents, outbox) into
 * PostgreSQL: created and released, sent again, changed, held and closed by REST, created by CSV, and one of them moved in
 * the dispatch list. `ORDERS=5000 node bench/orders.bench.ts [--json]`
 */
import { createHash } from 'node:crypto';
import { releasedConfiguration } from '#server/configuration.ts';
import type { Db } from '#server/db/db.ts';
import { openPg } from '#server/db/pg.ts';
import { createOrderService } from '#server/orders/orders.ts';
import { startCluster } from '#tests/support/postgres.ts';
import { demoConfiguration, plantOn } from '#tests/support/plant-server.ts';
import { printRows, type BenchRow } from './row.ts';

const count = Number(process.env['ORDERS'] ?? 5_000);
const targetMs = 3_000;

export async function run(): Promise<BenchRow[]> {
  const cluster = await startCluster({ settings: { jit: 'off' } });
  const db = openPg({ url: await cluster.createDatabase('bench') });
  const plant = await plantOn(db);
  try {
    const url = await plant.listen('127.0.0.1', 0);
    const key = 'bench-key';
    await db.execute(
      `INSERT INTO account (id, name, kind, sign_in, language, secret_hash, person, created_at)
       VALUES ('bench', 'bench', 'program', 'key', 'en', $1, 'bench', 0)`,
      [createHash('sha256').update(key).digest('hex')],
    );
    await db.execute(
      `INSERT INTO account_grant (account_id, role, scope, source) VALUES ('bench', 'integration', '*', 'plant')`,
    );
    const send = async (body: string, type: string): Promise<number> => {
      const from = performance.now();
      const answer = await fetch(`${url}/api/v1/work-orders/bulk?mode=all`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': type },
        body,
      });
      const ms = performance.now() - from;
      const said = (await answer.json()) as { readonly accepted?: number; readonly errors?: unknown[] };
      if (said.accepted !== count) throw new Error(JSON.stringify(said).slice(0, 500));
      return ms;
    };
    const wishes = (prefix: string, more: object): string =>
      JSON.stringify({
        orders: Array.from({ length: count }, (_, n) => ({
          orderId: `${prefix}-${n}`,
          definitionId: 'PMP-100',
          revision: 'C',
          quantity: 50,
          priority: n % 10,
          due: `2027-01-${String((n % 28) + 1).padStart(2, '0')}`,
          ...more,
        })),
      });
    const csv = [
      'order;definition;revision;quantity;priority;due;status',
      ...Array.from({ length: count }, (_, n) => `CSV-${n};PMP-100;C;50;${n % 10};${(n % 28) + 1}.01.2027;released`),
    ].join('\r\n');
    const json = 'application/json';
    const rows: BenchRow[] = [];
    const told = (name: string, ms: number, most = targetMs): void =>
      void rows.push({
        name: `orders: ${name}`,
        value: ms,
        unit: 'ms',
        floor: null,
        ratio: null,
        target: `under ${most} ms`,
        met: ms < most,
      });
    told(`${count} created and released by REST`, await send(wishes('R', { status: 'released' }), json));
    told('the same again', await send(wishes('R', { status: 'released' }), json));
    told('all with another quantity', await send(wishes('R', { quantity: 60 }), json));
    told('all with another priority', await send(wishes('R', { quantity: 60, priority: 5 }), json));
    told(`${count} created and released by CSV`, await send(csv, 'text/csv'));
    const moved = await moves(db);
    told(`one of ${moved.listed} job orders moved, median of ${moved.times.length}`, moved.median, 200);
    rows.push({
      name: 'orders: documents changed by one move',
      value: moved.documents / moved.times.length,
      unit: '',
      floor: null,
      ratio: null,
      target: 'at most 2',
      met: moved.documents <= 2 * moved.times.length,
    });
    told('all held', await send(wishes('R', { quantity: 60, priority: 5, status: 'held', holdReason: 'bench' }), json));
    told('all closed', await send(wishes('R', { quantity: 60, priority: 5, status: 'closed' }), json));
    return rows;
  } finally {
    await plant.stop('done');
    await cluster.remove();
  }
}

/** Moves one row after the other to some place in the middle, each in a transaction as the plant view does it. */
async function moves(db: Db): Promise<{ listed: number; times: number[]; median: number; documents: number }> {
  const configuration = demoConfiguration();
  const orders = createOrderService(releasedConfiguration(() => configuration));
  const list = await db.query<{ job_order_id: string }>(
    `SELECT job_order_id FROM job_order WHERE line_id = 'L1' AND sequence IS NOT NULL ORDER BY sequence`,
  );
  const version = async (): Promise<number> =>
    (await db.query<{ version: number }>(`SELECT version FROM document_scope WHERE scope = 'line:L1'`))[0]?.version ??
    0;
  const before = await version();
  const times: number[] = [];
  for (let n = 0; n < 21; n += 1) {
    const from = performance.now();
    const moved = await db.transaction((tx) =>
      orders.move(
        {
          tx,
          caller: { accountId: 'bench', name: 'bench' },
          at: Date.now(),
          need: () => undefined,
          audit: () => Promise.resolve(),
        },
        list.at(-1 - n)?.job_order_id ?? '',
        10 + n * 37,
      ),
    );
    if (!moved.ok) throw new Error(JSON.stringify(moved.faults));
    times.push(performance.now() - from);
  }
  const median = times.toSorted((a, b) => a - b)[10] ?? 0;
  return { listed: list.length, times, median, documents: (await version()) - before };
}

if (import.meta.main) printRows(await run());
