/**
 * Every call of the plant view, made by a person who has every role, but on another line only: nothing of the foreign line
 * is read, nothing of it changes. The same call by a person of the whole plant reads and changes it, so that each row of the
 * table can fail. A procedure without a row fails the test.
 */
import { isContractProcedure } from '@orpc/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plantContract } from '#contract/plant/index.ts';
import { plantRoles } from '#contract/plant/roles.ts';
import type { Db } from '#server/db/db.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import { commandId, PlantRig, type Calls } from '#tests/support/plant-view.ts';
import { foreign, foreignFacts, foreignOrder, foreignPhoto, twoLines } from '#tests/support/two-lines.ts';

const limit = 240_000;

interface World {
  readonly db: Db;
  /** Every role on the line L1. */
  readonly own: Calls;
  /** Every role on the whole plant, and another such person. */
  readonly all: Calls;
  readonly second: Calls;
}
/** `reads`: a person of L1 gets nothing of the foreign line. `acts`: refused. `free`: has nothing of any line in it. */
type Row = { readonly call: (calls: Calls, world: World) => Promise<unknown> } & (
  | { readonly kind: 'reads'; /** Also something of the own line. */ readonly own?: string }
  | { readonly kind: 'acts'; readonly by?: 'second' }
  | { readonly kind: 'free'; readonly why: string }
);

const reads = (call: Row['call'], own?: string): Row => ({
  kind: 'reads',
  call,
  ...(own === undefined ? {} : { own }),
});
const acts = (call: Row['call'], by?: 'second'): Row => ({ kind: 'acts', call, ...(by === undefined ? {} : { by }) });
const free = (why: string, call: Row['call']): Row => ({ kind: 'free', why, call });
const first = async <T>(stream: Promise<AsyncIterable<T>>): Promise<T | undefined> => {
  for await (const value of await stream) return value;
  return undefined;
};
/** What a photo has in it, as text. */
const inside = async (photo: Promise<{ readonly url: string } | null>): Promise<string> =>
  Buffer.from((await photo)?.url.split(',')[1] ?? '', 'base64').toString();
const page = { cursor: null, limit: 200 } as const;
const c = <T extends object>(input: T): T & { commandId: string } => ({ ...input, commandId: commandId() });
const orderVersion = async ({ db }: World): Promise<number> =>
  (await db.query<{ version: number }>('SELECT version FROM work_order WHERE order_id = $1', [foreign.order]))[0]!
    .version;
const draftVersion = async ({ db }: World, path: string): Promise<number> =>
  (await db.query<{ version: number }>('SELECT version FROM draft WHERE path = $1', [path]))[0]?.version ?? 0;
const oneId = async ({ db }: World, sql: string): Promise<string> =>
  String((await db.query<{ id: unknown }>(sql))[0]?.id);
const lineText = async ({ all }: World): Promise<string> =>
  (await all.releases.text({ path: foreign.lineFile, release: null })).text ?? '';

/** What was decided is folded before the next row looks at what there is. */
async function folded<T extends { readonly ok: boolean }>(db: Db, answer: T): Promise<T> {
  if (answer.ok) await settled(db);
  return answer;
}

/** Waits until all facts are in the read model, and what other systems are told of them is written. */
async function settled(db: Db): Promise<void> {
  const behind = `SELECT FROM stream s LEFT JOIN projected p USING (stream_id) LEFT JOIN erp_cursor c USING (stream_id)
    WHERE s.head_seq > coalesce(p.seq, 0) OR s.head_seq > coalesce(c.seq, 0)`;
  await expect.poll(async () => (await db.query(behind)).length, { timeout: 60_000 }).toBe(0);
}

