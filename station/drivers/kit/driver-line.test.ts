import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  LinkError,
  type ByteLink,
  type ByteLinkEvents,
  type DeviceCondition,
  type DriverHost,
} from '#contract/driver.ts';
import { DriverLine } from './driver-line.ts';

let open: (events: ByteLinkEvents) => Promise<ByteLink>;
let openings: number[];
let conditions: DeviceCondition[];
let alive: number;
let most: number;
let heard: string[];
let line: DriverLine;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  openings = [];
  conditions = [];
  heard = [];
  alive = 0;
  most = 0;
  const begin = performance.now();
  const host: DriverHost = {
    deviceId: 'd',
    clock: {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      setTimer: (ms, run) => {
        const timer = setTimeout(run, ms);
        return { cancel: () => clearTimeout(timer) };
      },
    },
    openLink: (_settings, events) => {
      openings.push(performance.now() - begin);
      return open(events);
    },
    condition: (condition) => conditions.push(condition),
    readings: () => {},
    problem: () => {},
    bytes: () => {},
    trace: () => {},
    info: () => {},
  };
  line = new DriverLine(
    host,
    { kind: 'tcp', host: 'h', port: 1 },
    {
      opened: () => void heard.push('opened'),
      data: (bytes) => void heard.push(Buffer.from(bytes).toString()),
      lost: () => void heard.push('lost'),
    },
  );
});
afterEach(() => void vi.useRealTimers());

function made(): ByteLink {
  alive += 1;
  most = Math.max(most, alive);
  return { description: '', write: async () => {}, close: async () => void (alive -= 1) };
}

test('retries after 250, 500, 1000, 2000 ms and then every 2 s, and says why', async () => {
  open = () => Promise.reject(new LinkError('port-missing', 'not there'));
  line.start();
  await vi.advanceTimersByTimeAsync(8_000);
  expect(openings).toEqual([0, 250, 750, 1_750, 3_750, 5_750, 7_750]);
  expect(conditions.map(({ state }) => state)).toEqual(['connecting', ...Array<string>(7).fill('disconnected')]);
  expect(conditions.at(-1)).toEqual({
    state: 'disconnected',
    problem: 'port-missing',
    params: { target: 'h:1', detail: 'not there' },
  });
});

test('a device that takes and drops the connection at once is not hammered; one that spoke is retried soon', async () => {
  let speaks = false;
  open = async (events) => {
    setTimeout(() => {
      if (speaks) events.data(Buffer.from('x'));
      alive -= 1;
      events.closed('closed-by-device', 'dropped');
    }, 10);
    return made();
  };
  line.start();
  await vi.advanceTimersByTimeAsync(4_000);
  expect(openings).toEqual([0, 260, 770, 1_780, 3_790]);
  speaks = true;
  await vi.advanceTimersByTimeAsync(6_000);
  expect(openings.slice(5, 7)).toEqual([5_800, 6_060]);
  expect(most).toBe(1);
});

test('a link that closed before its opening was told is lost, not kept', async () => {
  open = async (events) => {
    events.closed('closed-by-device', 'at once');
    return { description: '', write: async () => {}, close: async () => {} };
  };
  line.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(line.isOpen).toBe(false);
  expect(conditions.at(-1)?.state).toBe('disconnected');
  expect(openings).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(250);
  expect(openings).toHaveLength(2);
});

test('stopped while opening: the link that still comes is closed, nobody is told', async () => {
  open = () => new Promise((done) => setTimeout(() => done(made()), 100));
  line.start();
  const stopping = line.stop();
  await vi.advanceTimersByTimeAsync(100);
  await stopping;
  expect(alive).toBe(0);
  expect(heard).toEqual([]);
  expect(conditions).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('what a link says while it is being stopped is not heard', async () => {
  open = async (events) => ({
    description: '',
    write: async () => {},
    close: async () => {
      events.data(Buffer.from('late'));
      events.closed(null, 'closed');
    },
  });
  line.start();
  await vi.advanceTimersByTimeAsync(0);
  const told = conditions.length;
  await line.stop();
  expect(heard).toEqual(['opened']);
  expect(conditions).toHaveLength(told);
});

test('settings no retry can mend are told as faulted, and still retried for whoever is at the cabinet', async () => {
  open = () => Promise.reject(new LinkError('settings-invalid', 'no serial port'));
  line.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(conditions.at(-1)?.state).toBe('faulted');
  open = async () => made();
  await vi.advanceTimersByTimeAsync(250);
  expect(conditions.at(-1)?.state).toBe('connected');
});
