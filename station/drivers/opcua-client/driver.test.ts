/** The driver against a real server over a real socket. What the network and a dying process do is in tests/faults. */
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StatusCodes } from 'node-opcua';
import { afterEach, describe, expect, it } from 'vitest';
import type { DeviceCondition, DeviceProblem, Driver, DriverHost, TagBinding } from '#contract/driver.ts';
import type { TagReading } from '#contract/reading.ts';
import type { ReasonParams } from '#contract/refusal.ts';
import { freePort } from '#tests/support/ports.ts';
import { FakeOpcuaDevice, type FakeDeviceOptions, type FakeVariable } from './fake-device.ts';
import { driver as opcua } from './index.ts';

const namespaceUri = 'urn:linewright:fake';
const node = (id: string): string => `nsu=${namespaceUri};s=${id}`;
const tag = (id: string, more: Partial<TagBinding> = {}): TagBinding => ({
  id,
  address: node(id),
  type: 'number',
  unit: null,
  samplingMs: 0,
  deadband: 0,
  bridgeMs: 10_000,
  ...more,
});
const variables: readonly FakeVariable[] = [
  { id: 'Force', dataType: 'Double', value: 1 },
  { id: 'Target', dataType: 'Double', value: 20, writable: true },
  { id: 'Count', dataType: 'Int32', value: 5, writable: true },
  { id: 'Big', dataType: 'Int64', value: [0, 7], writable: true },
  { id: 'Name', dataType: 'String', value: 'a', writable: true },
  { id: 'On', dataType: 'Boolean', value: false, writable: true },
];

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.stop();
});

async function startDevice(options: Partial<FakeDeviceOptions> = {}): Promise<FakeOpcuaDevice> {
  const device = new FakeOpcuaDevice({ port: await freePort(), namespaceUri, variables, ...options });
  await device.start();
  open.push(device);
  return device;
}

interface Started {
  readonly driver: Required<Driver>;
  readonly got: TagReading[];
  readonly conditions: DeviceCondition[];
  readonly problems: { problem: DeviceProblem; params: ReasonParams }[];
  readonly info: Record<string, string | number | boolean>;
  state(): string | undefined;
  last(tag: number): TagReading | undefined;
  until(condition: () => boolean): Promise<void>;
}

