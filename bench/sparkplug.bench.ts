/**
 * CPU to publish 10,000 metrics a second as Sparkplug B, beside a bare mqtt.js client that sends the same bytes to the same
 * topics at the same pace, in the same run; the broker is Mosquitto, a process of its own. A change comes as a page of
 * 1,000 metrics of 10 stations ten times a second; each station's 100 are one DDATA. Plain topics are off: they are other
 * bytes. Both in turn, several
 * times; the ratio is the median of the repeats. `node bench/sparkplug.bench.ts [--json]`, `SECONDS` for the length of each,
 * `REPEATS` for their number.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setTimeout as pause } from 'node:timers/promises';
import { EdgeNode } from '#publish/edge-node.ts';
import { openBroker, type Broker } from '#publish/broker.ts';
import type { Value } from '#publish/metrics.ts';
import { startMosquitto } from '#tests/support/mosquitto.ts';
import { freePorts } from '#tests/support/ports.ts';
import { systemPart } from '#tests/support/system.ts';
import { printRows } from './row.ts';

const program = systemPart('mosquitto');
if (program === null) {
  console.error('mosquitto is not installed (Debian: apt-get install mosquitto); nothing is measured');
  process.exit(2);
}
const seconds = Number(process.env['SECONDS'] ?? 3);
const repeats = Number(process.env['REPEATS'] ?? 7);
const everyMs = 100;
const stations = Array.from({ length: 10 }, (_, n) => `ST${n}`);
const perStation = 100;
const warmRounds = 500;
const rounds = (seconds * 1_000) / everyMs;

const pageOf = (round: number): (Value & { historical: boolean })[] =>
  stations.flatMap((stationId) =>
    Array.from({ length: perStation }, (_, n) => ({
      stationId,
      name: `Characteristic/C${n}`,
      type: 'double' as const,
      value: 24 + Math.sin(round + n) / 100,
      unit: null,
      at: 1_790_000_000_000 + round * everyMs + n,
      historical: false,
    })),
  );

interface Sent {
  readonly topic: string;
  readonly payload: Buffer;
}

/** Nothing that was made before is tidied up on the account of what is measured. */
setFlagsFromString('--expose-gc');
const tidy = runInNewContext('gc') as () => void;

/** @returns CPU seconds of this process for all rounds, at their pace. */
async function paced(work: (round: number) => Promise<void>): Promise<number> {
  tidy();
  const from = performance.now();
  let used = 0;
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage();
    await work(round);
    await pause(Math.max(0, from + (round + 1) * everyMs - performance.now()));
    const { user, system } = process.cpuUsage(before);
    used += (user + system) / 1e6;
  }
  return used;
}

const [port = 0] = await freePorts(1);
const mosquitto = await startMosquitto(program, port);
const access = {
  url: mosquitto.url,
  userName: null,
  password: null,
  ca: null,
  certificate: null,
  key: null,
  will: null,
};
try {
  const real = await openBroker({ ...access, clientId: 'bench-node' });
  let page: Sent[] = [];
  const noting: Broker = {
    get open() {
      return real.open;
    },
    failed: () => real.failed(),
    publish: (topic, payload, how) => {
      page.push({ topic, payload });
      return real.publish(topic, payload, how);
    },
    subscribe: (topic) => real.subscribe(topic),
    onMessage: (listener) => real.onMessage(listener),
    onClosed: (listener) => real.onClosed(listener),
    close: (tellWill) => real.close(tellWill),
  };
  const node = new EdgeNode({ group: 'bench', node: 'L1', topics: null, sparkplug: true }, noting, 0, () => Date.now());
  await node.begin(new Map(Map.groupBy(pageOf(0), ({ stationId }) => stationId)));
  // A server runs for months: what is compiled once is not counted, here and for the bare client.
  for (let round = 0; round < warmRounds; round += 1) await node.tell(pageOf(round));
  await node.settled();

  const bare = await openBroker({ ...access, clientId: 'bench-bare' });
  for (let round = 0; round < warmRounds; round += 1) {
    for (const { topic, payload } of page.slice(-stations.length))
      await bare.publish(topic, payload, { qos: 0, retain: false });
  }
  await bare.subscribe('spBv1.0/bench/NCMD/L1');

  // In turn, several times: what else the machine does meets both.
  const pages = Array.from({ length: rounds }, (_, round) => pageOf(round));
  const ours: number[] = [];
  const floors: number[] = [];
  let sent: Sent[][] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    sent = [];
    ours.push(
      await paced(async (round) => {
        page = [];
        await node.tell(pages[round] ?? []);
        await node.settled();
        sent.push(page);
      }),
    );
    floors.push(
      await paced(async (round) => {
        for (const { topic, payload } of sent[round] ?? [])
          await bare.publish(topic, payload, { qos: 0, retain: false });
        await bare.subscribe('spBv1.0/bench/NCMD/L1');
      }),
    );
  }
  await real.close(false);
  await bare.close(false);
  const bytes = sent.flat().reduce((sum, { payload }) => sum + payload.length, 0);
  const metrics = (stations.length * perStation * rounds) / seconds;
  const ratios = ours.map((used, i) => used / (floors[i] ?? Number.NaN)).toSorted((a, b) => a - b);
  const middle = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN;
  const ratio = middle(ratios);
  console.error(`ratios of ${repeats} repeats: ${ratios.map((each) => each.toFixed(2)).join(' ')}`);
  printRows([
    {
      name: `CPU ms per second at ${metrics} metrics/s (${Math.round(bytes / seconds / 1_000)} kB/s), medians`,
      value: (middle(ours) / seconds) * 1_000,
      unit: 'ms/s',
      floor: (middle(floors) / seconds) * 1_000,
      ratio,
      target: 'at most 2 x a bare mqtt.js client with the same bytes',
      met: ratio <= 2,
    },
  ]);
} finally {
  await mosquitto.stop();
}