/** In this order: later ones stand on what the person of the whole plant did in earlier ones. */
const table: Readonly<Record<string, Row>> = {
  'session.get': free('who asks', (calls) => calls.session.get()),
  'session.names': free('people and accounts are of no line', (calls) => calls.session.names()),
  'session.health': free('of the server', (calls) => first(calls.session.health())),
  'lines.watch': reads((calls) => first(calls.lines.watch()), '"lineId":"L1"'),
  'orders.watch': free('a number', (calls) => first(calls.orders.watch())),
  'orders.list': reads((calls) => calls.orders.list({ ...page, status: 'all' }), 'WO-10452'),
  'orders.get': reads((calls) => calls.orders.get({ orderId: foreign.order })),
  'orders.definitions': reads((calls) => calls.orders.definitions(), 'PMP-100'),
  'orders.create': acts((calls) =>
    calls.orders.create(
      c({
        orderId: 'FOREIGN-NEW',
        definitionId: 'FOREIGN-D',
        revision: 'A',
        quantity: 5,
        dueAt: null,
        serialPrefix: 'FOREIGN-M',
      }),
    ),
  ),
  'orders.hold': acts(async (calls, world) =>
    calls.orders.hold(c({ orderId: foreign.order, version: await orderVersion(world), reason: 'x' })),
  ),
  'orders.release': acts(async (calls, world) =>
    calls.orders.release(c({ orderId: foreign.order, version: await orderVersion(world) })),
  ),
  'orders.split': acts(async (calls, world) =>
    calls.orders.split(
      c({
        orderId: foreign.order,
        version: await orderVersion(world),
        jobs: [{ lineId: foreign.line, quantity: 10 }],
      }),
    ),
  ),
  'orders.move': acts((calls) => calls.orders.move(c({ jobOrderId: foreign.job, place: 2 }))),
  'orders.close': acts(async (calls, world) =>
    calls.orders.close(c({ orderId: foreign.order, version: await orderVersion(world) })),
  ),
  'units.watch': free('a number', (calls) => first(calls.units.watch())),
  'units.search': reads(async (calls) => {
    const found: unknown[] = [];
    for (const query of ['', foreign.serial, 'FOREIGN', '-1', foreign.order])
      found.push(await calls.units.search({ ...page, query }));
    return found;
  }, 'PMP100-'),
  'units.get': reads((calls) => calls.units.get({ serial: foreign.serial })),
  'units.facts': reads((calls) => calls.units.facts({ ...page, serial: foreign.serial })),
  'units.cases': reads((calls) => calls.units.cases({ ...page, open: false })),
  'units.hold': acts((calls) => calls.units.hold(c({ serial: foreign.serial, reason: 'x' }))),
  'units.liftHold': acts(async (calls, world) =>
    calls.units.liftHold(
      c({
        serial: foreign.serial,
        holdId: await holdId(world),
        reason: 'x',
      }),
    ),
  ),
  'units.closeCase': acts(async (calls, world) =>
    calls.units.closeCase(
      c({ caseId: await oneId(world, `SELECT case_id AS id FROM unit_case WHERE serial = 'FOREIGN-1'`), note: 'x' }),
    ),
  ),
  'gauges.watch': free('a number', (calls) => first(calls.gauges.watch())),
  'gauges.list': reads((calls) => calls.gauges.list(), '"gaugeId":"G-114"'),
  'gauges.gauge': reads((calls) => calls.gauges.gauge({ gaugeId: foreign.gauge })),
  'andon.watch': free('a number', (calls) => first(calls.andon.watch())),
  'andon.board': reads((calls) => first(calls.andon.board()), '"lineId":"L1"'),
  'andon.calls': reads((calls) => calls.andon.calls(page)),
  'handover.watch': free('a number', (calls) => first(calls.handover.watch())),
  'handover.list': reads((calls) => calls.handover.list({ ...page, lineId: null })),
  'gauges.recall': acts(async (calls, { db }) =>
    folded(db, await calls.gauges.recall(c({ gaugeId: foreign.gauge, recallId: 'FOREIGN-c' }))),
  ),
  'machines.watch': free('a number', (calls) => first(calls.machines.watch())),
  'machines.list': reads((calls) => calls.machines.list(), '"lineId":"L1"'),
  'machines.slices': reads((calls) => calls.machines.slices(foreign.machine)),
  'machines.counts': reads((calls) => calls.machines.counts(foreign.machine)),
  'machines.doubts': reads((calls) => calls.machines.doubts({ ...page, machineId: foreign.machine.machineId })),
  'oee.watch': free('a number', (calls) => first(calls.oee.watch())),
  'oee.shifts': free('the calendar of the plant', (calls) => calls.oee.shifts()),
  'oee.now': reads((calls) => calls.oee.now(), 'press-p1'),
  'oee.view': reads((calls) =>
    calls.oee.view({ machineId: foreign.machine.machineId, window: { kind: 'shift', key: null } }),
  ),
  'oee.units': reads((calls) =>
    calls.oee.units({ machineId: foreign.machine.machineId, window: { kind: 'day', day: '2026-09-21' } }),
  ),
  'oee.trend': reads((calls) => calls.oee.trend({ machineId: foreign.machine.machineId, step: 'day', count: 7 })),
  'control.watch': free('a number', (calls) => first(calls.control.watch())),
  'energy.watch': free('a number', (calls) => first(calls.energy.watch())),
  'energy.overview': reads((calls) => calls.energy.overview({ from: '2026-09-21', to: '2026-09-22' }), '"lineId":"L1"'),
  'stops.watch': free('a number', (calls) => first(calls.stops.watch())),
  'stops.machines': reads((calls) => calls.stops.machines(), 'press-p1'),
  'stops.list': reads((calls) => calls.stops.list(page)),
  'stops.get': reads((calls) => calls.stops.get({ stopId: 'FOREIGN-stop' })),
  'stops.photo': reads((calls) => inside(calls.stops.photo({ stopId: 'FOREIGN-stop', sha256: foreignPhoto }))),
  'studies.watch': free('a number', (calls) => first(calls.studies.watch())),
  'studies.list': reads((calls) => calls.studies.list(page)),
  'studies.report': reads((calls) => calls.studies.report({ studyId: 'FOREIGN-st' })),
  'control.signals': reads((calls) => calls.control.signals(page)),
  'control.charts': reads((calls) => calls.control.charts(), 'bore-b'),
  'control.chart': reads((calls) => calls.control.chart({ chart: foreign.chart })),
  'control.records': reads((calls) => calls.control.records({ pointId: 'FOREIGN-pc' })),
  // Numbers alone: that there are some tells whose they are.
  'control.overview': reads(async (calls) =>
    (await calls.control.overview({ chart: foreign.chart, columns: 10 })).map(() => 'FOREIGN'),
  ),
  'containments.watch': free('a number', (calls) => first(calls.containments.watch())),
  'containments.choices': reads((calls) => calls.containments.choices()),
  'containments.preview': reads((calls) =>
    calls.containments.preview({
      criterion: {
        kind: 'operation',
        definitionId: 'FOREIGN-D',
        operationId: '10',
        stationId: null,
        from: 0,
        until: null,
      },
    }),
  ),
  'containments.begin': acts(async (calls, { db }) =>
    folded(db, await calls.containments.begin(c({ criterion: { kind: 'order', orderId: 'WO-1' }, reason: 'x' }))),
  ),
  'containments.list': free("what may be fitted nowhere is everybody's to know; units are cut", (calls) =>
    calls.containments.list(page),
  ),
  'containments.lift': acts(async (calls, { db }) => {
    const [row] = await db.query<{ id: string }>('SELECT containment_id AS id FROM containment');
    return calls.containments.lift(c({ containmentId: row?.id ?? '', reason: 'x' }));
  }),
  'nonconformances.watch': free('a number', (calls) => first(calls.nonconformances.watch())),
  'nonconformances.list': reads((calls) => calls.nonconformances.list(page)),
  'nonconformances.photo': reads((calls) =>
    inside(calls.nonconformances.photo({ nonconformanceId: 'FOREIGN-nc', sha256: foreignPhoto })),
  ),
  'nonconformances.pareto': reads((calls) => calls.nonconformances.pareto({ by: 'defect', days: 366 })),
  'nonconformances.dispose': acts(async (calls, { db }) =>
    folded(
      db,
      await calls.nonconformances.dispose(
        c({ nonconformanceId: 'FOREIGN-nc', kind: 'return', serials: [foreign.serial], quantity: 1, reason: 'x' }),
      ),
    ),
  ),
  'stations.watch': free('a number', (calls) => first(calls.stations.watch())),
  'stations.list': reads((calls) => calls.stations.list(), 'ST10'),
  'stations.makeCode': acts((calls) => calls.stations.makeCode(c({ stationId: foreign.station }))),
  'stations.revoke': acts((calls) => calls.stations.revoke(c({ keyId: 'FOREIGN-key' }))),
  // Counts: what of them is foreign is told apart below.
  'trouble.watch': free('numbers, looked at below', (calls) => first(calls.trouble.watch())),
  'trouble.publishing': free('no line is published here; whose lines are told is `seenNodes`', (calls) =>
    calls.trouble.publishing(),
  ),
  'trouble.quarantine': reads((calls) => calls.trouble.quarantine(page)),
  'trouble.forks': reads((calls) => calls.trouble.forks(page)),
  'trouble.deadLetters': reads((calls) => calls.trouble.deadLetters(page)),
  'trouble.replay': acts(async (calls, world) =>
    calls.trouble.replay(c({ ids: [await oneId(world, 'SELECT min(quarantine_id) AS id FROM quarantine')] })),
  ),
  'trouble.acknowledgeFork': acts((calls) =>
    calls.trouble.acknowledgeFork(c({ stationId: foreign.station, epoch: 'e1', branch: '', note: 'x' })),
  ),
  'trouble.sendAgain': acts((calls) => calls.trouble.sendAgain(c({ ids: ['FOREIGN-erp:1'] }))),
  'trouble.discard': acts((calls) => calls.trouble.discard(c({ ids: ['FOREIGN-erp:2'], note: 'x' }))),
  'releases.watch': free('a number', (calls) => first(calls.releases.watch())),
  'releases.files': reads((calls) => calls.releases.files(), 'lines/L1.yaml'),
  'releases.text': reads((calls) => calls.releases.text({ path: foreign.definitionFile, release: null })),
  'releases.history': reads((calls) => calls.releases.history({ ...page, path: null }), 'lines/L1.yaml'),
  'releases.picture': reads(async (calls) =>
    JSON.stringify(await calls.releases.picture({ path: foreign.picture, release: null })).replace(
      /"base64":"\w+/,
      'FOREIGN',
    ),
  ),
  'releases.differences': reads((calls) => calls.releases.differences()),
  'releases.saveDraft': acts(async (calls, world) =>
    calls.releases.saveDraft(
      c({ path: foreign.lineFile, text: `${await lineText(world)}# more\n`, version: 0, note: '' }),
    ),
  ),
  'releases.draft': reads((calls) => calls.releases.draft({ path: foreign.lineFile })),
  'releases.check': reads(async (calls, { db }) => {
    // A text with a fault, as somebody of the line may have left it.
    await db.execute(`INSERT INTO release_content VALUES ('FOREIGN-bad', 'FOREIGN: [') ON CONFLICT DO NOTHING`);
    const [{ sha256 } = { sha256: '' }] = await db.query<{ sha256: string }>('SELECT sha256 FROM draft LIMIT 1');
    await db.execute(`UPDATE draft SET sha256 = 'FOREIGN-bad'`);
    const faults = await calls.releases.check({ paths: [foreign.lineFile] });
    await db.execute('UPDATE draft SET sha256 = $1', [sha256]);
    return faults;
  }),
  'releases.submit': acts(async (calls, world) =>
    calls.releases.submit(c({ path: foreign.lineFile, version: await draftVersion(world, foreign.lineFile) })),
  ),
  'releases.sendBack': acts(async (calls, world) =>
    calls.releases.sendBack(
      c({ path: foreign.lineFile, version: await draftVersion(world, foreign.lineFile), note: 'x' }),
    ),
  ),
  'releases.release': acts(async (calls, world) => {
    return calls.releases.release(
      c({ path: foreign.lineFile, version: await draftVersion(world, foreign.lineFile), note: '' }),
    );
  }, 'second'),
  'releases.diff': reads((calls) => calls.releases.diff({ path: foreign.lineFile, from: 1, to: 2 })),
  'releases.rollBack': acts((calls) => calls.releases.rollBack(c({ path: foreign.lineFile, to: 1, note: 'x' }))),
  'releases.savePicture': acts((calls) =>
    calls.releases.savePicture(
      c({ path: foreign.picture, base64: Buffer.from('<svg />').toString('base64'), version: 0, note: '' }),
    ),
  ),
  'releases.dropDraft': acts(async (calls, world) =>
    calls.releases.dropDraft(c({ path: foreign.picture, version: await draftVersion(world, foreign.picture) })),
  ),
  'releases.newRevision': acts((calls) =>
    calls.releases.newRevision(c({ from: foreign.definitionFile, revision: 'B' })),
  ),
  'releases.draftWithdrawal': acts((calls) =>
    calls.releases.draftWithdrawal(c({ path: foreign.stationFile, version: 0, note: '' })),
  ),
  'accounts.audit': reads((calls) => calls.accounts.audit(page)),
  'accounts.list': acts((calls) => calls.accounts.list()),
  'accounts.create': acts((calls) =>
    calls.accounts.create(c({ id: 'FOREIGN-p', name: 'F', kind: 'person', grants: [] })),
  ),
  'accounts.update': acts((calls) =>
    calls.accounts.update(c({ id: 'FOREIGN-p', name: 'G', disabled: false, grants: [] })),
  ),
  'accounts.resetSecret': acts((calls) => calls.accounts.resetSecret(c({ id: 'FOREIGN-p' }))),
  'accounts.sessions': acts((calls) => calls.accounts.sessions({ id: 'jana.vogt' })),
  'accounts.endSession': acts(async (calls, world) =>
    calls.accounts.endSession(
      c({ sessionId: await oneId(world, `SELECT id_hash AS id FROM session WHERE account_id = 'jana.vogt'`) }),
    ),
  ),
  'accounts.changePassword': free('the own one', (calls) =>
    calls.accounts.changePassword(c({ old: 'not the one at all', new: 'another long password' })),
  ),
};

