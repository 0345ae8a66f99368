/**
 * Sites that feed one enterprise database, step by step (docs/scale.md):
 *   node scripts/scale/replicate.ts number    --site URL --number N
 *   node scripts/scale/replicate.ts publish   --site URL
 *   node scripts/scale/replicate.ts prepare   --site URL --enterprise URL
 *   node scripts/scale/replicate.ts subscribe --site URL --enterprise URL --number N
 *   node scripts/scale/replicate.ts refresh   --enterprise URL --number N
 *   node scripts/scale/replicate.ts lag       --site URL --enterprise URL --number N
 *   node scripts/scale/replicate.ts keys      --enterprise URL
 * URL as DATABASE_URL. What goes wrong is said in one line, exit code 1.
 */
import { parseArgs } from 'node:util';
import { connected, lag, numberSite, prepareEnterprise, publish, refresh, subscribe } from './sites.ts';
import { keyFaults, readTables, siteColumn } from './tables.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { site: { type: 'string' }, enterprise: { type: 'string' }, number: { type: 'string' } },
});

function given(name: 'site' | 'enterprise' | 'number'): string {
  const value = values[name];
  if (value === undefined) throw new Error(`--${name} is missing`);
  return value;
}

const commands: Record<string, () => Promise<unknown>> = {
  async number() {
    await numberSite(given('site'), Number(given('number')));
    return `the site has the number ${given('number')}`;
  },
  publish: async () => `published: ${(await publish(given('site'))).join(', ')}`,
  async prepare() {
    await prepareEnterprise(given('enterprise'), given('site'));
    return 'the tables of the enterprise are there, and partitions for 13 months';
  },
  async subscribe() {
    await subscribe(given('enterprise'), Number(given('number')), given('site'));
    return 'subscribed; `lag` tells how far it is';
  },
  async refresh() {
    await refresh(given('enterprise'), Number(given('number')));
    return 'tables that the site has published since are taken in too';
  },
  lag: () => lag(given('enterprise'), Number(given('number')), given('site')),
  keys: () =>
    connected(given('enterprise'), async (client) => {
      const faults = await keyFaults(client);
      for (const { table, constraint } of faults) console.error(`${table}: ${constraint} is without ${siteColumn}`);
      if (faults.length > 0) process.exitCode = 1;
      return (await readTables(client)).map(({ name, keys }) => ({
        table: name,
        distributeBy: siteColumn,
        keys: keys.map(({ columns }) => columns.join(', ')),
      }));
    }),
};

try {
  const command = commands[positionals[0] ?? ''];
  if (command === undefined) throw new Error(`say one of: ${Object.keys(commands).join(', ')}`);
  const said = await command();
  console.log(typeof said === 'string' ? said : JSON.stringify(said, null, 2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
