/** After a release units are judged anew: what was a contradiction may be none any more, and other lines get passports. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Configuration } from '#contract/config/index.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import { commandId, PlantRig, type Calls } from '#tests/support/plant-view.ts';
import { releasedConfiguration } from '../configuration.ts';
import { retirePassports } from '../downlink/prune.ts';
import { createLog } from '../log.ts';
import { createOrderService } from '../orders/orders.ts';
import { createOrderReactions } from '../orders/react.ts';
import { numbersAgain } from '../orders/numbers-again.ts';
import { wholePlant } from '../rpc/sight.ts';
import { listCases } from '../units/read.ts';
import { judgeAgain } from './judge-again.ts';
import { createProjector } from './projector.ts';
import { demoConfiguration, ended, made, started, StationStream } from './test-kit.ts';

const limit = 240_000;
const demo = demoConfiguration();
const [line] = demo.lines;
/** The demo plant with other routings and lines. */
const plant = (
  after: readonly string[],
  lines: Readonly<Record<string, readonly string[]>> = { L1: ['ST05', 'ST10', 'ST20'] },
  begins: readonly string[] = ['ST10'],
): Configuration => ({
  ...demo,
  hash: JSON.stringify([after, lines, begins]),
  lines: Object.entries(lines).map(([id, stations]) => ({ ...line!, id, stations: [...stations] })),
  definitions: demo.definitions.map((definition) =>
    definition.id === 'PMP-100' && definition.revision === 'C'
      ? {
          ...definition,
          operations: definition.operations.map((operation, at) =>
            at === 0
              ? { ...operation, stations: [...begins] }
              : { ...operation, after: at === 1 ? [...after] : operation.after },
          ),
        }
      : definition,
  ),
});

