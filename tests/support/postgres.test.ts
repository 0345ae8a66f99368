/** The private PostgreSQL does what the fault suites rest on: restart, power cut, a copy put back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from './postgres.ts';
import { describeWith } from './system.ts';

describeWith('postgresql', 'a private cluster', () => {
  let cluster: Cluster;
  const copy = mkdtempSync(join(tmpdir(), 'linewright-copy-'));
  beforeAll(async () => {
    cluster = await startCluster({ settings: { wal_level: 'logical' } });
    await cluster.createDatabase('plant');
    await cluster.query('CREATE TABLE fact (n int)', 'plant');
  }, 240_000);
  afterAll(async () => {
    await cluster?.remove();
    rmSync(copy, { recursive: true, force: true });
  });
  const facts = async (): Promise<number[]> =>
    (await cluster.query<{ n: number }>('SELECT n FROM fact ORDER BY n', 'plant')).map(({ n }) => n);

  it('keeps what was committed over a power cut', async () => {
    expect(await cluster.query('SHOW wal_level')).toEqual([{ wal_level: 'logical' }]);
    expect(await cluster.query('SHOW fsync')).toEqual([{ fsync: 'on' }]);
    await cluster.query('INSERT INTO fact VALUES (1)', 'plant');
    await cluster.stop('immediate');
    await expect(facts()).rejects.toThrow();
    await cluster.start();
    expect(await facts()).toEqual([1]);
  }, 240_000);

  it('goes back to an older copy', async () => {
    await cluster.stop();
    cluster.copyTo(copy);
    await cluster.start();
    await cluster.query('INSERT INTO fact VALUES (2)', 'plant');
    expect(await facts()).toEqual([1, 2]);
    await cluster.stop();
    cluster.putBack(copy);
    await cluster.start();
    expect(await facts()).toEqual([1]);
  }, 240_000);
});
