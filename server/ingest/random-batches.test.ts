/**
 * Ingest against a model that holds texts in lists and knows nothing of hashes, transactions or turns: random rows of
 * batches in order, again, overlapping, with gaps, of a station that was put back (forks and branches), of another epoch,
 * damaged, of another station, and up to three at once on two instances. Every answer is as the model says, and so is what is stored at the end.
 */
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { zeroHash } from '#contract/sync/protocol.ts';
import { seedOfRun } from '#tests/support/chance.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import { heldLog, plantOn, TestLog, TestStation, type Answer } from '#tests/support/plant-server.ts';
import type { Plant } from '../compose.ts';
import type { Db } from '../db/db.ts';

const seed = seedOfRun();
const stationIds = ['ST10', 'ST20'] as const;

/** What a batch is made of; numbers are drawn wide and brought into what the log has. */
interface Step {
  /** Which log: the station's own, what it wrote after it was put back, its next epoch, another station's. */
  readonly log: 'own' | 'forked' | 'later' | 'other';
  /** As a branch beside the stream; only of `forked`. */
  readonly asBranch: boolean;
  /** First number of the batch minus the next one that the server has not. */
  readonly from: number;
  readonly count: number;
  readonly damage: Damage;
}
const damages = {
  none: (text: string) => text,
  'cut in a record': (text: string) => text.slice(0, -20),
  'last record missing': (text: string) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1),
  'a letter differs': (text: string) => text.replace(/fact (\d)/, 'fakt $1'),
  'a record twice': (text: string) => `${text}${text.slice(text.lastIndexOf('\n', text.length - 2) + 1)}`,
  'other epoch in the head': (text: string) => text.replace(/"epoch":"[0-9a-f]+"/, '"epoch":"0dd"'),
  'records in another order': (text: string) => {
    const [head = '', ...records] = text.split('\n').slice(0, -1);
    return [head, ...records.toReversed(), ''].join('\n');
  },
} as const;
type Damage = keyof typeof damages;

const stepOf: fc.Arbitrary<Step> = fc.record({
  log: fc.oneof(
    { weight: 4, arbitrary: fc.constant('own' as const) },
    { weight: 3, arbitrary: fc.constant('forked' as const) },
    { weight: 1, arbitrary: fc.constant('later' as const) },
    { weight: 2, arbitrary: fc.constant('other' as const) },
  ),
  asBranch: fc.boolean(),
  from: fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 4, arbitrary: fc.integer({ min: -12, max: -1 }) },
    // The instance waits 150 ms for the batch before, so not too many.
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) },
  ),
  count: fc.integer({ min: 1, max: 9 }),
  damage: fc.oneof(
    { weight: 6, arbitrary: fc.constant('none' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...(Object.keys(damages) as Damage[])) },
  ),
});
/** One batch, or up to three at the same time: in turn at both instances, or all at the first. */
const actOf = fc.oneof(
  { weight: 3, arbitrary: fc.record({ steps: fc.tuple(stepOf), apart: fc.constant(false) }) },
  { weight: 1, arbitrary: fc.record({ steps: fc.array(stepOf, { minLength: 2, maxLength: 3 }), apart: fc.boolean() }) },
);

/** Streams by `epoch/branch`: the number of the first text, and the texts. */
type Model = ReadonlyMap<string, { readonly first: number; readonly texts: readonly string[] }>;

interface Sent {
  readonly epoch: string;
  readonly branch: string;
  readonly first: number;
  readonly texts: readonly string[];
  /** All texts of the log before `first`. */
  readonly before: readonly string[];
  readonly damaged: boolean;
  /** Whether the branch is named after the first event of this batch. */
  readonly named: boolean;
  readonly body: string;
}
interface Said {
  readonly model: Model;
  readonly status: number;
  readonly error?: string;
  readonly stored?: number;
  readonly replayed?: number;
  /** Where the stream ends on the server, and the text there; `end` is missing where nothing is. */
  readonly head?: { readonly seq: number; readonly end?: string | undefined };
}

