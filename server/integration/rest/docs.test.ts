/** The examples of docs/integration.md, run as they stand there. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { messageKinds } from '#contract/integration/messages.ts';
import { linePlaces } from '#domain/accounts/may.ts';
import { loadConfiguration } from '#config/load.ts';
import { root } from '#tests/support/child.ts';
import { pgliteOfTests } from '#tests/support/database.ts';
import { systemClock } from '../../clock.ts';
import { releasedConfiguration } from '../../configuration.ts';
import type { Db } from '../../db/db.ts';
import { createApp, type App } from '../../http/app.ts';
import { createMetrics } from '../../http/metrics.ts';
import { createLog } from '../../log.ts';
import { createOrderService } from '../../orders/orders.ts';
import { receiversOf } from '../outbox/enqueue.ts';
import { createErpFold } from '../outbox/fold.ts';
import { runOf } from '../test-kit.ts';
import { registerApi } from './api.ts';

const examples = [
  ...readFileSync(new URL('../../../docs/integration.md', import.meta.url), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g),
].map(([, text = '']) => text);
let app: App;
let db: Db;
let url = '';

beforeAll(async () => {
  const loaded = loadConfiguration(`${root}/resources/demo-plant`, { manifests: null });
  if (!('configuration' in loaded)) throw new Error('the demo plant has faults');
  const { configuration } = loaded;
  const log = createLog('silent');
  db = await pgliteOfTests();
  const orders = createOrderService(releasedConfiguration(() => configuration));
  const none = { items: [], next: null, total: 0 };
  app = await createApp({ log, metrics: createMetrics(), ready: {}, tls: null, trustProxy: false, metricsToken: null });
  await registerApi(
    app,
    {
      db,
      clock: systemClock,
      log,
      orders,
      units: {
        search: () => Promise.resolve(none),
        get: () => Promise.resolve(null),
        facts: () => Promise.resolve(none),
      },
      calls: null as never,
      lines: () => Promise.resolve([]),
      configuration: () => configuration,
      places: () => linePlaces(configuration.lines),
      program: (key, from) =>
        Promise.resolve(
          key === 'the-key'
            ? { accountId: 'erp', name: 'ERP', grants: [{ role: 'integration', scope: '*' }], from }
            : null,
        ),
      audit: () => Promise.resolve(),
    },
    '1',
  );
  const fold = createErpFold({
    receivers: () => receiversOf([], messageKinds),
    withPersons: () => false,
    definition: () => null,
    ordersOf: () => Promise.resolve(new Map()),
    now: () => Date.now(),
  });
  await db.transaction((tx) => fold(tx, runOf('U-1')));
  url = await app.listen({ host: '127.0.0.1', port: 0 });
}, 240_000);
afterAll(async () => {
  await app.close();
  await db.close();
}, 240_000);

const answers = [
  /"orderId":"WO-30001".*"status":"released"/s,
  /"accepted":2,"refused":0/,
  /"orderId":"WO-20003".*"accepted":1,"refused":0/s,
  /"messages":\[\{"number":\d+,.*"kind":"operation-confirmed"/s,
  /characteristic;index;attempt;value;unit/,
  /<ProcessProductionPerformance xmlns=/,
];

it('there is an answer for each example', () => expect(examples.length).toBe(answers.length));

it.each(answers.map((answer, at) => [at, answer] as const))(
  'example %i',
  async (at, answer) => {
    const { stdout } = await promisify(execFile)('sh', ['-c', examples[at] ?? ''], {
      cwd: root,
      env: { PATH: process.env['PATH'], URL: url, KEY: 'the-key' },
      timeout: 60_000,
    });
    expect(stdout).toMatch(answer);
  },
  90_000,
);
