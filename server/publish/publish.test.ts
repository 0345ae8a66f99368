/** A subscriber at Mosquitto reads birth, data, death and history, whatever happens to the broker. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { BodyOf } from '#contract/events/index.ts';
import { publishingSchema } from '#contract/config/publishing.ts';
import { until } from '#tests/conformance/wires.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import { startMosquitto, subscribeAll, type Mosquitto } from '#tests/support/mosquitto.ts';
import { freePorts } from '#tests/support/ports.ts';
import { describeWith } from '#tests/support/system.ts';
import { createLog } from '../log.ts';
import { StationStream, demoReleased, ended, started } from '../projections/test-kit.ts';
import { createPublisher, type Publisher } from './index.ts';
import { decodePayload, encodePayload, type Decoded } from './payload.ts';

const limitMs = 60_000;

describeWith('mosquitto', 'publishing', (program) => {
  describeOnDatabases('at Mosquitto', (database) => {
    let broker: Mosquitto;
    let ears: Awaited<ReturnType<typeof subscribeAll>>;
    let publisher: Publisher;
    let stream: StationStream;
    const released = demoReleased();

    const begins = (serial: string): BodyOf<'execution.started'> => started(`x-${serial}`, serial);
    const passes = (serial: string): BodyOf<'execution.passed'> => ended(`x-${serial}`, serial);
    const make = (): Publisher =>
      createPublisher(publishingSchema.parse({ url: broker.url, lines: ['L1'] }), {
        db: database.db,
        log: createLog('silent'),
        now: () => Date.now(),
        released,
        environment: {},
        eventsChannel: 'events',
        againMs: [50, 200],
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
        expect(newest('werk-sued/SUED/PUMPS/L1/ST10/Work/State')).toBe('idle');
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
      'a broker that is down loses nothing: what happened meanwhile is history, what is current comes last',
      async () => {
        await publisher.start();
        await until(() => told('DBIRTH').length >= 4, 'births', limitMs);
        await broker.down();
        const serials = Array.from({ length: 700 }, (_, n) => `S${n}`);
        for (const serial of serials)
          stream
            .add('execution.started', begins(serial), Date.now())
            .add('execution.passed', passes(serial), Date.now());
        await tell();
        await broker.up();
        await until(() => ears.client.connected, 'the subscriber is back', limitMs);
        await until(() => values('Units/Passed').length >= 701, 'history and the current value', limitMs);
        const counts = values('Units/Passed');
        const history = counts.filter(([, historical]) => historical).map(([value]) => value);
        // The subscriber may miss the first ones while it connects again itself: what it hears is without a hole to the end.
        expect(history.at(-1)).toBe(700);
        expect(history).toEqual(Array.from({ length: history.length }, (_, n) => 700 - history.length + 1 + n));
        expect(counts.at(-1)).toEqual([700, false]);
        expect(newest('werk-sued/SUED/PUMPS/L1/ST10/Units/Passed')).toBe(700);
        const [cursor] = await database.db.query<{ seq: number }>('SELECT seq FROM publish_cursor');
        expect(cursor?.seq).toBe(1_400);
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

it('settings: no secret in the file, no plain connection unasked, a missing variable is named', () => {
  const wrong = (more: object): string =>
    publishingSchema.safeParse({ url: 'mqtts://b:8883', ...more }).error?.message ?? '';
  expect(wrong({ url: 'mqtt://broker:1883' })).toMatch(/read along/);
  expect(wrong({ url: 'mqtt://user:pw@broker' })).toMatch(/without a user/);
  expect(wrong({ group: 'a/b' })).toMatch(/one level/);
  expect(wrong({ sparkplug: false, topics: false })).toMatch(/nothing is published/);
  expect(wrong({ userName: 'u', passwordVariable: 'DATABASE_URL' })).toMatch(/LINEWRIGHT_INTEGRATION_/);
  expect(wrong({})).toBe('');
  const settings = publishingSchema.parse({
    url: 'mqtts://b',
    userName: 'u',
    passwordVariable: 'LINEWRIGHT_INTEGRATION_MQTT',
  });
  const parts = { environment: {} } as unknown as Parameters<typeof createPublisher>[1];
  expect(() => createPublisher(settings, parts)).toThrow(/LINEWRIGHT_INTEGRATION_MQTT, which is not set/);
});
