/**
 * Ingest of events of about 300 bytes through the whole server (HTTP, zstd, signature, digest, hashes, checks, insert) into
 * PostgreSQL, against the fastest of three set-based statements with the same keys, in alternating rounds. Client and
 * server share this process, which is to the server's disadvantage. COPY is not among the floors (the driver has none).
 * `node bench/ingest.bench.ts [--json]`
 */
import { openPg } from '#server/db/pg.ts';
import { startCluster } from '#tests/support/postgres.ts';
import { plantOn, TestLog, TestStation } from '#tests/support/plant-server.ts';
import { printRows, type BenchRow } from './row.ts';

const perBatch = 2_000;
const rounds = 12;

export async function run(): Promise<BenchRow[]> {
  const cluster = await startCluster({ settings: { jit: 'off' } });
  const db = openPg({ url: await cluster.createDatabase('bench') });
  const plant = await plantOn(db);
  try {
    const url = await plant.listen('127.0.0.1', 0);
    const station = new TestStation('ST10');
    await station.enrol(plant);
    const log = new TestLog('ST10');
    // A fact as stations send them, that the read model folds without complaint: a refused one would be put in quarantine
    // one by one beside the measurement.
    const body = { executionId: 'e0f1', stepId: 'remark', attempt: 1, text: 'nothing to remark', entry: 'typed' };
    const size = { body, config: 'c0ffee', commandId: 'command', actor: { kind: 'system' } };
    while (log.records.length < perBatch * rounds) log.add(1, size);
    const bytes = Buffer.byteLength(log.records.join('')) / log.records.length;
    await db.execute(`CREATE TABLE floor_event (stream_id bigint, seq bigint, received_at timestamptz, hash bytea, record text,
      PRIMARY KEY (stream_id, seq))`);
    const insert = 'INSERT INTO floor_event (stream_id, seq, received_at, hash, record)';
    const floors: Readonly<Record<string, (from: number, stream: number) => Promise<unknown>>> = {
      unnest: (from, stream) =>
        db.execute(
          `${insert} SELECT $1, seq, now(), decode(hash, 'hex'), record FROM unnest($2::bigint[], $3::text[], $4::text[])
           AS t (seq, hash, record) ON CONFLICT DO NOTHING`,
          [
            stream,
            Array.from({ length: perBatch }, (_, i) => from + i),
            log.hashes.slice(from - 1, from - 1 + perBatch),
            log.records.slice(from - 1, from - 1 + perBatch),
          ],
        ),
      json: (from, stream) =>
        db.execute(
          `${insert} SELECT $1, s, now(), decode(h, 'hex'), r FROM json_to_recordset($2::json) AS t (s bigint, h text, r text)
           ON CONFLICT DO NOTHING`,
          [
            stream,
            JSON.stringify(
              Array.from({ length: perBatch }, (_, i) => ({
                s: from + i,
                h: log.hashes[from - 1 + i],
                r: log.records[from - 1 + i],
              })),
            ),
          ],
        ),
      lines: (from, stream) =>
        db.execute(
          `${insert} SELECT $1, $2::bigint + n - 1, now(), substring($3::bytea FROM (n::int - 1) * 32 + 1 FOR 32), record
           FROM string_to_table($4, E'\\n') WITH ORDINALITY AS t (record, n) ON CONFLICT DO NOTHING`,
          [
            stream,
            from,
            Buffer.from(log.hashes.slice(from - 1, from - 1 + perBatch).join(''), 'hex'),
            log.records.slice(from - 1, from - 1 + perBatch).join('\n'),
          ],
        ),
    };
    const ms: Record<string, number> = { server: 0, replay: 0, unnest: 0, json: 0, lines: 0 };
    const timed = async (name: string, act: () => Promise<unknown>): Promise<void> => {
      const from = performance.now();
      await act();
      ms[name] = (ms[name] ?? 0) + performance.now() - from;
    };
    for (let round = 0; round < rounds; round += 1) {
      const from = round * perBatch + 1;
      const ask = station.events(log.batch(from, from + perBatch - 1));
      const send = async (stored: number): Promise<void> => {
        const answer = await fetch(url + ask.url, {
          method: 'POST',
          headers: ask.headers ?? {},
          body: new Uint8Array(ask.body ?? []),
        });
        const said = (await answer.json()) as { readonly stored?: number };
        if (said.stored !== stored) throw new Error(JSON.stringify(said));
      };
      await timed('server', () => send(perBatch));
      await timed('replay', () => send(0));
      for (const [index, [name, act]] of Object.entries(floors).entries())
        await timed(name, () => act(from, index + 1));
    }
    const rate = (name: string): number => (1000 * perBatch * rounds) / (ms[name] ?? 1);
    const best = Object.keys(floors).reduce((a, b) => (rate(a) > rate(b) ? a : b));
    const ratio = rate('server') / rate(best);
    const again = (ms['replay'] ?? 0) / (ms['server'] ?? 1);
    return [
      {
        name: `ingest: events of ${Math.round(bytes)} B, floor ${best}`,
        value: rate('server'),
        unit: '1/s',
        floor: rate(best),
        ratio,
        target: 'ratio >= 0.8',
        met: ratio >= 0.8,
      },
      {
        name: 'ingest: replayed batch',
        value: (ms['replay'] ?? 0) / rounds,
        unit: 'ms',
        floor: (ms['server'] ?? 0) / rounds,
        ratio: again,
        target: 'ratio <= 1',
        met: again <= 1,
      },
    ];
  } finally {
    await plant.stop('done');
    await cluster.remove();
  }
}

if (import.meta.main) printRows(await run());
