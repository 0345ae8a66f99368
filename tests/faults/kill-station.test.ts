/**
 * `kill -9` of the station at 50 random points of a scripted run. After each restart the person is in the same run, at the
 * step that the log leads to, and never before one that was seen (what was accepted but not answered is done, too); at the
 * end nothing accepted is missing or there twice, the machine ran no cycle twice, the chain is intact and the read model
 * equals the log.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StoredEvent } from '#contract/events/index.ts';
import type { ExecutionView } from '#contract/rpc/execution.ts';
import { root } from '../support/child.ts';
import { link, signInBrowser, startDemoLine, type DemoLine, type Station } from '../support/demo-line.ts';
import { actOnce } from '../support/job.ts';
import type { PressStateView } from '#simulator/press/commands.ts';

const kills = 50;
const serials = ['PMP100-2600417', 'PMP100-2600418'];

let line: DemoLine;
beforeAll(async () => {
  line = await startDemoLine(['--speed', '20', '--control', '0']);
  // Thirty units and more: a signal of a chart would lock the operation, and nothing would be left to kill.
  const plan = join(line.config, 'control-plans/PMP-100.1.yaml');
  writeFileSync(plan, readFileSync(plan, 'utf8').replaceAll('minimum: 20', 'minimum: 200'));
}, 240_000);
afterAll(() => line.stop());

interface Place {
  readonly executionId: string | null;
  readonly index: number;
  readonly attempt: number;
}
const placeOf = (view: ExecutionView): Place => ({
  executionId: view.executionId,
  index: view.step?.index ?? -1,
  attempt: view.step?.attempt ?? 0,
});

it(`loses and doubles nothing over ${kills} kills`, async () => {
  const accepted = new Map<string, string>();
  const unanswered = new Map<string, string>();
  let cookie: string | null = null;
  let lastPlace: Place | null = null;
  let left: OpenRun | null = null;

  for (let kill = 0; kill <= kills; kill += 1) {
    const station: Station = await line.startStation();
    cookie ??= await signInBrowser(station.url);
    const linked = await link(station.origin, cookie);
    const { client } = linked;
    const view = await client.execution.get();
    const place = placeOf(view);
    if (lastPlace !== null && lastPlace.executionId !== null && place.executionId === lastPlace.executionId) {
      if (place.index !== -1) expect(place.index).toBeGreaterThanOrEqual(lastPlace.index);
      if (place.index === lastPlace.index) expect(place.attempt).toBeGreaterThanOrEqual(lastPlace.attempt);
    }
    if (left !== null) {
      expect(view.executionId).toBe(left.executionId);
      // A cycle that the machine ended meanwhile may have passed its step since.
      const passed = view.steps.filter((row) => row.status === 'passed');
      const since = passed.filter((row) => !left?.passed.includes(row.id)).map((row) => row.type);
      expect(passed.map((row) => row.id)).toEqual(expect.arrayContaining([...left.passed]));
      expect([[], ['machine-cycle']]).toContainEqual(since);
    }

    let dead = false;
    const last = kill === kills;
    // A number of acts, then somewhere within the next ones: so that kills are spread over the whole job.
    let actsLeft = Math.floor(Math.random() * 9);
    const kill9 = (): void => {
      dead = true;
      void station.child.kill('SIGKILL');
    };
    const deadline = performance.now() + (last ? 3_000 : 30_000);
    try {
      const commandId = randomUUID();
      unanswered.set(commandId, 'sign in');
      const signedIn = await bounded(client.people.signIn({ commandId, badge: 'BDG-1002', pin: null }), linked.closed);
      unanswered.delete(commandId);
      if (signedIn.ok) accepted.set(commandId, 'sign in');
      if (actsLeft === 0 && !last) setTimeout(kill9, Math.random() * 300);
      while (!dead && performance.now() < deadline) {
        const done = await bounded(
          actOnce(client, serials, (id, what) => {
            unanswered.set(id, what);
          }),
          linked.closed,
        );
        if (done === null) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        } else {
          unanswered.delete(done.commandId);
          if (done.outcome.ok) {
            accepted.set(done.commandId, done.what);
            actsLeft -= 1;
            if (actsLeft === 0 && !last) setTimeout(kill9, Math.random() * 400);
          }
        }
        lastPlace = placeOf(await bounded(client.execution.get(), linked.closed));
      }
    } catch (error) {
      if (!dead) throw error;
    }
    linked.close();
    if (last) await station.child.kill('SIGTERM');
    else await station.child.kill('SIGKILL');
    left = openRun(logOf(line));
  }

  // By the machine's own word: what the station heard last may be older than the results it heard.
  const machineCycles = await cyclesOfTheMachine();
  const events = logOf(line);

  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
  const bySeq = Map.groupBy(
    events.filter((event) => event.commandId !== null),
    (event) => event.commandId ?? '',
  );
  const missing = [...accepted].filter(([id]) => !bySeq.has(id));
  expect(missing).toEqual([]);
  for (const [id, group] of bySeq) {
    const first = group[0]?.seq ?? 0;
    expect(
      group.map((event) => event.seq),
      `command ${id} is in one piece`,
    ).toEqual(group.map((_, index) => first + index));
  }

  const keys = (type: StoredEvent['type'], key: (body: Record<string, unknown>) => unknown): string[] =>
    events
      .filter((event) => event.type === type)
      .map((event) => JSON.stringify(key(event.body as Record<string, unknown>)));
  const unique = (list: readonly string[]): void => expect(list.toSorted()).toEqual([...new Set(list)].toSorted());
  unique(keys('step.passed', (body) => [body['executionId'], body['stepId']]));
  unique(keys('execution.passed', (body) => [body['serial'], body['operationId']]));
  unique(keys('measurement.recorded', (body) => [body['executionId'], body['stepId'], body['attempt'], body['index']]));
  unique(keys('machine-cycle.started', (body) => body['cycleId']));
  unique(keys('machine-cycle.finished', (body) => body['cycleId']));
  const requested = keys('machine-cycle.requested', (body) => body['cycleId']);
  unique(requested);
  expect(machineCycles).toBeGreaterThan(0);
  expect(machineCycles).toBeLessThanOrEqual(requested.length);
  expect(machineCycles).toBeGreaterThanOrEqual(keys('machine-cycle.finished', (body) => body['cycleId']).length);
  expect(keys('execution.passed', (body) => body['serial']).length).toBeGreaterThan(0);
  expect(
    keys('station.started', (body) => body['previousRun']).filter((run) => run === '"ended-abruptly"').length,
  ).toBe(kills);

  const cli = (...args: string[]): Record<string, unknown> =>
    JSON.parse(
      execFileSync(process.execPath, ['station/cli/linewright.entry.ts', ...args, '--data', line.data, '--json'], {
        cwd: root,
        encoding: 'utf8',
      }),
    ) as Record<string, unknown>;
  expect(cli('verify')).toMatchObject({ fault: null, events: events.length });
  expect(cli('rebuild', '--config', line.config)).toMatchObject({ equal: true });
  console.log(
    `${accepted.size} commands accepted, ${unanswered.size} without an answer, ${events.length} events, ${keys('unit.completed', (body) => body['serial']).length} units released`,
  );
}, 1_500_000);

interface OpenRun {
  readonly executionId: string;
  /** Ids of its steps. */
  readonly passed: readonly string[];
}
function openRun(events: readonly StoredEvent[]): OpenRun | null {
  const begun = events.findLast((event) => event.type === 'execution.started');
  if (begun === undefined) return null;
  const { executionId } = begun.body;
  const own = events.filter((event) => 'executionId' in event.body && event.body.executionId === executionId);
  if (own.some((event) => event.type === 'execution.passed')) return null;
  return { executionId, passed: own.flatMap((event) => (event.type === 'step.passed' ? [event.body.stepId] : [])) };
}

/** The station's log as it is on the disk; while the station is down. */
function logOf({ data }: DemoLine): StoredEvent[] {
  const db = new Database(join(data, 'station.db'), { readonly: true });
  const rows = db.prepare('SELECT record FROM event ORDER BY seq').all() as { record: string }[];
  db.close();
  return rows.map(({ record }) => JSON.parse(record) as StoredEvent);
}

async function cyclesOfTheMachine(): Promise<number> {
  const [, control = ''] = await line.press().line(/"control":(\d+)/);
  const answer = await fetch(`http://127.0.0.1:${control}/`);
  return ((await answer.json()) as PressStateView).count;
}

/** A call on a killed station would wait for its whole time limit. */
function bounded<T>(call: Promise<T>, closed: Promise<void>): Promise<T> {
  return Promise.race([call, closed.then(() => Promise.reject(new Error('link closed')))]);
}