const sameTexts = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((text, index) => text === b[index]);

/** What the contract says happens, one text after the other. */
function judged(model: Model, sent: Sent): Said {
  if (sent.damaged) return { model, status: 400, error: 'batch-invalid' };
  const key = `${sent.epoch}/${sent.branch}`;
  const trunk = model.get(`${sent.epoch}/`);
  const nothing: Said = { model, status: 409, error: 'gap', head: { seq: 0 } };
  let stream = model.get(key);
  if (stream === undefined) {
    if (sent.branch === '' && sent.first !== 1) return nothing;
    if (sent.branch !== '') {
      if (!sent.named) return nothing;
      if (sent.first > 1 && (trunk === undefined || trunk.texts.length < sent.first - 1)) return nothing;
      if (trunk !== undefined && !sameTexts(trunk.texts.slice(0, sent.first - 1), sent.before))
        return { model, status: 400, error: 'batch-invalid' };
      if (trunk?.texts[sent.first - 1] === sent.texts[0]) return { model, status: 400, error: 'batch-invalid' };
    }
    stream = { first: sent.first, texts: [] };
  }
  const { first, texts } = stream;
  const headOf = (all: readonly string[]): NonNullable<Said['head']> => ({
    seq: first + all.length - 1,
    end: all.at(-1) ?? sent.before.at(-1),
  });
  const head = headOf(texts);
  if (sent.first > head.seq + 1) return { model, status: 409, error: 'gap', head };
  if (sent.first < first) return { model, status: 400, error: 'batch-invalid' };
  const at = sent.first - first;
  const overlap = texts.slice(at, at + sent.texts.length);
  // The chain: an event is the same when all before it are.
  const same =
    sameTexts(sent.before.slice(first - 1), texts.slice(0, at)) &&
    sameTexts(overlap, sent.texts.slice(0, overlap.length));
  if (!same) return { model, status: 409, error: 'fork', head };
  const added = sent.texts.slice(overlap.length);
  return {
    model: new Map(model).set(key, { first, texts: [...texts, ...added] }),
    status: 200,
    stored: added.length,
    replayed: overlap.length,
    head: headOf([...texts, ...added]),
  };
}

function ordersOf(all: readonly number[]): number[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((first) => ordersOf(all.filter((one) => one !== first)).map((rest) => [first, ...rest]));
}

/** What can be compared; `hashes` of the texts. */
const expected = ({ status, error, stored, replayed, head }: Said, hashes: ReadonlyMap<string, string>): unknown => ({
  status,
  error,
  stored,
  replayed,
  head: head && { seq: head.seq, hash: head.end === undefined ? zeroHash : hashes.get(head.end) },
});
const found = ({ status, body: { error, stored, replayed, head } }: Answer): unknown => ({
  status,
  error,
  stored,
  replayed,
  head,
});

