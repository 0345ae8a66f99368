import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeUnit } from './fake-device.ts';
import { manifest } from './manifest.ts';
import { pass, setUp, tag } from './test-kit.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const framings = ['tcp', 'rtu'] as const;

describe.each(framings)('over %s', (framing) => {
  test('reads all tables in as few requests as gaps allow, and says changes at once', async () => {
    const tags = [
      tag('holding=0;type=float32'),
      tag('holding=6'),
      tag('holding=100'),
      tag('input=3;scale=0.1'),
      tag('coil=0', { type: 'boolean' }),
      tag('coil=20', { type: 'boolean' }),
      tag('discrete=7', { type: 'boolean' }),
    ];
    const { driver, device, now, info, problems, state } = setUp(tags, {}, framing);
    device.unit.holding.set([0x4366, 0x199a], 0);
    device.unit.holding[6] = 7;
    device.unit.holding[100] = 100;
    device.unit.input[3] = 2301;
    device.unit.coils[20] = 1;
    device.unit.discretes[7] = 1;
    driver.start();
    await pass(90);
    expect(now()).toEqual([230.1, 7, 100, 230.1, false, true, true]);
    expect(device.asked.slice(0, 5).map(({ pdu }) => [...pdu].join(' '))).toEqual([
      '1 0 0 0 21',
      '2 0 7 0 1',
      '3 0 0 0 7',
      '3 0 100 0 1',
      '4 0 3 0 1',
    ]);
    expect(info['requests']).toBe(5);
    device.unit.holding[6] = 8;
    await pass(120);
    expect(now()[1]).toBe(8);
    expect([state(), problems]).toEqual(['connected', []]);
    await driver.stop();
  });

  test('writes with every function, reads back, refuses what does not go', async () => {
    const tags = [
      tag('coil=1', { type: 'boolean' }),
      tag('holding=1;type=int16;scale=0.1'),
      tag('holding=2;type=float32;order=CDAB'),
      tag('input=1'),
      tag('holding=9;type=string;length=3', { type: 'text' }),
    ];
    const { driver, device } = setUp(tags, {}, framing);
    driver.start();
    await pass(500);
    const asked = async (index: number, value: number | boolean | string): Promise<unknown> => {
      const from = device.asked.length;
      const done = driver.write!(index, value);
      await pass(300);
      const codes = device.asked.slice(from).map(({ pdu }) => pdu[0]!);
      const result = await done;
      return [codes.find((code) => code > 4) ?? null, result.ok ? result.value : result.status];
    };
    expect(await asked(0, true)).toEqual([5, true]);
    expect(await asked(1, -12.5)).toEqual([6, -12.5]);
    expect(await asked(2, 230.5)).toEqual([16, 230.5]);
    expect(await asked(4, 'PUMP')).toEqual([16, 'PUMP']);
    expect(await asked(3, 1)).toEqual([null, 'not-writable']);
    expect(await asked(1, 99_999)).toEqual([null, 'value-refused']);
    expect([...device.unit.holding.subarray(1, 4)]).toEqual([0x1_0000 - 125, 0x8000, 0x4366]);
    device.unit.exception = 6;
    expect(await asked(1, 1)).toEqual([6, 'server-busy']);
    await driver.stop();
    const many = setUp(tags, { writeWith: 'multiple' }, framing);
    many.driver.start();
    await pass(500);
    void many.driver.write!(0, true);
    void many.driver.write!(1, 1);
    await pass(500);
    expect(many.device.asked.map(({ pdu }) => pdu[0]!).filter((code) => code > 4)).toEqual([15, 16]);
    expect([many.device.unit.coils[1], many.device.unit.holding[1]]).toEqual([1, 10]);
    await many.driver.stop();
  });

  test('an address that the device does not have is told in words, alone, and leaves the others be', async () => {
    const tags = [tag('holding=0'), tag('holding=1'), tag('holding=2'), tag('holding=8')];
    const { driver, device, now, problems, state } = setUp(tags, {}, framing);
    device.unit.holding.set([10, 11, 12], 0);
    device.unit.holding[8] = 18;
    for (const hole of [1, 5]) device.unit.missing.add(hole);
    driver.start();
    await pass(1_000);
    expect(now()).toEqual([10, ['illegal-address', null], 12, 18]);
    expect(problems).toEqual([
      ['address-unknown', { tag: 'holding=1', address: 'holding=1', unitId: 1, code: 2, fault: 'illegal-address' }],
    ]);
    expect(state()).toBe('connected');
    const read = driver.read!([1]);
    await pass(100);
    expect(await read).toMatchObject({ ok: false, status: 'illegal-address' });
    await driver.stop();
  });

  test('every exception has its word', async () => {
    const { driver, device, readings } = setUp([tag('holding=0')], {}, framing);
    driver.start();
    for (let code = 1; code <= 11; code += 1) {
      device.unit.exception = code;
      await pass(5_200);
    }
    const words = [...new Set(readings.map(({ status }) => status))];
    expect(words).toEqual(
      expect.arrayContaining([
        'illegal-function',
        'illegal-address',
        'illegal-value',
        'server-failure',
        'acknowledge',
        'server-busy',
        'negative-acknowledge',
        'memory-parity',
        'exception-9',
        'gateway-path',
        'gateway-no-answer',
      ]),
    );
    device.unit.exception = null;
    await pass(11_000);
    expect(readings.at(-1)).toMatchObject({ quality: 'good', value: 0 });
    await driver.stop();
  });

  test('a device that stops answering: retried, told once, silent, bad values once; back by itself', async () => {
    const { driver, device, now, problems, conditions, readings, state } = setUp([tag('holding=0')], {}, framing);
    driver.start();
    await pass(300);
    device.onTheWay = () => null;
    await pass(6_000);
    expect([state(), now()]).toEqual(['silent', [['no-answer', null]]]);
    expect(problems).toEqual([['no-answer', { unitId: 1, answerTimeoutMs: 500 }]]);
    expect(conditions.at(-1)).toMatchObject({ problem: 'no-answer' });
    expect(readings.filter(({ quality }) => quality === 'bad')).toHaveLength(1);
    device.onTheWay = (frame) => frame;
    device.unit.holding[0] = 4;
    await pass(6_000);
    expect([state(), now()]).toEqual(['connected', [4]]);
    await driver.stop();
  });

  test('one lost answer costs a retry and nothing else; a write is never put twice', async () => {
    const { driver, device, now, problems } = setUp([tag('holding=0')], {}, framing);
    let lose = 1;
    device.onTheWay = (frame) => (lose-- > 0 ? null : frame);
    driver.start();
    await pass(1_500);
    expect([now(), problems]).toEqual([[0], []]);
    lose = 0;
    device.onTheWay = (frame) => ([6, 16].includes(frame[framing === 'rtu' ? 1 : 7]!) ? null : frame);
    const done = driver.write!(0, 5);
    await pass(2_000);
    const result = await done;
    expect(result).toMatchObject({ ok: false, status: 'no-answer' });
    expect(!result.ok && result.message).toMatch(/whether the device did it is not known/);
    expect(device.asked.filter(({ pdu }) => pdu[0] === 6)).toHaveLength(1);
    await driver.stop();
  });

  test('an answer of another unit, one that fits no question, and one that is cut are counted and not believed', async () => {
    const { driver, device, now, problems, readings } = setUp([tag('holding=0')], { retries: 0 }, framing);
    device.unit.holding[0] = 3;
    driver.start();
    await pass(50);
    const other = new FakeUnit();
    other.holding[0] = 99;
    const at = framing === 'rtu' ? 0 : 6;
    device.onTheWay = (frame) => {
      if (framing === 'tcp') return frame.with(at, 2);
      return device.frame(2, other.answer(Uint8Array.of(3, 0, 0, 0, 1)), frame);
    };
    await pass(110);
    expect(problems.at(-1)).toEqual(['frame-invalid', { fault: 'other-unit', expected: 1, found: 2 }]);
    await pass(1_000);
    device.onTheWay = (frame) => frame.subarray(0, frame.length - 3);
    await pass(7_000);
    expect(problems.map((one) => JSON.stringify(one)).join()).toMatch(/cut-off/);
    device.onTheWay = (frame) => frame;
    await pass(6_000);
    expect(now()).toEqual([3]);
    expect(readings.map(({ value }) => value)).not.toContain(99);
    await driver.stop();
  });
});

