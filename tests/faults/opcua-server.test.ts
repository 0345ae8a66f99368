/** The machine's server dies, stops and comes back. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../conformance/wires.ts';
import { freePort } from '../support/ports.ts';
import { type Press, type Station, bulkTags, holes, pressNode, startPress, startStation } from './opcua-support.ts';

const count = 20;
const tags = [
  ...bulkTags(count),
  {
    id: 'serial',
    address: pressNode('Press.Identification.SerialNumber'),
    type: 'text' as const,
    unit: null,
    samplingMs: 100,
    deadband: 0,
    bridgeMs: 10_000,
  },
];
/** A machine that is busy may say nothing for a second. */
const watchful = { keepAliveMs: 500, silentAfterMs: 2_000 };
const serialTag = count;

let port: number;
let press: Press;
let station: Station;
beforeEach(async () => {
  port = await freePort();
  press = await startPress(port, ['--tags', '40', '--period', '100']);
  station = startStation(port, tags, watchful);
  await until(() => station.host.good().length > 5 * count, 'values come');
});
afterEach(async () => {
  await station.driver.stop();
  press.kill('SIGCONT');
  await press.end();
});

it('killed and started again with another namespace table: values again, the gap said', async () => {
  const { host } = station;
  await press.end();
  await until(() => host.state() === 'disconnected', 'noticed');
  await until(() => host.conditions.at(-1)?.problem === 'host-refused', 'why');
  expect(new Set(host.got.filter(({ quality }) => quality === 'bad').map(({ tag }) => tag)).size).toBe(tags.length);
  const refused = await station.driver.write?.(0, 1);
  expect(refused).toMatchObject({ ok: false, status: 'BadNotConnected' });
  const before = host.got.length;
  press = await startPress(port, ['--tags', '40', '--period', '100', '--before', '3']);
  await until(() => host.state() === 'connected', 'connected again');
  const fresh = () => host.got.slice(before);
  await until(() => new Set(fresh().map(({ tag }) => tag)).size === tags.length, 'every tag again');
  await until(() => tags.every((_, tag) => fresh().findLast((one) => one.tag === tag)?.quality === 'good'), 'all good');
  expect(fresh().find(({ tag }) => tag === serialTag)?.value).toBe('SIM-0007');
  const problems = host.problems.map(({ problem }) => problem);
  expect(problems).toEqual(
    expect.arrayContaining(['closed-by-device', 'host-refused', 'session-lost', 'subscription-lost']),
  );
});

it('stopped for a moment: silent, then it goes on with nothing lost', async () => {
  const { host } = station;
  press.kill('SIGSTOP');
  await until(() => host.state() === 'silent', 'silent');
  expect(await station.driver.write?.(0, 1)).toMatchObject({ ok: false, status: 'BadNoCommunication' });
  press.kill('SIGCONT');
  await until(() => host.state() === 'connected', 'connected again');
  const at = Date.now();
  await until(() => host.good().some(({ sourceAt }) => (sourceAt ?? 0) > at + 300), 'values again');
  expect(
    holes(
      host.got.filter(({ tag }) => tag !== serialTag),
      count,
    ),
  ).toEqual([]);
  // The tag that never changes is told to be good again too.
  await until(() => host.got.findLast(({ tag }) => tag === serialTag)?.quality === 'good', 'the quiet tag too');
});

it('stopped for long: the connection is given up, and made again when it answers', async () => {
  const { host } = station;
  press.kill('SIGSTOP');
  await until(() => host.state() === 'silent', 'silent');
  await until(() => host.state() === 'disconnected', 'given up');
  await pause(2_000);
  expect(host.state()).toBe('disconnected');
  press.kill('SIGCONT');
  await until(() => host.state() === 'connected', 'connected again');
  const at = Date.now();
  await until(() => host.good().some(({ sourceAt }) => (sourceAt ?? 0) > at + 300), 'values again');
  expect(
    holes(
      host.got.filter(({ tag }) => tag !== serialTag),
      count,
    ),
  ).toEqual([]);
  await until(() => host.got.findLast(({ tag }) => tag === serialTag)?.quality === 'good', 'the quiet tag too');
});

it('stop() ends in bounded time although the server answers nothing, and says nothing more', async () => {
  press.kill('SIGSTOP');
  await station.driver.stop();
  const calls = station.host.calls();
  press.kill('SIGCONT');
  await pause(500);
  expect(station.host.calls()).toBe(calls);
});