describeOnDatabases('after a release', (database) => {
  const rig = new PlantRig(database);
  beforeEach(() => database.clear());
  afterEach(() => rig.end());

  const setUp = (first: Configuration) => {
    const { db } = database;
    let configuration = first;
    const released = releasedConfiguration(() => configuration);
    const react = createOrderReactions(released, async () => undefined);
    const projector = createProjector({ db, configuration: released, react, log: createLog('silent') });
    return {
      db,
      released,
      fold: async () => {
        while ((await projector.round()) > 0);
      },
      release: (next: Configuration) => {
        configuration = next;
        return judgeAgain(db, released, new AbortController().signal);
      },
      kinds: async () =>
        (await listCases(db, { cursor: null, limit: 50, open: true }, wholePlant)).items.map(({ kind }) => kind),
      told: async (kind: 'passport' | 'case') =>
        (
          await db.query<{ scope: string; id: string }>(
            'SELECT scope, id FROM document WHERE kind = $1 AND body IS NOT NULL ORDER BY 1, 2',
            [kind],
          )
        ).map(({ scope, id }) => (kind === 'case' ? scope : `${scope} ${id}`)),
    };
  };
  /** Its second operation passed, the first one did not. */
  const skipped = (stream: StationStream, serial: string): StationStream =>
    stream
      .add('unit.created', made(serial))
      .add('execution.started', started(`x-${serial}`, serial, '20'))
      .add('execution.passed', ended(`x-${serial}`, serial, '20'));

  it('a contradiction by the routing comes and goes with the routing', { timeout: limit }, async () => {
    const { db, fold, release, kinds, told } = setUp(plant(['10']));
    await skipped(new StationStream('ST20'), 'P-1').send(db);
    await fold();
    expect(await kinds()).toEqual(['out-of-order']);
    expect(await told('case')).toEqual(['line:L1']);
    // The same configuration: nobody is judged.
    expect(await release(plant(['10']))).toBe(0);
    expect(await release(plant([]))).toBe(1);
    expect(await kinds()).toEqual([]);
    expect(await told('case')).toEqual([]);
    expect(await release(plant(['10']))).toBe(1);
    expect(await kinds()).toEqual(['out-of-order']);
    expect(await told('case')).toEqual(['line:L1']);
    // Folded under the configuration that is in force: nothing is left to judge.
    expect(await release(plant(['10']))).toBe(0);
  });

  it(
    'a line that gets the station gets passports and cases, one that loses it has them no more',
    { timeout: limit },
    async () => {
      const { db, fold, release, told } = setUp(plant(['10']));
      await skipped(new StationStream('ST20'), 'P-1').send(db);
      // Of a definition that nobody knows: told by where it was seen.
      await new StationStream('ST05').add('unit.created', { ...made('Q-1'), definitionId: 'UNKNOWN' }).send(db);
      await fold();
      expect(await told('passport')).toEqual(['line:L1 P-1', 'line:L1 Q-1']);
      await release(plant(['10'], { L1: ['ST10'], L2: ['ST05', 'ST20'] }));
      expect(await told('passport')).toEqual(['line:L1 P-1', 'line:L2 P-1', 'line:L2 Q-1']);
      expect(await told('case')).toEqual(['line:L1', 'line:L2']);
      await release(plant(['10'], { L3: ['ST05', 'ST10', 'ST20'] }));
      expect(await told('passport')).toEqual(['line:L3 P-1', 'line:L3 Q-1']);
      expect(await told('case')).toEqual(['line:L3']);
      // What the stations had to forget they do not get again.
      await db.execute(`UPDATE unit SET status = 'done', received_at = 0 WHERE serial = 'Q-1'`);
      await db.transaction((tx) => retirePassports(tx));
      await release(plant(['10'], { L1: ['ST05', 'ST10', 'ST20'] }));
      expect(await told('passport')).toEqual(['line:L1 P-1']);
    },
  );

  it('many units are judged in pages, between which facts are taken in and folded', { timeout: limit }, async () => {
    const { db, fold, release, kinds } = setUp(plant(['10']));
    const stream = new StationStream('ST20');
    for (let n = 1; n <= 450; n += 1) skipped(stream, `P-${n}`);
    await stream.send(db);
    await fold();
    const judging = release(plant([]));
    const late = new StationStream('ST10');
    let longest = 0;
    for (let n = 1; n <= 10; n += 1) {
      const begun = performance.now();
      await late.add('unit.created', made(`L-${n}`)).send(db);
      await fold();
      longest = Math.max(longest, performance.now() - begun);
    }
    expect(await judging).toBe(450);
    expect(await kinds()).toEqual([]);
    const [row] = await db.query<{ n: number }>('SELECT count(*)::int AS n FROM unit');
    expect(row?.n).toBe(460);
    // Ten facts did not wait for 450 units; generous, for the machine may be busy.
    expect(longest).toBeLessThan(10_000);
  });

  it('a station where units begin now gets numbers of orders that are released', { timeout: limit }, async () => {
    const { db, released, release } = setUp(plant(['10']));
    const orders = createOrderService(released);
    const act = {
      caller: { accountId: 'jana', name: 'Jana' },
      at: Date.now(),
      need: () => undefined,
      audit: async () => undefined,
    };
    const order = {
      orderId: 'WO-1',
      definitionId: 'PMP-100',
      revision: 'C',
      quantity: 100,
      priority: 5,
      dueAt: null,
      serialPrefix: 'N-',
      jobs: [],
    };
    await db.transaction(async (tx) => {
      expect(await orders.create({ ...act, tx }, order, 'plant')).toMatchObject({ ok: true });
      expect(await orders.release({ ...act, tx }, 'WO-1', 1)).toMatchObject({ ok: true });
    });
    const blocks = async () =>
      (await db.query<{ station_id: string }>('SELECT station_id FROM serial_block ORDER BY 1')).map(
        ({ station_id }) => station_id,
      );
    expect(await blocks()).toEqual(['ST10']);
    const { signal } = new AbortController();
    expect(await numbersAgain(db, released, Date.now, signal)).toBe(0);
    await release(plant(['10'], undefined, ['ST05', 'ST10']));
    expect(await numbersAgain(db, released, Date.now, signal)).toBe(1);
    expect(await blocks()).toEqual(['ST05', 'ST10']);
  });

  it('the whole server does so by itself', { timeout: limit }, async () => {
    const { url } = await rig.serve();
    const emre = await (await rig.enter(url, 'emre.aydin', 'demo-engineer')).calls();
    const li = await (await rig.enter(url, 'li.chen', 'demo-quality')).calls();
    const submitted = async (calls: Calls, path: string, text: string): Promise<{ path: string; version: number }> => {
      const draft = await calls.releases.saveDraft({ commandId: commandId(), path, text, version: 0, note: '' });
      if (!draft.ok) throw new Error(JSON.stringify(draft));
      const { version } = draft.value;
      await calls.releases.submit({ commandId: commandId(), path, version });
      return { path, version };
    };
    const text = (await emre.releases.text({ path: 'lines/L1.yaml', release: null })).text ?? '';
    const first = await submitted(emre, 'lines/L1.yaml', text.replace('ST10, ST20', 'ST10'));
    const two = text.replace('id: L1', 'id: L2').replace(/^stations: .*$/m, 'stations: [ST20]');
    const second = await submitted(emre, 'lines/L2.yaml', two);
    const passports = async (): Promise<number> =>
      (
        await database.db.query(
          `SELECT FROM document WHERE scope = 'line:L2' AND kind = 'passport' AND body IS NOT NULL`,
        )
      ).length;
    expect(await passports()).toBe(0);
    const done = await li.releases.release({ commandId: commandId(), ...first, note: '', also: [second] });
    expect(done).toMatchObject({ ok: true });
    await expect.poll(passports, { timeout: 30_000 }).toBeGreaterThan(0);
  });
});