test('TCP: a late answer to an earlier question is not taken for one to this', async () => {
  const { driver, device, deliver, now, info, readings } = setUp([tag('holding=0')], { retries: 0 });
  const held: Uint8Array[] = [];
  device.unit.holding[0] = 1;
  device.onTheWay = (frame) => (held.push(Uint8Array.from(frame)), null);
  driver.start();
  await pass(700);
  device.unit.holding[0] = 2;
  device.onTheWay = (frame) => {
    deliver(held[0]!);
    return frame;
  };
  await pass(6_000);
  expect(now()).toEqual([2]);
  expect(readings.map(({ value }) => value)).not.toContain(1);
  expect(info['lateAnswers']).toBeGreaterThan(0);
  await driver.stop();
});

test('RTU: after a lost answer the line is listened to, so that a late one meets no question', async () => {
  const { driver, device, deliver, readings } = setUp([tag('holding=0')], { retries: 0, answerTimeoutMs: 200 }, 'rtu');
  let late: Uint8Array | null = null;
  device.unit.holding[0] = 1;
  device.onTheWay = (frame) => ((late = Uint8Array.from(frame)), null);
  driver.start();
  // 200 ms and the time of the longest answer on the wire, 0.15 s at 19200 baud.
  await pass(400);
  expect(late).not.toBeNull();
  device.unit.holding[0] = 2;
  device.onTheWay = (frame) => frame;
  deliver(late!);
  await pass(1_000);
  expect(readings.map(({ value }) => value).filter((value) => value !== null)).toEqual([2]);
  await driver.stop();
});