describeOnDatabases('random batches', (database) => {
  let stations: readonly [TestStation, TestStation];
  let others: Db;
  let instances: readonly [Plant, Plant];
  let runs = 0;
  const answered: Record<string, number> = {};
  beforeAll(async () => {
    others = database.open();
    instances = [await plantOn(database.db), await plantOn(others)];
    stations = [new TestStation(stationIds[0]), new TestStation(stationIds[1])];
    for (const station of stations) await station.enrol(instances[0]);
  }, 240_000);
  afterAll(() => others?.close());

  /** Logs of one run: 30 events; a fork of them from any number on; another epoch. */
  function logsOf(forkAt: number): Readonly<Record<Step['log'], TestLog>> {
    runs += 1;
    const [mine, another] = stationIds;
    const own = new TestLog(mine, `a${runs.toString(16)}`).add(30);
    const forked = own.backup(forkAt).add(30 - forkAt, { commandId: 'after the backup' });
    const later = new TestLog(mine, `b${runs.toString(16)}`).add(30);
    return { own, forked, later, other: new TestLog(another, `c${runs.toString(16)}`).add(30) };
  }

  function batchOf(model: Model, logs: ReturnType<typeof logsOf>, forkAt: number, step: Step): Sent {
    const log = logs[step.log];
    const branch = step.log === 'forked' && step.asBranch ? (log.hashes[forkAt] ?? '').slice(0, 16) : '';
    const held = model.get(`${log.epoch}/${branch}`);
    const next = held === undefined ? (branch === '' ? 1 : forkAt + 1) : held.first + held.texts.length;
    const first = Math.min(30, Math.max(1, next + step.from));
    const last = Math.min(30, first + step.count - 1);
    const whole = log.batch(first, last, branch === '' ? {} : { branch });
    const body = damages[step.damage](whole);
    return {
      epoch: log.epoch,
      branch,
      first,
      texts: log.records.slice(first - 1, last),
      before: log.records.slice(0, first - 1),
      damaged: body !== whole,
      named: first === forkAt + 1,
      body,
    };
  }

  it(`seed ${seed}: answers and streams are as the model says`, { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 29 })),
        fc.array(actOf, { minLength: 1, maxLength: 25 }),
        async (forkAt, acts) => {
          const logs = logsOf(forkAt);
          const hashes = new Map(
            Object.values(logs).flatMap((log) => log.records.map((text, n) => [text, log.hashes[n] ?? ''])),
          );
          let model: Model = new Map();
          const forks = new Set<string>();
          for (const { steps, apart } of acts) {
            const sent = steps.map((step) => batchOf(model, logs, forkAt, step));
            const answers = await Promise.all(
              sent.map(({ body }, index) => {
                const station = stations[steps[index]?.log === 'other' ? 1 : 0];
                return station.send(apart ? (instances[index % 2] ?? instances[0]) : instances[0], body);
              }),
            );
            // Those at once happen one after the other, in whichever order.
            const orders = ordersOf(sent.map((_batch, index) => index));
            const outcomes = orders.map((order) => {
              let now = model;
              const said: Said[] = [];
              for (const index of order) {
                const one = judged(now, sent[index] as Sent);
                said[index] = one;
                now = one.model;
              }
              return { now, said };
            });
            const got = answers.map(found);
            const right = outcomes.find(({ said }) =>
              isDeepStrictEqual(
                said.map((one) => expected(one, hashes)),
                got,
              ),
            );
            if (right === undefined) expect(got).toEqual(outcomes[0]?.said.map((one) => expected(one, hashes)));
            model = right?.now ?? model;
            for (const [index, { status, error = String(status) }] of (right?.said ?? []).entries()) {
              answered[error] = (answered[error] ?? 0) + 1;
              const { epoch, branch } = sent[index] as Sent;
              if (error === 'fork' || (branch !== '' && status === 200)) forks.add(epoch);
            }
          }
          const epochs = [logs.own.epoch, logs.later.epoch, logs.other.epoch];
          const [{ rows = 0 } = {}] = await database.db.query<{ rows: number }>(
            'SELECT count(*) AS rows FROM stream WHERE epoch = ANY($1)',
            [epochs],
          );
          expect(rows).toBe(model.size);
          for (const [key, { first, texts }] of model) {
            const [epoch = '', branch = ''] = key.split('/');
            const { stationId } = epoch === logs.other.epoch ? logs.other : logs.own;
            expect(await heldLog(database.db, stationId, epoch, branch), `${key} from ${first}`).toEqual(texts);
          }
          const alarms = await database.db.query<{ epoch: string }>(
            'SELECT DISTINCT epoch FROM fork WHERE epoch = ANY($1)',
            [epochs],
          );
          expect(new Set(alarms.map(({ epoch }) => epoch))).toEqual(forks);
        },
      ),
      { seed, numRuns: Number(process.env['LINEWRIGHT_RUNS'] ?? 25) },
    );
    // Whatever the seed, each kind of answer was seen.
    for (const answer of ['200', 'gap', 'fork', 'batch-invalid']) expect(answered[answer], answer).toBeGreaterThan(5);
  });
});
