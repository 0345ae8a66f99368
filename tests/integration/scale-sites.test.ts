/**
 * Two sites feed one enterprise database (docs/scale.md), as real clusters: first copy, what comes later, changed rows, an
 * outage and catching up, equal station ids at both sites, and the keys by which the tables can be distributed by site.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPg } from '#server/db/pg.ts';
import { migrate } from '#server/db/migrate.ts';
import { root } from '../support/child.ts';
import { startCluster, type Cluster } from '../support/postgres.ts';
import { describeWith } from '../support/system.ts';
import type { SiteLag } from '../../scripts/scale/sites.ts';

const run = promisify(execFile);

async function replicate<T>(...args: string[]): Promise<T> {
  const { stdout } = await run(process.execPath, ['scripts/scale/replicate.ts', ...args], { cwd: root });
  try {
    return JSON.parse(stdout) as T;
  } catch {
    return stdout as T;
  }
}

describeWith('postgresql', 'two sites and an enterprise', () => {
  interface Site {
    readonly number: number;
    readonly cluster: Cluster;
    readonly url: string;
  }
  const sites: Site[] = [];
  let enterprise: Cluster;
  let url: string;

  beforeAll(async () => {
    const settings = { wal_level: 'logical', shared_buffers: '16MB' };
    const clusters = await Promise.all([1, 2, 3].map(() => startCluster({ settings })));
    for (const [index, cluster] of clusters.entries()) {
      if (index === 2) {
        enterprise = cluster;
        url = await cluster.createDatabase('enterprise');
        continue;
      }
      const site = await cluster.createDatabase('linewright');
      const db = openPg({ url: site });
      await migrate(db);
      await db.close();
      sites.push({ number: index + 1, cluster, url: site });
    }
  }, 240_000);
  afterAll(async () => {
    await Promise.all([...sites.map(({ cluster }) => cluster.remove()), enterprise?.remove()]);
  });

  /** Events as ingest leaves them: the same station and stream ids at every site. */
  async function write({ cluster }: Site, first: number, last: number): Promise<void> {
    await cluster.query(
      `CREATE TABLE IF NOT EXISTS event_2026_11 PARTITION OF event FOR VALUES IN ('2026-11-01');
       INSERT INTO stream (stream_id, station_id, epoch, branch, first_seq, head_seq, head_hash, begun_at)
         VALUES (77, 'ST10', 'abcd', '', 1, ${last}, decode(repeat('ab', 32), 'hex'), now())
         ON CONFLICT (stream_id) DO UPDATE SET head_seq = excluded.head_seq;
       INSERT INTO event (received_month, stream_id, seq, received_at, hash, record)
         SELECT '2026-11-01', 77, n, now(), decode(repeat('ab', 32), 'hex'), '{"n":' || n || '}'
         FROM generate_series(${first}::int, ${last}::int) AS n`,
      'linewright',
    );
  }
  interface There {
    readonly site: number;
    readonly events: number;
    readonly distinct: number;
    readonly head: number;
  }
  const there = (): Promise<There[]> =>
    enterprise.query<There>(
      `SELECT e.site_id AS site, count(*)::int AS events, count(DISTINCT seq)::int AS distinct,
         (SELECT head_seq::int FROM stream s WHERE s.site_id = e.site_id) AS head
       FROM event e GROUP BY e.site_id ORDER BY 1`,
      'enterprise',
    );
  const eventually = (wanted: readonly number[]) =>
    expect
      .poll(there, { timeout: 60_000 })
      .toEqual(wanted.map((n, index) => ({ site: index + 1, events: n, distinct: n, head: n })));

  it('a site is numbered before its first fact, and only then', async () => {
    for (const site of sites) await replicate('number', '--site', site.url, '--number', String(site.number));
    await write(sites[0] as Site, 1, 1_000);
    await write(sites[1] as Site, 1, 500);
    await expect(replicate('number', '--site', (sites[0] as Site).url, '--number', '9')).rejects.toThrow(
      /has rows of site 1/,
    );
    await expect(replicate('number', '--site', (sites[0] as Site).url, '--number', 'nine')).rejects.toThrow(
      /whole number from 1/,
    );
  }, 240_000);

  it('the first copy brings what was there', async () => {
    for (const site of sites) {
      await replicate('publish', '--site', site.url);
      await replicate('prepare', '--site', site.url, '--enterprise', url);
      await replicate('subscribe', '--site', site.url, '--enterprise', url, '--number', String(site.number));
    }
    await eventually([1_000, 500]);
  }, 240_000);

  it('what comes later follows, also into a month that nobody prepared', async () => {
    await write(sites[0] as Site, 1_001, 1_200);
    await (sites[1] as Site).cluster.query(
      `CREATE TABLE event_2020_01 PARTITION OF event FOR VALUES IN ('2020-01-01');
       INSERT INTO event (received_month, stream_id, seq, received_at, hash, record)
         VALUES ('2020-01-01', 77, 501, now(), decode(repeat('cd', 32), 'hex'), '{}');
       UPDATE stream SET head_seq = 501`,
      'linewright',
    );
    await eventually([1_200, 501]);
    expect(await enterprise.query('SELECT count(*)::int AS n FROM event_other', 'enterprise')).toEqual([{ n: 1 }]);
  }, 240_000);

  it('an outage of the enterprise costs nothing; the lag is told meanwhile and is gone afterwards', async () => {
    const [site] = sites as [Site, Site];
    const lag = () =>
      replicate<SiteLag>('lag', '--site', site.url, '--enterprise', url, '--number', String(site.number));
    await expect.poll(lag, { timeout: 60_000 }).toMatchObject({ events: 0, copying: [], connected: true });
    await enterprise.stop('immediate');
    await write(site, 1_201, 31_200);
    const active = () =>
      site.cluster.query("SELECT active FROM pg_replication_slots WHERE slot_name = 'linewright_site_1'");
    await expect.poll(active).toEqual([{ active: false }]);
    await enterprise.start();
    await eventually([31_200, 501]);
    await expect.poll(lag, { timeout: 60_000 }).toMatchObject({ events: 0, copying: [], connected: true });
  }, 240_000);

  it('an outage of a site holds up no other', async () => {
    const [first, second] = sites as [Site, Site];
    await second.cluster.stop('immediate');
    await write(first, 31_201, 31_300);
    await eventually([31_300, 501]);
    await second.cluster.start();
    await write(second, 502, 600);
    await eventually([31_300, 600]);
  }, 240_000);

  it('a month that a site gives up stays with the enterprise', async () => {
    const [, second] = sites as [Site, Site];
    await second.cluster.query(
      'ALTER TABLE event DETACH PARTITION event_2020_01; DROP TABLE event_2020_01',
      'linewright',
    );
    await write(second, 601, 700);
    await eventually([31_300, 700]);
  }, 240_000);

  it('every key of the enterprise has the site in it', async () => {
    const tables = await replicate<{ table: string; distributeBy: string; keys: string[] }[]>(
      'keys',
      '--enterprise',
      url,
    );
    expect(tables.map(({ table }) => table)).toEqual(['stream', 'event', 'station_key', 'fork', 'audit']);
    for (const { keys } of tables) for (const key of keys) expect(key).toMatch(/^site_id, /);
    await enterprise.query('CREATE TABLE wrong (id int PRIMARY KEY, site_id int)', 'enterprise');
    await expect(replicate('keys', '--enterprise', url)).rejects.toThrow(/wrong: wrong_pkey is without site_id/);
    await enterprise.query('DROP TABLE wrong', 'enterprise');
  }, 240_000);
});