test('RTU: keeps the distance between an answer and the next question', async () => {
  const { driver, device } = setUp([tag('holding=0'), tag('input=0')], { turnaroundMs: 40, pollMs: 1_000 }, 'rtu');
  const times: number[] = [];
  device.onTheWay = (frame) => (times.push(performance.now()), frame);
  driver.start();
  await pass(500);
  expect(times).toHaveLength(2);
  expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(40);
  await driver.stop();
});

test('a unit that is away does not slow the one that is there', async () => {
  const tags = [tag('holding=0'), tag('unit=2;holding=0')];
  const { driver, device, now, state, problems } = setUp(tags);
  driver.start();
  await pass(4_000);
  expect([state(), now()]).toEqual(['connected', [0, ['no-answer', null]]]);
  expect(problems).toContainEqual(['no-answer', { unitId: 2, answerTimeoutMs: 500 }]);
  const from = device.asked.length;
  await pass(5_000);
  expect(device.asked.slice(from).filter(({ unit }) => unit === 1).length).toBeGreaterThanOrEqual(40);
  device.units.set(2, new FakeUnit());
  await pass(5_500);
  expect(now()).toEqual([0, 0]);
  await driver.stop();
});

test('a wrong order of words is said with the right one, and the value is in doubt until then', async () => {
  const { driver, device, now, problems } = setUp([tag('holding=0;type=float32')]);
  device.unit.holding.set([0x199a, 0x4366], 0);
  driver.start();
  await pass(1_000);
  expect(now()).toEqual([['order-doubtful', expect.any(Number)]]);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toEqual([
    'settings-invalid',
    expect.objectContaining({ detail: expect.stringMatching(/order=CDAB/) }),
  ]);
  await driver.stop();
});

test('1,000 tags: few requests, and a line that cannot keep up says so once and shares the time fairly', async () => {
  const tags = Array.from({ length: 1_000 }, (_, n) => tag(`holding=${n * 4};type=float32`, { samplingMs: 100 }));
  const { driver, device, info, problems, readings } = setUp(tags, { maxRegisters: 60 }, 'rtu');
  const answer = device.onTheWay;
  // A device that takes 10 ms to answer.
  device.onTheWay = (frame) => (setTimeout(() => device.send(answer(frame)!), 10), null);
  driver.start();
  await pass(25_000);
  expect(info['requests']).toBe(67);
  expect(problems).toEqual([['revised-by-server', expect.objectContaining({ wantedMs: 100, requests: 67 })]]);
  expect(info['behind']).toBe(true);
  const counts = new Map<number, number>();
  for (const { tag: at } of readings) counts.set(at, (counts.get(at) ?? 0) + 1);
  expect(counts.size).toBe(1_000);
  expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(1);
  await driver.stop();
});

test('a tag whose type does not fit its address is bad and told; the others run', async () => {
  const { driver, now, problems } = setUp([tag('holding=0;type=string;length=2'), tag('holding=4')]);
  driver.start();
  await pass(100);
  expect(now()).toEqual([['settings-invalid', null], 0]);
  expect(problems).toEqual([
    ['settings-invalid', { detail: 'holding=0;type=string;length=2: type=string goes with the tag type text' }],
  ]);
  expect(await driver.write!(0, 'x')).toMatchObject({ ok: false, status: 'settings-invalid' });
  await driver.stop();
});

test('a lost line: bad values once, waiting questions are told, nothing after stop', async () => {
  const { driver, device, now, lose, readings } = setUp([tag('holding=0')]);
  driver.start();
  await pass(50);
  device.onTheWay = () => null;
  const asked = driver.read!([0]);
  await pass(10);
  lose();
  expect(await asked).toMatchObject({ ok: false, status: 'not-connected' });
  expect(now()).toEqual([['not-connected', null]]);
  await driver.stop();
  const count = readings.length;
  await pass(5_000);
  expect(readings).toHaveLength(count);
});

test('settings: a serial port speaks no Modbus TCP', () => {
  const link = { kind: 'serial', path: '/dev/ttyUSB0' };
  expect(manifest.settings.safeParse({ link, framing: 'tcp' }).error?.message).toMatch(/serial port speaks rtu/);
  expect(manifest.settings.safeParse({ link }).success).toBe(true);
});