function start(endpoint: string, tags: readonly TagBinding[], settings: Record<string, unknown> = {}): Started {
  const got: TagReading[] = [];
  const conditions: DeviceCondition[] = [];
  const problems: { problem: DeviceProblem; params: ReasonParams }[] = [];
  const info: Record<string, string | number | boolean> = {};
  const host: DriverHost = {
    deviceId: 'fake',
    clock: {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      setTimer(ms, run) {
        const timer = setTimeout(run, ms);
        return { cancel: () => clearTimeout(timer) };
      },
    },
    openLink: () => Promise.reject(new Error('not used')),
    readings: (batch) => void got.push(...batch),
    condition: (condition) => void conditions.push(condition),
    problem: (problem, params) => void problems.push({ problem, params }),
    bytes: () => undefined,
    trace: () => undefined,
    info: (facts) => void Object.assign(info, facts),
  };
  const driver = opcua.create(host, opcua.manifest.settings.parse({ endpoint, ...settings }), tags) as Required<Driver>;
  open.push(driver);
  driver.start();
  const state = (): string | undefined => conditions.at(-1)?.state;
  return {
    driver,
    got,
    conditions,
    problems,
    info,
    state,
    last: (tag) => got.findLast((reading) => reading.tag === tag),
    async until(condition) {
      const end = performance.now() + 60_000;
      while (!condition()) {
        if (performance.now() > end) {
          throw new Error(`not reached; ${JSON.stringify(conditions.at(-1))} ${JSON.stringify(problems)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

describe('values', () => {
  it('come with their own source time and quality, every one, in order', async () => {
    const device = await startDevice();
    const { got, until, state } = start(device.endpoint, [tag('Force')]);
    await until(() => state() === 'connected' && got.length === 1);
    const from = Date.UTC(2000, 0, 1);
    for (let i = 0; i < 50; i++) device.set('Force', i, StatusCodes.Good, new Date(from + i));
    device.set('Force', 0, StatusCodes.BadSensorFailure, new Date(from + 50));
    device.set('Force', 7, StatusCodes.UncertainLastUsableValue, new Date(from + 51));
    await until(() => got.length === 53);
    expect(got.slice(1, 51).map(({ value, sourceAt }) => [value, sourceAt])).toEqual(
      Array.from({ length: 50 }, (_, i) => [i, from + i]),
    );
    expect(got[51]).toMatchObject({ quality: 'bad', status: 'BadSensorFailure' });
    expect(got[52]).toMatchObject({ value: 7, quality: 'uncertain', status: 'UncertainLastUsableValue' });
  });

  it('are kept quiet inside the deadband, by the server', async () => {
    const device = await startDevice();
    const { got, until } = start(device.endpoint, [tag('Force', { deadband: 0.5 })]);
    await until(() => got.length === 1);
    for (const value of [1.2, 1.4, 2, 2.3, 3]) device.set('Force', value);
    await until(() => got.at(-1)?.value === 3);
    expect(got.map(({ value }) => value)).toEqual([1, 2, 3]);
  });

  it('a deadband that the server cannot apply is told and costs no value', async () => {
    const device = await startDevice({ variables: [{ id: 'Text', dataType: 'String', value: 'a' }] });
    const { got, until, problems } = start(device.endpoint, [tag('Text', { deadband: 1 })]);
    await until(() => got.length === 1);
    expect(problems).toContainEqual({
      problem: 'revised-by-server',
      params: expect.objectContaining({ withoutDeadband: 1 }) as ReasonParams,
    });
  });

  it('a queue that the server shortens is told', async () => {
    const device = await startDevice();
    const { until, problems, info, state } = start(device.endpoint, [
      tag('Force', { bridgeMs: 600_000, samplingMs: 100 }),
    ]);
    await until(() => state() === 'connected');
    // node-opcua grants 5,000 at most.
    expect(problems[0]).toMatchObject({
      problem: 'revised-by-server',
      params: { leastAsked: 12_000, leastGranted: 5_000 },
    });
    expect(info).toMatchObject({ leastQueue: 5_000, queueShort: 1, tags: 1, tagsUnknown: 0 });
  });

  it('an overflow that the server marks is a problem', async () => {
    const device = await startDevice();
    const { until, problems, got } = start(device.endpoint, [tag('Force', { bridgeMs: 0 })]);
    await until(() => got.length === 1);
    for (let i = 0; i < 40; i++) device.set('Force', i);
    await until(() => got.at(-1)?.value === 39);
    expect(problems).toContainEqual({ problem: 'queue-overflow', params: { tag: 'Force', tags: 1 } });
    expect(got.at(-1)?.quality).toBe('good');
  });

  it('more tags than the server takes per call', async () => {
    const device = await startDevice({ maxItemsPerCall: 4 });
    const { until, got } = start(
      device.endpoint,
      variables.map(({ id, dataType }) =>
        tag(id, { type: dataType === 'String' ? 'text' : dataType === 'Boolean' ? 'boolean' : 'number' }),
      ),
    );
    await until(() => new Set(got.map((reading) => reading.tag)).size === variables.length);
    expect(got.every(({ quality }) => quality === 'good')).toBe(true);
  });

  it('unknown nodes and namespaces are bad readings and problems; the others go on', async () => {
    const device = await startDevice();
    const { until, got, problems, last, state } = start(device.endpoint, [
      tag('Nowhere'),
      tag('Other', { address: 'nsu=urn:nobody;s=Other' }),
      tag('Force'),
    ]);
    await until(() => state() === 'connected' && got.some((reading) => reading.tag === 2));
    expect(last(0)).toMatchObject({ value: null, quality: 'bad', status: 'BadNodeIdUnknown', sourceAt: null });
    expect(last(1)).toMatchObject({ value: null, quality: 'bad', status: 'BadNodeIdUnknown' });
    expect(problems.map(({ problem, params }) => [problem, params['tag']])).toEqual([
      ['namespace-unknown', 'Other'],
      ['address-unknown', 'Nowhere'],
    ]);
  });
});

describe('what is asked of the device', () => {
  it('a write is read back, in the type of the node', async () => {
    const device = await startDevice();
    const tags = [
      tag('Target'),
      tag('Count'),
      tag('Big'),
      tag('Name', { type: 'text' }),
      tag('On', { type: 'boolean' }),
    ];
    const { driver, until, state } = start(device.endpoint, tags);
    await until(() => state() === 'connected');
    expect(await driver.write(0, 22.5)).toEqual({ ok: true, value: 22.5 });
    expect(await driver.write(1, 7)).toEqual({ ok: true, value: 7 });
    expect(await driver.write(2, '9223372036854775807')).toEqual({ ok: true, value: '9223372036854775807' });
    expect(await driver.write(3, 'läuft')).toEqual({ ok: true, value: 'läuft' });
    expect(await driver.write(4, true)).toEqual({ ok: true, value: true });
    const read = await driver.read([0, 1]);
    expect(read.ok && read.value.map(({ value }) => value)).toEqual([22.5, 7]);
  });

  it('a write that cannot be is refused with its status, and changes nothing', async () => {
    const device = await startDevice();
    const { driver, until, state } = start(device.endpoint, [tag('Force'), tag('Count'), tag('Nowhere')]);
    await until(() => state() === 'connected');
    expect(await driver.write(0, 2)).toMatchObject({ ok: false, status: 'BadNotWritable' });
    expect(await driver.write(1, 1.5)).toMatchObject({ ok: false, status: 'BadTypeMismatch' });
    expect(await driver.write(1, 2 ** 31)).toMatchObject({ ok: false, status: 'BadOutOfRange' });
    expect(await driver.write(2, 1)).toMatchObject({ ok: false, status: 'BadNodeIdUnknown' });
    const read = await driver.read([0, 1]);
    expect(read.ok && read.value.map(({ value }) => value)).toEqual([1, 5]);
  });

  it('a method is called, and its refusal is told', async () => {
    const device = await startDevice();
    const { driver, until, state } = start(device.endpoint, [tag('Force')]);
    await until(() => state() === 'connected');
    const add = (...values: number[]) =>
      driver.call(
        node('Device'),
        node('Add'),
        values.map((value) => ({ type: 'Double', value })),
      );
    expect(await add(1, 2)).toEqual({ ok: true, value: [3] });
    expect(await add(-1, 2)).toMatchObject({ ok: false, status: 'BadInvalidArgument' });
    expect(await add(1)).toMatchObject({ ok: false, status: 'BadArgumentsMissing' });
    expect(await driver.call(node('Device'), node('Nope'), [])).toMatchObject({
      ok: false,
      status: 'BadMethodInvalid',
    });
    expect(await driver.call('nsu=urn:nobody;s=Device', node('Add'), [])).toMatchObject({ ok: false });
    expect(await driver.call(node('Device'), node('Add'), [{ type: 'Nothing', value: 1 }])).toMatchObject({
      ok: false,
      status: 'BadTypeMismatch',
    });
  });

  it('is refused before there is a connection', async () => {
    const { driver } = start(`opc.tcp://127.0.0.1:${await freePort()}`, [tag('Target')]);
    expect(await driver.write(0, 1)).toMatchObject({ ok: false, status: 'BadNotConnected' });
    expect(await driver.read([0])).toMatchObject({ ok: false, status: 'BadNotConnected' });
    expect(await driver.call(node('Device'), node('Add'), [])).toMatchObject({ ok: false, status: 'BadNotConnected' });
  });
});

describe('the server lets go', () => {
  it('of the subscription: subscribed anew in the same session, the gap said', async () => {
    const device = await startDevice();
    const { until, got, problems, state, last } = start(device.endpoint, [tag('Force')]);
    await until(() => got.length === 1);
    device.deleteSubscriptions();
    await until(() => problems.some(({ problem }) => problem === 'subscription-lost'));
    await until(() => state() === 'connected' && last(0)?.quality === 'good');
    device.set('Force', 42);
    await until(() => last(0)?.value === 42);
    expect(got.filter(({ quality }) => quality === 'bad')).toHaveLength(1);
    expect(device.subscriptionCount()).toBe(1);
  });

  it('of the session: the subscription is transferred and nothing is lost', async () => {
    const device = await startDevice();
    const { until, got, problems, state, last } = start(device.endpoint, [tag('Force'), tag('Count')]);
    await until(() => got.length === 2);
    let n = 100;
    const changing = setInterval(() => device.set('Force', n++), 20);
    await until(() => Number(last(0)?.value) >= 110);
    device.closeSessions();
    await until(() => problems.some(({ problem }) => problem === 'session-lost') && state() === 'connected');
    const sofar = n;
    await until(() => Number(last(0)?.value) > sofar + 10);
    clearInterval(changing);
    const good = got
      .filter((reading) => reading.tag === 0 && reading.quality === 'good')
      .map(({ value }) => Number(value));
    expect(good.slice(1)).toEqual(good.slice(1).map((_, i) => 100 + i));
    expect(problems.map(({ problem }) => problem)).not.toContain('subscription-lost');
    // The quiet tag was asked, since nothing tells that it is as it was.
    await until(() => last(1)?.quality === 'good');
  });

  it('of both: everything anew', async () => {
    const device = await startDevice();
    const { until, got, state, last, problems } = start(device.endpoint, [tag('Force')]);
    await until(() => got.length === 1);
    device.closeSessions(true);
    await until(() => problems.some(({ problem }) => problem === 'subscription-lost') && state() === 'connected');
    device.set('Force', 42);
    await until(() => last(0)?.value === 42);
  });
});

describe('who may connect', () => {
  it('user name and password from a file; wrong ones are faulted', async () => {
    const device = await startDevice({ user: { name: 'station', password: 'geheim' } });
    const folder = mkdtempSync(path.join(tmpdir(), 'linewright-test-'));
    try {
      const passwordFile = path.join(folder, 'password');
      writeFileSync(passwordFile, 'geheim\n');
      const right = start(device.endpoint, [tag('Force')], { userName: 'station', passwordFile });
      await right.until(() => right.state() === 'connected');
      writeFileSync(passwordFile, 'falsch');
      const wrong = start(device.endpoint, [tag('Force')], { userName: 'station', passwordFile });
      await wrong.until(() => wrong.state() === 'faulted');
      expect(wrong.conditions.at(-1)?.problem).toBe('credentials-refused');
      const absent = start(device.endpoint, [tag('Force')], { userName: 'a', passwordFile: path.join(folder, 'no') });
      await absent.until(() => absent.state() === 'faulted');
      expect(absent.conditions.at(-1)?.problem).toBe('settings-invalid');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('encrypted, once a person has trusted the server', async () => {
    const device = await startDevice({ secureOnly: true });
    const certificateFolder = mkdtempSync(path.join(tmpdir(), 'linewright-test-'));
    try {
      const secure = { securityMode: 'SignAndEncrypt', securityPolicy: 'Basic256Sha256', certificateFolder };
      const plain = start(device.endpoint, [tag('Force')]);
      await plain.until(() => plain.state() === 'faulted');
      expect(plain.conditions.at(-1)?.problem).toBe('security-refused');
      const untrusted = start(device.endpoint, [tag('Force')], secure);
      await untrusted.until(() => untrusted.state() === 'faulted');
      expect(untrusted.conditions.at(-1)?.problem).toBe('security-refused');
      await untrusted.driver.stop();
      const rejected = path.join(certificateFolder, 'rejected');
      for (const name of readdirSync(rejected)) {
        renameSync(path.join(rejected, name), path.join(certificateFolder, 'trusted', 'certs', name));
      }
      const trusted = start(device.endpoint, [tag('Force')], secure);
      await trusted.until(() => trusted.last(0)?.value === 1);
    } finally {
      await Promise.all(open.splice(0).map((one) => one.stop()));
      rmSync(certificateFolder, { recursive: true, force: true });
    }
  });
});

it('settings that cannot be are refused', () => {
  const parse = (more: object) => opcua.manifest.settings.safeParse({ endpoint: 'opc.tcp://a:4840', ...more }).success;
  expect(parse({})).toBe(true);
  expect(parse({ endpoint: 'http://a' })).toBe(false);
  expect(parse({ keepAliveMs: 3_000 })).toBe(false);
  expect(parse({ securityMode: 'Sign' })).toBe(false);
  expect(parse({ passwordFile: '/x' })).toBe(false);
  expect(parse({ password: 'x' })).toBe(false);
});
