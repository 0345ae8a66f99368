/** A subscriber at Mosquitto reads birth, data, death and history, whatever happens to the broker. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import type { BodyOf } from '#contract/events/index.ts';
import { publishingSchema } from '#contract/config/publishing.ts';
import type { PublishRow } from '#contract/plant/trouble.ts';
import { until } from '#tests/conformance/wires.ts';
import { authority } from '#tests/support/certificates.ts';
import { describeOnDatabases, pgliteOfTests } from '#tests/support/database.ts';
import { startMosquitto, subscribeAll, type Mosquitto } from '#tests/support/mosquitto.ts';
import { freePorts } from '#tests/support/ports.ts';
import { describeWith } from '#tests/support/system.ts';
import type { Db } from '../db/db.ts';
import { createLog } from '../log.ts';
import { sumUp } from '../oee/sum-up.ts';
import { createProjector } from '../projections/projector.ts';
import { StationStream, demoReleased, ended, started } from '../projections/test-kit.ts';
import { createPublisher, type Publisher } from './index.ts';
import { openBroker, type OpenBroker } from '#publish/broker.ts';
import { decodePayload, encodePayload, type Decoded } from '#publish/payload.ts';

const limitMs = 120_000;
/** As `until`, for what has to be asked for. */
const poll = (ask: () => Promise<boolean>): Promise<void> =>
  expect.poll(ask, { timeout: limitMs, interval: 50 }).toBe(true);