const holdId = async ({ db }: World): Promise<string> => {
  const [row] = await db.query<{ passport: string }>(`SELECT passport FROM unit WHERE serial = 'FOREIGN-1'`);
  return (JSON.parse(row!.passport) as { holds: { holdId: string }[] }).holds[0]?.holdId ?? 'none';
};

function procedures(router: unknown, at: readonly string[] = []): string[] {
  if (isContractProcedure(router)) return [at.join('.')];
  return Object.entries(router as object).flatMap(([name, each]) => procedures(each, [...at, name]));
}

describe('the table', () => {
  it('has a row for every procedure of the plant view, and no other', () => {
    expect(Object.keys(table).sort()).toEqual(procedures(plantContract).sort());
  });
});

describeOnDatabases('a person of another line', (database) => {
  const rig = new PlantRig(database);
  beforeEach(() => database.clear());
  afterEach(() => rig.end());

  const enter = async (): Promise<World> => {
    const { db } = database;
    const folder = twoLines();
    const { url } = await rig.serve({ folder });
    const grantAll = async (account: string, scope: string): Promise<void> => {
      await db.execute('DELETE FROM account_grant WHERE account_id = $1', [account]);
      for (const role of plantRoles.filter((each) => each !== 'integration'))
        await db.execute(`INSERT INTO account_grant (account_id, role, scope, source) VALUES ($1, $2, $3, 'plant')`, [
          account,
          role,
          scope,
        ]);
    };
    await grantAll('emre.aydin', 'line:L1');
    await grantAll('admin', '*');
    await grantAll('li.chen', '*');
    const calls = async (account: string, password: string): Promise<Calls> =>
      (await rig.enter(url, account, password)).calls();
    const all = await calls('admin', 'demo-administrator');
    const world = {
      db,
      own: await calls('emre.aydin', 'demo-engineer'),
      all,
      second: await calls('li.chen', 'demo-quality'),
    };
    await calls('jana.vogt', 'demo-line-lead');
    await foreignOrder(all);
    await foreignFacts(db);
    await expect.poll(async () => (await db.query('SELECT FROM quarantine')).length, { timeout: 60_000 }).toBe(2);
    await settled(db);
    // A second order, so that the first one has a place to move to.
    await all.orders.create(
      c({
        orderId: 'FOREIGN-WO2',
        definitionId: 'FOREIGN-D',
        revision: 'A',
        quantity: 5,
        dueAt: null,
        serialPrefix: 'FOREIGN-O',
      }),
    );
    return world;
  };
  /**
   * All that the database has of the foreign line, and everything about people. Sums of machine time are left out: the server makes
   * them anew by itself, whenever it comes to it.
   */
  const kept = async (db: Db): Promise<string[]> => {
    const tables = await db.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'
       AND table_type = 'BASE TABLE' AND table_name NOT IN ('sign_in_failure', 'plant_command',
         'machine_unsummed', 'machine_summed', 'machine_hour') ORDER BY 1`,
    );
    const rows: string[] = [];
    for (const { name } of tables)
      for (const { row } of await db.query<{ row: string }>(
        `SELECT '${name} ' || (to_jsonb(t) - 'seen_at' - 'last_seen_at')::text AS row FROM ${name} t`,
      ))
        if (row.includes('FOREIGN') || /^(account|account_grant|session) /.test(row)) rows.push(row);
    return rows.sort();
  };
  const told = async (asked: Promise<unknown>): Promise<string> => {
    try {
      return JSON.stringify(await asked) ?? 'undefined';
    } catch (error) {
      return `thrown ${JSON.stringify([(error as { code?: unknown }).code, (error as { data?: unknown }).data])}`;
    }
  };

  it('reads and changes nothing of it, by any call', { timeout: limit }, async () => {
    const world = await enter();
    const { db, own, all } = world;
    // Another folder than the one of the start: something to see as a difference.
    await db.execute(`INSERT INTO release (path, release, kind, sha256, drafted_by, released_by, released_at, note)
      SELECT 'definitions/FOREIGN-D.A/images/other.svg', 1, 'import', sha256, '', '', 0, '' FROM release WHERE path = '${foreign.picture}'`);
    expect(await first(own.trouble.watch())).toEqual({ quarantine: 0, forks: 0, deadLetters: 0, unpublished: 0 });
    expect(await first(all.trouble.watch())).toEqual({ quarantine: 2, forks: 1, deadLetters: 2, unpublished: 0 });
    // Everything that there is: what the person of L1 has the right for, which is none.
    expect(await own.trouble.replay(c({ ids: [] }))).toEqual({ ok: true, value: { folded: 0, kept: 0 } });

    for (const [name, row] of Object.entries(table)) {
      if (row.kind === 'free') {
        expect.soft(await told(row.call(own, world)), name).not.toContain('FOREIGN');
        continue;
      }
      if (row.kind === 'reads') {
        const mine = await told(row.call(own, world));
        expect.soft(mine, `${name} by a person of L1`).not.toContain('FOREIGN');
        if (row.own !== undefined) expect.soft(mine, `${name} by a person of L1`).toContain(row.own);
        expect.soft(await told(row.call(all, world)), `${name} by a person of the plant`).toContain('FOREIGN');
        continue;
      }
      // Sent back in the row before.
      if (name === 'releases.release') await db.execute('UPDATE draft SET submitted = true');
      const before = await kept(db);
      const mine = await told(row.call(own, world));
      expect.soft(mine, `${name} by a person of L1`).toMatch(/right\.missing|\.unknown"/);
      expect.soft(await kept(db), `${name} by a person of L1`).toEqual(before);
      const done = await told(row.call(row.by === 'second' ? world.second : all, world));
      expect.soft(done, `${name} by a person of the plant`).toMatch(/^\{"ok":true|^\[/);
      if (name.startsWith('units.')) await settled(db);
    }
  });

  it('reads of the audit what is about the own line alone', { timeout: limit }, async () => {
    const { own, all } = await enter();
    const subjects = async (calls: Calls): Promise<string[]> =>
      (await calls.accounts.audit(page)).items.map(({ subject }) => subject);
    await all.orders.hold(c({ orderId: 'WO-10452', version: 1, reason: 'x' }));
    expect(await subjects(own)).toEqual(['order:WO-10452']);
    expect(await subjects(all)).toEqual(
      expect.arrayContaining(['order:WO-10452', 'order:FOREIGN-WO', 'configuration']),
    );
  });
});
