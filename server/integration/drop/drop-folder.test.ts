import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  copyFileSync,
  truncateSync,
  appendFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Configuration } from '#contract/config/index.ts';
import { linePlaces } from '#domain/accounts/may.ts';
import { describeOnDatabases, type TestDatabase } from '#tests/support/database.ts';
import { loadConfiguration } from '#config/load.ts';
import { systemClock } from '../../clock.ts';
import { releasedConfiguration } from '../../configuration.ts';
import type { Db } from '../../db/db.ts';
import { createLog } from '../../log.ts';
import { createOrderService } from '../../orders/orders.ts';
import type { IntegrationPorts } from '../ports.ts';
import { DropFolder } from './drop-folder.ts';

const loaded = loadConfiguration(new URL('../../../resources/demo-plant', import.meta.url).pathname, {
  manifests: null,
});
if (!('configuration' in loaded)) throw new Error('the demo plant has faults');
const configuration: Configuration = loaded.configuration;
const example = (name: string): string => new URL(`../../../docs/integration/${name}`, import.meta.url).pathname;

describeOnDatabases('the drop folder', (database: TestDatabase) => {
  let folder = '';
  let ports: IntegrationPorts;
  const opened: Db[] = [];

  const portsOf = (db: Db): IntegrationPorts => ({
    db,
    clock: systemClock,
    log: createLog('silent'),
    orders: createOrderService(releasedConfiguration(() => configuration)),
    units: null as never,
    calls: null as never,
    lines: () => Promise.resolve([]),
    configuration: () => configuration,
    places: () => linePlaces(configuration.lines),
    program: () => Promise.resolve(null),
    audit: () => Promise.resolve(),
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'linewright-drop-'));
    ports = portsOf(database.db);
    await database.clear();
  }, 240_000);
  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true });
    await Promise.all(opened.splice(0).map((db) => db.close()));
  }, 240_000);

  const make = async (mode: 'all' | 'good' = 'good', settleMs = 0, more = ports): Promise<DropFolder> => {
    const drop = new DropFolder({ folder, mode: () => mode, ports: more, everyMs: 3_600_000, settleMs });
    await drop.start();
    await drop.stop();
    return new DropFolder({ folder, mode: () => mode, ports: more, settleMs });
  };
  const names = (where: string): string[] => readdirSync(join(folder, where)).sort();
  const result = (where: string, name: string): string[] =>
    readFileSync(join(folder, where, `${name}.result.csv`), 'utf8')
      .replace('\ufeff', '')
      .trimEnd()
      .split('\r\n');
  const orders = async (): Promise<string[]> =>
    (await ports.orders.list(database.db, { cursor: null, limit: 100, status: 'all', lineId: null })).items.map(
      ({ orderId, status }) => `${orderId} ${status}`,
    );

  it('takes a good file, with its result beside', async () => {
    const drop = await make();
    copyFileSync(example('auftraege.csv'), join(folder, 'in', 'auftraege.csv'));
    await drop.look();
    expect(names('in')).toEqual([]);
    expect(names('done')).toEqual(['auftraege.csv', 'auftraege.csv.result.csv']);
    expect(result('done', 'auftraege.csv')).toEqual([
      'line;column;order;result;field;value;problem;remedy',
      '2;;WO-20001;created;;;;',
      '3;;WO-20002;created;;;;',
    ]);
    expect(await orders()).toEqual(['WO-20001 released', 'WO-20002 held']);
  });

  it('bad records are told with line, column, value, problem and remedy; the good ones are taken or none', async () => {
    const text =
      'order,definition,revision,quantity,hold reason\nD-1,PMP-100,C,5,\nD-2,PMP-100,X,5,\n=cmd|calc,PMP-100,C,-5,\n';
    for (const mode of ['all', 'good'] as const) {
      const drop = await make(mode);
      writeFileSync(join(folder, 'in', `${mode}.csv`), text);
      await drop.look();
      expect(names('failed')).toContain(`${mode}.csv`);
      const [, ...rows] = result('failed', `${mode}.csv`);
      expect(rows[0]).toMatch(/^4,1,'=cmd\|calc,refused,order,'=cmd\|calc,/);
      expect(rows[1]).toMatch(/^4,4,'=cmd\|calc,refused,quantity,'-5,"?""?-5/);
      expect(rows[2]).toMatch(/^3,2,D-2,refused,definition,PMP-100,/);
      expect(rows[3]).toBe(mode === 'all' ? '2,,D-1,not-tried,,,,' : '2,,D-1,created,,,,');
      expect(await orders()).toEqual(mode === 'all' ? [] : ['D-1 created']);
    }
  });

  it('the same content is not taken twice, and is told', async () => {
    const drop = await make();
    copyFileSync(example('orders.csv'), join(folder, 'in', 'a.csv'));
    await drop.look();
    copyFileSync(example('orders.csv'), join(folder, 'in', 'a.csv'));
    copyFileSync(example('orders.csv'), join(folder, 'in', 'b.csv'));
    await drop.look();
    expect(names('failed')).toEqual(['a.csv', 'a.csv.result.csv', 'b.csv', 'b.csv.result.csv']);
    expect(result('failed', 'b.csv')[1]).toMatch(/the same content was taken already as ""a.csv"" at 20/);
    writeFileSync(join(folder, 'in', 'a.csv'), 'order;priority\nWO-20001;4\n');
    await drop.look();
    expect(names('done').filter((name) => !name.includes('result')).length).toBe(2);
  });

  it('waits until a file is whole, and leaves alone what is still being written', async () => {
    let now = Date.now();
    const drop = await make('good', 1_500, { ...ports, clock: { ...systemClock, now: () => now } });
    const file = join(folder, 'in', 'slow.csv');
    writeFileSync(file, 'order;definition;revision;quantity\n');
    writeFileSync(join(folder, 'in', 'other.csv.tmp'), 'x');
    await drop.look();
    now += 1_000;
    appendFileSync(file, 'E-1;PMP-100;C;5\n');
    await drop.look();
    now += 1_000;
    await drop.look();
    expect(names('in')).toEqual(['other.csv.tmp', 'slow.csv']);
    now += 1_000;
    await drop.look();
    expect(names('in')).toEqual(['other.csv.tmp']);
    expect(await orders()).toEqual(['E-1 created']);
  });

  it('several servers on one folder: each file is worked on once', async () => {
    const drops = await Promise.all(
      [0, 1, 2].map(async () => {
        const db = database.open();
        opened.push(db);
        return make('good', 0, portsOf(db));
      }),
    );
    for (let n = 0; n < 20; n += 1) {
      writeFileSync(join(folder, 'in', `f${n}.csv`), `order;definition;revision;quantity\nF-${n};PMP-100;C;5\n`);
    }
    await Promise.all(drops.map((drop) => drop.look()));
    expect(names('in')).toEqual([]);
    expect(names('failed')).toEqual([]);
    expect(names('done').length).toBe(40);
    expect((await orders()).length).toBe(20);
  });

  it('a file that a dead server had in its hands is taken again', async () => {
    const drop = await make();
    copyFileSync(example('orders.csv'), join(folder, 'in', `.taken-${Date.now() - 700_000}-x.csv`));
    copyFileSync(example('orders.csv'), join(folder, 'in', `.taken-${Date.now()}-y.csv`));
    await drop.look();
    await drop.look();
    expect(names('done')).toEqual(['x.csv', 'x.csv.result.csv']);
    expect(names('in')).toEqual([expect.stringMatching(/^\.taken-\d+-y\.csv$/)]);
  });

  it('files that are none', async () => {
    const drop = await make();
    const put = (name: string, bytes: string | Uint8Array): void => writeFileSync(join(folder, 'in', name), bytes);
    put('empty.csv', '');
    put('picture.csv', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0));
    put('orders.xlsx', 'x');
    put('large.csv', '');
    truncateSync(join(folder, 'in', 'large.csv'), 100 * 1024 * 1024);
    put('columns.csv', 'a;b\n1;2\n');
    put('bomb.xml', '<!DOCTYPE x [<!ENTITY a "aa">]><JobList/>');
    await drop.look();
    const problem = (name: string): string => result('failed', name)[1] ?? '';
    expect(problem('empty.csv')).toContain('it is empty');
    expect(problem('picture.csv')).toContain('it is not a text file: byte 5 is zero');
    expect(problem('orders.xlsx')).toContain('is of no known kind');
    expect(problem('large.csv')).toContain('the file has 104857600 bytes, more than 16777216');
    expect(problem('columns.csv')).toContain('unknown column ""a""');
    expect(problem('bomb.xml')).toContain('document type');
    expect(names('in')).toEqual([]);
  });
});
