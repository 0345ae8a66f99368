/** A subscriber at Mosquitto reads what a station publishes by itself: birth, data, history of an outage, death. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { stationPublishingSchema } from '#contract/config/publishing.ts';
import { openBroker } from '#publish/broker.ts';
import { decodePayload, type Decoded } from '#publish/payload.ts';
import { createLog } from '#station/log.ts';
import { until } from '#tests/conformance/wires.ts';
import { startMosquitto, subscribeAll, type Mosquitto } from '#tests/support/mosquitto.ts';
import { freePorts } from '#tests/support/ports.ts';
import { describeWith } from '#tests/support/system.ts';
import { createStationPublisher, type PublishParts } from './index.ts';
import { logInMemory } from './test-kit.ts';

const limitMs = 120_000;
const hourMs = 3_600_000;
const root = resolve(import.meta.dirname, '../..');
const configuration = {
  plant: { id: 'works' },
  lines: [{ id: 'L1', site: 'SUED', stations: ['ST10'] }],
} as unknown as PublishParts['configuration'];

describeWith('mosquitto', 'a station that publishes by itself', (program) => {
  let broker: Mosquitto;
  let ears: Awaited<ReturnType<typeof subscribeAll>>;
  let folder: string;
  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    broker = await startMosquitto(program, port);
  }, limitMs);
  afterAll(() => broker?.stop(), limitMs);
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'linewright-publish-'));
    ears = await subscribeAll(broker.url);
    return async () => {
      await ears.stop();
      rmSync(folder, { recursive: true });
    };
  }, limitMs);

  const told = (topic: string): Decoded[] =>
    ears.heard.filter((one) => one.topic === topic && !one.retained).map(({ payload }) => decodePayload(payload));
  const births = (): Decoded[] => told('spBv1.0/works/NBIRTH/ST10');
  const deviceBirths = (): Decoded[] => told('spBv1.0/works/DBIRTH/ST10/ST10');
  const deaths = (): Decoded[] => told('spBv1.0/works/NDEATH/ST10');
  const bdSeqs = (all: readonly Decoded[]): unknown[] =>
    all.map(({ metrics }) => metrics.find(({ name }) => name === 'bdSeq')?.value);
  const bornWith = (name: string) => deviceBirths().map(({ metrics }) => metrics.find((one) => one.name === name));
  /** Of the counter, by its alias in the first birth; aliases stay. */
  const passedTold = (): readonly (readonly [value: unknown, historical: boolean, at: number])[] =>
    told('spBv1.0/works/DDATA/ST10/ST10')
      .flatMap(({ metrics }) => metrics)
      .filter(({ alias }) => alias !== null && alias === bornWith('Units/Passed')[0]?.alias)
      .map(({ value, historical, timestamp }) => [value, historical, timestamp]);
  const plain = (): unknown[] =>
    ears.heard
      .filter(({ topic, retained }) => topic === 'works/SUED/L1/ST10/Units/Passed' && !retained)
      .map(({ payload }) => (JSON.parse(payload.toString()) as { value: unknown }).value);

  it(
    'tells its birth and what changes; what happened in an hour without the broker comes as history with its own times',
    async () => {
      const begin = 1_790_000_000_000;
      let now = begin;
      let isDown = false;
      const { store, passed } = logInMemory();
      const publisher = createStationPublisher({
        settings: stationPublishingSchema.parse({ url: broker.url }),
        configuration,
        stationId: 'ST10',
        folder,
        store,
        environment: {},
        clock: { now: () => now },
        log: createLog('silent'),
        // A subscriber that is not back yet would miss what is told first.
        openBroker: async (options) => {
          if (!isDown) await until(() => ears.ready(), 'the subscriber is back', limitMs);
          return openBroker(options);
        },
        againMs: [20, 100],
      });
      try {
        publisher.start();
        await until(() => deviceBirths().length === 1, 'born', limitMs);
        expect(births()[0]).toMatchObject({ seq: 0 });
        expect(births()[0]?.metrics.map(({ name, value }) => [name, value])).toEqual([
          ['bdSeq', 0],
          ['Node Control/Rebirth', false],
        ]);
        expect(bornWith('Units/Passed')).toMatchObject([{ value: 0, historical: false }]);
        expect(bornWith('Work/State')).toMatchObject([{ value: 'idle' }]);

        passed((now += 1_000));
        await until(() => passedTold().length === 1 && plain().includes(1), 'told', limitMs);
        expect(passedTold()).toEqual([[1, false, begin + 1_000]]);
        // Heard is not yet acknowledged and kept: a broker killed in between is told it once more.
        await until(() => publisher.view()?.behind === 0, 'kept as told', limitMs);

        isDown = true;
        await broker.down();
        await until(() => publisher.view()?.state === 'failing' && !ears.ready(), 'told that it fails', limitMs);
        const during = [10, 30, 50].map((minute) => begin + minute * 60_000);
        for (const at of during) passed((now = at));
        now = begin + hourMs;
        // Lost first, and then not found again.
        await until(() => publisher.view()?.problem === 'unreachable', 'told that nobody is there', limitMs);
        expect(publisher.view()).toMatchObject({ state: 'failing', behind: 3 });
        isDown = false;
        await broker.up();
        await until(() => passedTold().length === 5, 'what was missed', limitMs);
        expect(births()[1]?.metrics[0]?.value).not.toBe(0);
        expect(bornWith('Units/Passed')[1]).toMatchObject({ value: 1 });
        expect(passedTold().slice(1)).toEqual([
          [2, true, during[0]],
          [3, true, during[1]],
          [4, true, during[2]],
          [4, false, during[2]],
        ]);
        await until(() => plain().at(-1) === 4, 'plain topics', limitMs);
        await until(() => publisher.view()?.behind === 0, 'caught up', limitMs);
        expect(publisher.view()).toMatchObject({ state: 'published' });

        passed((now += 1_000));
        await until(() => passedTold().length === 6, 'as before', limitMs);
        expect(passedTold()[5]).toEqual([5, false, begin + hourMs + 1_000]);
      } finally {
        await publisher.stop();
        // A failure in between leaves a broker to the next test.
        if (isDown) await broker.up();
      }
      await until(() => deaths().length === 1, 'death of one that goes', limitMs);
      expect(bdSeqs(deaths())).toEqual(bdSeqs(births()).slice(-1));
    },
    limitMs,
  );

  it(
    'a station that is killed dies by its will, and is born again with another bdSeq',
    async () => {
      const station = (): ReturnType<typeof spawn> =>
        spawn(process.execPath, ['--input-type=module', '-e', stationProgram, broker.url, folder], {
          cwd: root,
          stdio: ['ignore', 'ignore', 'inherit'],
        });
      const first = station();
      try {
        await until(() => deviceBirths().length === 1, 'born', limitMs);
        expect(deaths()).toEqual([]);
      } finally {
        first.kill('SIGKILL');
      }
      await until(() => deaths().length === 1, 'dead', limitMs);
      expect(bdSeqs(deaths())).toEqual(bdSeqs(births()));
      const second = station();
      try {
        await until(() => deviceBirths().length === 2, 'born again', limitMs);
        expect(bdSeqs(births())).toEqual([0, 1]);
      } finally {
        second.kill('SIGKILL');
      }
    },
    limitMs,
  );
});

/** The publishing of a station in a process of its own, which can be killed. */
const stationProgram = `
import { createStationPublisher } from '#station/publish/index.ts';
import { logInMemory } from '#station/publish/test-kit.ts';
import { stationPublishingSchema } from '#contract/config/publishing.ts';
import { createLog } from '#station/log.ts';
const [url, folder] = process.argv.slice(1);
createStationPublisher({
  settings: stationPublishingSchema.parse({ url }),
  configuration: ${JSON.stringify(configuration)},
  stationId: 'ST10',
  folder,
  store: logInMemory().store,
  environment: {},
  clock: { now: () => Date.now() },
  log: createLog('silent'),
}).start();
setInterval(() => undefined, 1_000);
`;