describeWith('mosquitto', 'publishing', (program) => {
  describeOnDatabases('at Mosquitto', (database) => {
    let broker: Mosquitto;
    let ears: Awaited<ReturnType<typeof subscribeAll>>;
    let publisher: Publisher;
    let stream: StationStream;
    const released = demoReleased();

    const begins = (serial: string): BodyOf<'execution.started'> => started(`x-${serial}`, serial);
    const passes = (serial: string): BodyOf<'execution.passed'> => ended(`x-${serial}`, serial);
    const make = (db: Db = database.db, open: OpenBroker = openBroker, now = () => Date.now()): Publisher =>
      createPublisher(publishingSchema.parse({ url: broker.url, lines: ['L1'] }), {
        db,
        openBroker: open,
        log: createLog('silent'),
        now,
        released,
        environment: {},
        eventsChannel: 'events',
        againMs: [50, 200],
        figuresMs: 100,
      });
    const told = (kind: string): Decoded[] =>
      ears.heard
        .filter(({ topic }) => topic.startsWith('spBv1.0/') && topic.split('/')[2] === kind)
        .map(({ payload }) => decodePayload(payload));
    /** Values of a metric in the order in which they were told after the births, by its alias in the newest birth before. */
    function values(name: string): [value: unknown, historical: boolean][] {
      const found: [unknown, boolean][] = [];
      let alias: number | null = null;
      for (const { topic, payload } of ears.heard) {
        const [space, , kind, , device] = topic.split('/');
        if (space !== 'spBv1.0' || device !== 'ST10') continue;
        const { metrics } = decodePayload(payload);
        if (kind === 'DBIRTH') alias = metrics.find((metric) => metric.name === name)?.alias ?? null;
        if (kind !== 'DDATA') continue;
        for (const metric of metrics) if (metric.alias === alias) found.push([metric.value, metric.historical]);
      }
      return found;
    }
    const dataOf = (name: string): Decoded['metrics'] => {
      const aliases = new Set<number>();
      return ears.heard.flatMap(({ topic, payload }) => {
        const [space, , kind, , device] = topic.split('/');
        if (space !== 'spBv1.0' || device !== 'ST10') return [];
        const { metrics } = decodePayload(payload);
        if (kind === 'DBIRTH') {
          aliases.clear();
          for (const metric of metrics) if (metric.name === name && metric.alias !== null) aliases.add(metric.alias);
        }
        return kind === 'DDATA' ? metrics.filter(({ alias }) => alias !== null && aliases.has(alias)) : [];
      });
    };
    const newest = (topic: string): unknown => {
      const last = ears.heard.findLast((one) => one.topic === topic && !one.retained);
      return last === undefined ? undefined : (JSON.parse(last.payload.toString()) as { value: unknown }).value;
    };
    const tell = async (): Promise<void> => stream.send(database.db);

    beforeAll(async () => {
      const [port = 0] = await freePorts(1);
      broker = await startMosquitto(program, port);
    }, limitMs);
    afterAll(() => broker?.stop(), limitMs);
    beforeEach(async () => {
      await database.clear();
      ears = await subscribeAll(broker.url);
      publisher = make();
      stream = new StationStream('ST10', Date.now());
      return async () => {
        await publisher.stop();
        await ears.stop();
      };
    }, limitMs);

    it(
      'is born with every station, tells changes with sequence and aliases, dies with its bdSeq',
      async () => {
        stream.add('unit.scrapped', { serial: 'old', reason: 'before anybody listened' });
        await tell();
        await publisher.start();
        await until(() => told('DBIRTH').length >= 4, 'births', limitMs);
        const [birth] = told('NBIRTH');
        expect(birth?.seq).toBe(0);
        expect(birth?.metrics.map(({ name, value }) => [name, value])).toEqual([
          ['bdSeq', 0],
          ['Node Control/Rebirth', false],
        ]);
        expect(told('DBIRTH').map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
        const aliases = told('DBIRTH').flatMap(({ metrics }) => metrics.map(({ alias }) => alias));
        expect(new Set(aliases).size).toBe(aliases.length);

        stream.add('execution.started', begins('A'), Date.now());
        await tell();
        await until(() => values('Work/Unit').length > 0, 'data', limitMs);
        expect(values('Work/Unit')).toEqual([['A', false]]);
        stream.add('execution.passed', passes('A'), Date.now());
        await tell();
        await until(() => values('Units/Passed').length > 0, 'counts', limitMs);
        expect(values('Units/Passed')).toEqual([[1, false]]);
        expect(values('Units/Scrapped')).toEqual([]);
        await until(() => newest('werk-sued/SUED/PUMPS/L1/ST10/Units/Passed') === 1, 'plain topics', limitMs);
        await until(() => newest('werk-sued/SUED/PUMPS/L1/ST10/Work/State') === 'idle', 'the state behind it', limitMs);
        const sparkplug = ears.heard.filter(({ topic }) => topic.startsWith('spBv1.0/') && !topic.includes('DEATH'));
        expect(sparkplug.map(({ payload }) => decodePayload(payload).seq)).toEqual(sparkplug.map((_, at) => at % 256));

        const late = await subscribeAll(broker.url);
        await until(
          () => late.heard.some(({ topic, retained }) => retained && topic.endsWith('ST10/Work/Order')),
          'retained',
          limitMs,
        );
        await late.stop();

        await publisher.stop();
        await until(() => told('NDEATH').length > 0, 'death', limitMs);
        expect(told('NDEATH')[0]?.metrics).toMatchObject([{ name: 'bdSeq', value: 0 }]);
        publisher = make();
        await publisher.start();
        await until(() => told('NBIRTH').length === 2, 'born again', limitMs);
        expect(told('NBIRTH')[1]?.metrics[0]).toMatchObject({ name: 'bdSeq', value: 1 });
      },
      limitMs,
    );

    it(
      'a broker that is down for an hour: all of it is told as history with its own time, in order; what is current comes last',
      async () => {
        let rows = 0;
        const counting: Db = {
          ...database.db,
          query: async (sql, params) => {
            const found = await database.db.query(sql, params);
            rows = Math.max(rows, found.length);
            return found as never;
          },
        };
        // The subscriber is there first, so that whatever it does not hear was not told.
        const patient: OpenBroker = async (options) => {
          await until(() => ears.ready(), 'the subscriber is back', limitMs);
          return openBroker(options);
        };
        publisher = make(counting, patient);
        await publisher.start();
        await until(() => told('DBIRTH').length >= 4, 'births', limitMs);
        stream
          .add('execution.started', begins('before'), Date.now())
          .add('execution.passed', passes('before'), Date.now());
        await tell();
        await until(() => values('Units/Passed').length > 0, 'data', limitMs);
        await poll(async () => (await publisher.states())[0]?.behind === 0);
        await broker.down();
        await poll(async () => (await publisher.states())[0]?.state === 'failing');
        expect(await publisher.states()).toMatchObject([
          { lineId: 'L1', problem: expect.stringMatching(/lost|unreachable/) },
        ]);

        const [hourMs, cycles] = [3_600_000, 900];
        const from = Date.now() - hourMs;
        const at = (n: number): number => from + Math.round((n * hourMs) / cycles);
        for (let n = 0; n < cycles; n += 1)
          stream
            .add('execution.started', begins(`S${n}`), at(n))
            .add('execution.passed', passes(`S${n}`), at(n) + 1_000);
        await tell();
        expect((await publisher.states())[0]?.behind).toBe(2 * cycles);

        await broker.up();
        await until(() => values('Units/Passed').length >= cycles + 2, 'history and the current value', limitMs);
        const counts = dataOf('Units/Passed');
        const history = counts.filter(({ historical }) => historical);
        expect(history.map(({ value }) => value)).toEqual(Array.from({ length: cycles }, (_, n) => n + 2));
        expect(history.map(({ timestamp }) => timestamp)).toEqual(
          Array.from({ length: cycles }, (_, n) => at(n) + 1_000),
        );
        expect(counts.at(-1)).toMatchObject({
          value: cycles + 1,
          historical: false,
          timestamp: at(cycles - 1) + 1_000,
        });
        expect(dataOf('Work/Unit').filter(({ historical, value }) => historical && value !== null)).toHaveLength(
          cycles,
        );
        await until(() => newest('werk-sued/SUED/PUMPS/L1/ST10/Units/Passed') === cycles + 1, 'plain topics', limitMs);
        await poll(async () => (await publisher.states())[0]?.behind === 0);
        expect(await publisher.states()).toMatchObject([{ state: 'published', problem: null }]);
        // Memory: never more than one page at once, whatever waits.
        expect(rows).toBeLessThanOrEqual(500);
      },
      limitMs,
    );

    it.runIf(database.kind === 'postgresql')(
      'of two instances one publishes; when it dies the other takes over within seconds, without a hole',
      async () => {
        let dead = false;
        const alive = <T>(work: () => Promise<T>): Promise<T> => (dead ? Promise.reject(new Error('dead')) : work());
        const db = database.open();
        onTestFinished(() => db.close());
        // Killed: it can tell the database nothing any more, also not that it ends.
        const mortal: Db = {
          ...db,
          listen: (...of) => db.listen(...of),
          query: (...of) => alive(() => db.query(...of)) as never,
          execute: (...of) => alive(() => db.execute(...of)),
          transaction: (run) => alive(() => db.transaction(run)),
        };
        let opened = 0;
        const counted: OpenBroker = (options) => ((opened += 1), openBroker(options));
        publisher = make(mortal);
        await publisher.start();
        await until(() => told('DBIRTH').length >= 4, 'births', limitMs);
        const second = make(database.db, counted);
        onTestFinished(() => second.stop());
        await second.start();
        for (let n = 0; n < 20; n += 1)
          stream
            .add('execution.started', begins(`A${n}`), Date.now())
            .add('execution.passed', passes(`A${n}`), Date.now());
        await tell();
        await until(() => values('Units/Passed').length >= 20, 'data of the first', limitMs);
        // A page that is told and not yet noted comes twice; here all is noted.
        await poll(async () => (await second.states())[0]?.behind === 0);
        expect(opened).toBe(0);

        dead = true;
        const from = performance.now();
        await until(() => told('NBIRTH').length === 2, 'the second is born', limitMs);
        const tookMs = performance.now() - from;
        expect(told('NBIRTH').map(({ metrics }) => metrics[0]?.value)).toEqual([0, 1]);
        expect(told('NDEATH')).toHaveLength(1);
        for (let n = 0; n < 20; n += 1)
          stream
            .add('execution.started', begins(`B${n}`), Date.now())
            .add('execution.passed', passes(`B${n}`), Date.now());
        await tell();
        await until(() => values('Units/Passed').length >= 40, 'data of the second', limitMs);
        expect(values('Units/Passed').map(([value]) => value)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
        // A lease of 6 s and a look every second; the rest is for a machine that is busy.
        expect(tookMs).toBeLessThan(45_000);
      },
      limitMs,
    );

    it(
      'tells the figures of a machine’s shift live, at its end as history, and again with a revision where its past is told anew',
      async () => {
        const { db } = database;
        const [machineId, minute, hour] = ['press-p1', 60_000, 3_600_000];
        const machine = released().catalogue.machine(machineId);
        if (machine === null) throw new Error('no press in the demo plant');
        // The early shift of the plant: 06:00 to 14:00 in Berlin. The press works through the breaks: they are planned busy time.
        const from = Date.parse('2026-11-25T05:00:00Z');
        const [to, plannedMs] = [from + 8 * hour, 8 * hour];
        let clock = from;
        const passes = async (at: number): Promise<void> => {
          await db.execute(
            `INSERT INTO station_status (station_id, heard_at, version, boot_id, started_at, config_hash, store_state,
               clock_drift_ms, unsent_count, devices_down, blobs_waiting)
             VALUES ('ST10', $1, '1', 'b', 1, 'c', 'ok', 0, 0, '{}', 0)
             ON CONFLICT (station_id) DO UPDATE SET heard_at = excluded.heard_at`,
            [new Date(at)],
          );
          clock = at;
          const react = () => Promise.resolve([]);
          const projector = createProjector({ db, configuration: released, react, log: createLog('silent') });
          while ((await projector.round()) > 0);
          while (await sumUp(db, released(), machine, at));
        };
        const context = { orderId: null, definitionId: 'PMP-100', operationId: '10' };
        const slice = (beganAt: number, state: 'producing' | 'fault') => ({
          beganAt,
          state,
          told: null,
          alarm: null,
          context,
        });
        stream = new StationStream('ST10', from);
        stream
          .add('slice.begun', { machineId, ...slice(from, 'producing'), clock: 'machine' }, from)
          .add('slice.begun', { machineId, ...slice(from + hour, 'fault'), clock: 'machine' }, from + hour)
          .add(
            'slice.begun',
            { machineId, ...slice(from + 1.5 * hour, 'producing'), clock: 'machine' },
            from + 1.5 * hour,
          )
          .add('pieces.counted', {
            machineId,
            from,
            to: from + hour,
            kind: 'counted',
            produced: 200,
            good: null,
            scrap: 5,
            counter: { first: 0, last: 200 },
            cyclesMs: [],
            context,
          });
        await stream.send(db, Infinity, from + 2 * hour);
        await passes(from + 2.5 * hour);
        publisher = make(db, openBroker, () => clock);
        await publisher.start();
        const shift = 'Machine/press-p1/Shift';
        await until(() => values(`${shift}/OEE`).length > 0, 'figures of the shift under way', limitMs);
        expect(values(`${shift}/Id`)).toEqual([['2026-11-25/early', false]]);
        // 150 min, 30 of them in a fault; no break yet.
        expect(values(`${shift}/Availability`)).toEqual([[expect.closeTo(120 / 150, 9), false]]);
        expect(values(`${shift}/QualityRatio`)).toEqual([[195 / 200, false]]);

        const document = (): Record<string, unknown> | null => {
          const last = ears.heard.findLast(({ topic }) =>
            topic.endsWith('ST10/Machine/press-p1/Shifts/2026-11-25/early'),
          );
          return last === undefined ? null : (JSON.parse(last.payload.toString()) as Record<string, unknown>);
        };
        const history = (name: string) =>
          dataOf(`${shift}/${name}`)
            .filter(({ historical }) => historical)
            .map(({ value, timestamp }) => [value, timestamp]);
        expect(document()).toBeNull();
        await passes(to + 30 * minute);
        await until(() => document() !== null, 'the shift at its end', limitMs);
        const availability = (plannedMs - 30 * minute) / plannedMs;
        expect(document()).toMatchObject({
          shift: '2026-11-25/early',
          revision: 1,
          from_ms: from,
          to_ms: to,
          produced: 200,
          good: 195,
          scrap: 5,
          availability: expect.closeTo(availability, 9),
          qualityRatio: 0.975,
          timestamp_ms: to,
        });
        expect(history('Availability')).toEqual([[expect.closeTo(availability, 9), to]]);
        // What is current comes behind it: the shift under way.
        expect(values(`${shift}/Id`).slice(-2)).toEqual([
          ['2026-11-25/early', true],
          ['2026-11-25/late', false],
        ]);

        const late = { from: from + 2 * hour, to: from + 3 * hour };
        stream.add('slices.restated', {
          machineId,
          ...late,
          slices: [slice(late.from, 'fault')],
          reason: 'late-values',
          note: '',
        });
        await stream.send(db, Infinity, clock);
        await passes(clock + minute);
        await until(() => document()?.['revision'] === 2, 'told anew', limitMs);
        const anew = (plannedMs - 90 * minute) / plannedMs;
        expect(document()).toMatchObject({ availability: expect.closeTo(anew, 9), produced: 200, timestamp_ms: to });
        expect(history('Availability').at(-1)).toEqual([expect.closeTo(anew, 9), to]);
        // Another one that speaks does not tell it once more.
        await publisher.stop();
        const [heard, before] = [ears.heard.length, values(`${shift}/Id`).length];
        publisher = make(db, openBroker, () => clock);
        await publisher.start();
        await until(() => values(`${shift}/Id`).length > before, 'current again', limitMs);
        expect(ears.heard.slice(heard).filter(({ topic }) => topic.includes('/Shifts/'))).toEqual([]);
        expect(values(`${shift}/Id`).at(-1)).toEqual(['2026-11-25/late', false]);
      },
      limitMs,
    );

    it(
      'answers a host that asks for births, and passes over what is no Sparkplug payload',
      async () => {
        await publisher.start();
        await until(() => told('DBIRTH').length >= 4, 'births', limitMs);
        const topic = 'spBv1.0/werk-sued/NCMD/L1';
        await ears.client.publishAsync(topic, 'nonsense', { qos: 1 });
        const at = Date.now();
        await ears.client.publishAsync(
          topic,
          encodePayload(at, null, [{ name: 'Node Control/Rebirth', at, type: 'boolean', value: true }]),
          { qos: 1 },
        );
        await until(() => told('DBIRTH').length >= 8, 'born again', limitMs);
        expect(told('NBIRTH').map(({ seq }) => seq)).toEqual([0, 0]);
        expect(told('NBIRTH').map(({ metrics }) => metrics[0]?.value)).toEqual([0, 0]);
      },
      limitMs,
    );
  });
});

describeWith('mosquitto', 'publishing over TLS', (program) => {
  describeWith('openssl', 'with a user', (openssl) => {
    it(
      'wrong certificate, user, file and address are told each as what it is; the right ones are published',
      async () => {
        const folder = mkdtempSync(join(tmpdir(), 'linewright-publish-tls-'));
        const [ours, foreign] = ['ours', 'foreign'].map((name) => authority(openssl, folder, name));
        const [port = 0, free = 0] = await freePorts(2);
        const server = ours!.issue('broker', ['DNS:localhost', 'IP:127.0.0.1']);
        const broker = await startMosquitto(program, port, { ...server, user: 'linewright', password: 'right horse' });
        const db = await pgliteOfTests();
        const released = demoReleased();
        const attempt = async (
          environment: Record<string, string>,
          url = broker.url,
        ): Promise<PublishRow | undefined> => {
          const publisher = createPublisher(
            publishingSchema.parse({
              url,
              lines: ['L1'],
              userName: 'linewright',
              passwordVariable: 'LINEWRIGHT_INTEGRATION_PW',
              caVariable: 'LINEWRIGHT_INTEGRATION_CA',
            }),
            {
              db,
              log: createLog('silent'),
              now: () => Date.now(),
              released,
              environment: {
                LINEWRIGHT_INTEGRATION_PW: 'right horse',
                LINEWRIGHT_INTEGRATION_CA: ours!.certFile,
                ...environment,
              },
              eventsChannel: 'events',
              againMs: [50, 200],
            },
          );
          await db.execute("UPDATE publish_node SET state = 'connecting', held_until = 0");
          await publisher.start();
          const known = async (): Promise<PublishRow | undefined> =>
            (await publisher.states()).find(({ state }) => state === 'published' || state === 'failing');
          await poll(async () => (await known()) !== undefined);
          const state = await known();
          await publisher.stop();
          return state;
        };
        try {
          expect(await attempt({ LINEWRIGHT_INTEGRATION_CA: foreign!.certFile })).toMatchObject({
            problem: 'certificate',
          });
          expect(await attempt({ LINEWRIGHT_INTEGRATION_PW: 'wrong horse' })).toMatchObject({ problem: 'user' });
          expect(await attempt({ LINEWRIGHT_INTEGRATION_CA: join(folder, 'nowhere.pem') })).toMatchObject({
            problem: 'file',
            detail: expect.stringContaining('nowhere.pem'),
          });
          expect(await attempt({}, `mqtts://127.0.0.1:${free}`)).toMatchObject({ problem: 'unreachable' });
          const good = await attempt({});
          expect(good).toMatchObject({ state: 'published', problem: null, detail: '' });
          expect(JSON.stringify(good)).not.toContain('horse');
        } finally {
          await broker.stop();
          await db.close();
          rmSync(folder, { recursive: true, force: true });
        }
      },
      limitMs,
    );
  });
});

it('settings: no secret in the file, no plain connection unasked, a missing variable is named', () => {
  const wrong = (more: object): string =>
    publishingSchema.safeParse({ url: 'mqtts://b:8883', ...more }).error?.message ?? '';
  expect(wrong({ url: 'mqtt://broker:1883' })).toMatch(/read along/);
  expect(wrong({ url: 'mqtt://user:pw@broker' })).toMatch(/without a user/);
  expect(wrong({ group: 'a/b' })).toMatch(/one level/);
  expect(wrong({ sparkplug: false, topics: false })).toMatch(/nothing is published/);
  expect(wrong({ userName: 'u', passwordVariable: 'DATABASE_URL' })).toMatch(/LINEWRIGHT_INTEGRATION_/);
  expect(wrong({ certificateVariable: 'LINEWRIGHT_INTEGRATION_C' })).toMatch(/belong together/);
  expect(wrong({ url: 'mqtt://127.0.0.1', caVariable: 'LINEWRIGHT_INTEGRATION_C' })).toMatch(/are for mqtts/);
  expect(wrong({})).toBe('');
  const settings = publishingSchema.parse({
    url: 'mqtts://b',
    userName: 'u',
    passwordVariable: 'LINEWRIGHT_INTEGRATION_MQTT',
  });
  const parts = { environment: {} } as unknown as Parameters<typeof createPublisher>[1];
  expect(() => createPublisher(settings, parts)).toThrow(/LINEWRIGHT_INTEGRATION_MQTT, which is not set/);
});
