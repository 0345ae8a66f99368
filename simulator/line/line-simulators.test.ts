import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { balanceDefaults, startBalance } from '#simulator/balance/balance.ts';
import { calliperDefaults, startCalliper } from '#simulator/calliper/calliper.ts';
import { ProcessModel } from '#simulator/line/process-model.ts';
import { scannerDefaults, startScanner, typedCode } from '#simulator/scanner/scanner.ts';
import type { Running } from '#simulator/process.ts';
import { freePort } from '#tests/support/ports.ts';

const running: Running[] = [];
const sockets: net.Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

async function start<T extends Running>(made: Promise<T>): Promise<T> {
  const one = await made;
  running.push(one);
  return one;
}

/** A client as the station would be one: collects bytes until what is awaited has come. */
async function connect(port: unknown): Promise<{ socket: net.Socket; until(text: string): Promise<string> }> {
  const socket = net.connect(Number(port), '127.0.0.1');
  sockets.push(socket);
  let got = '';
  socket.on('data', (bytes) => (got += bytes.toString('utf8')));
  await once(socket, 'connect');
  return {
    socket,
    until: async (text) => {
      while (!got.includes(text)) await once(socket, 'data');
      return got;
    },
  };
}

async function post(one: Running, action: string, body: unknown = undefined, headers = {}) {
  const response = await fetch(`http://127.0.0.1:${one.ready['control']}/${action}`, {
    method: 'POST',
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

const free = { port: 0, control: 0 };

describe('scanner', () => {
  test('every client hears a scan, control characters included', async () => {
    const scanner = await start(startScanner({ ...scannerDefaults, ...free }));
    const [one, two] = [await connect(scanner.ready['port']), await connect(scanner.ready['port'])];
    // The server counts a client a moment after the client thinks it is connected.
    while ((await post(scanner, 'plug')).answer['clients'] !== 2);
    expect((await post(scanner, 'scan', { text: ']d201\u001d21A' })).answer).toMatchObject({ clients: 2, scans: 1 });
    expect(await one.until('\r')).toBe(']d201\u001d21A\r');
    expect(await two.until('\r')).toBe(']d201\u001d21A\r');
  });

  test('unplugged: connections end and none is taken; plugged: same port again', async () => {
    const scanner = await start(startScanner({ ...scannerDefaults, ...free, port: await freePort() }));
    const { socket } = await connect(scanner.ready['port']);
    const closed = once(socket, 'close');
    expect((await post(scanner, 'unplug')).answer).toMatchObject({ plugged: false });
    await closed;
    await expect(connect(scanner.ready['port'])).rejects.toThrow('ECONNREFUSED');
    await post(scanner, 'plug');
    await connect(scanner.ready['port']);
  });

  test('refuses empty scans, unknown actions and web pages', async () => {
    const scanner = await start(startScanner({ ...scannerDefaults, ...free }));
    expect((await post(scanner, 'scan', {})).status).toBe(400);
    expect((await post(scanner, 'scan', [1])).status).toBe(400);
    expect((await post(scanner, 'toString', {})).status).toBe(400);
    expect((await post(scanner, 'scan', { text: 'A' }, { origin: 'http://evil.example' })).status).toBe(400);
  });

  test('a typed line can carry GS', () => {
    expect(typedCode('01\\x1d21A')).toBe('01\u001d21A');
  });
});

describe('calliper', () => {
  test('button, given value and question give frames of 13 characters', async () => {
    const calliper = await start(startCalliper({ ...calliperDefaults, ...free }));
    const { socket, until } = await connect(calliper.ready['port']);
    while ((await post(calliper, 'plug')).answer['clients'] !== 1);
    await post(calliper, 'value', { value: 24.013 });
    expect(await until('\r')).toBe('01A+0024.013\r');
    await post(calliper, 'value', { value: -0.5 });
    expect(await until('500\r')).toBe('01A+0024.013\r01A-0000.500\r');
    socket.write('1\r');
    const pressed = await post(calliper, 'press');
    expect(pressed.answer['last']).toBeTypeOf('number');
    expect((await until(`${pressed.answer['last']}`)).length % 13).toBe(0);
  });

  test('the same part again is the same but for what the gauge adds', async () => {
    const calliper = await start(startCalliper({ ...calliperDefaults, ...free }));
    const measure = async (part: number): Promise<number> =>
      (await post(calliper, 'part', { part, of: 3 })).answer['last'] as number;
    const sizes = [await measure(1), await measure(1), await measure(3), await measure(3)];
    const nominal = [23.987, 23.987, 24.023, 24.023];
    for (const [n, size] of sizes.entries()) expect(Math.abs(size - (nominal[n] ?? 0))).toBeLessThan(0.004);
    for (const wrong of [{ part: 4, of: 3 }, { part: 0, of: 3 }, { part: 1, of: 1 }, { part: 'a', of: 3 }, {}])
      expect((await post(calliper, 'part', wrong)).status).toBe(400);
  });

  test('refuses what the gauge cannot show', async () => {
    const calliper = await start(startCalliper({ ...calliperDefaults, ...free }));
    expect((await post(calliper, 'value', { value: 12345.678 })).status).toBe(400);
    expect((await post(calliper, 'value', { value: '24' })).status).toBe(400);
    await expect(startCalliper({ ...calliperDefaults, ...free, decimals: 9 })).rejects.toThrow('--decimals');
  });

  test('its process can be changed while it runs; nonsense changes nothing', async () => {
    const calliper = await start(startCalliper({ ...calliperDefaults, ...free, sigma: 0 }));
    const pressed = async () => (await post(calliper, 'press')).answer['last'];
    expect([await pressed(), await pressed()]).toEqual([24.005, 24.005]);
    expect((await post(calliper, 'process', { drift: 0.01, shift: 0.1, shiftAt: 3 })).answer['process']).toMatchObject({
      nominal: 24.005,
      drift: 0.01,
      parts: 0,
    });
    expect([await pressed(), await pressed(), await pressed(), await pressed()]).toEqual([
      24.005, 24.015, 24.125, 24.135,
    ]);
    for (const bad of [{ sigma: -1 }, { shiftAt: 1.5 }, { drift: 'much' }, { mean: 24 }]) {
      expect((await post(calliper, 'process', bad)).status).toBe(400);
    }
    expect(await pressed()).toBe(24.145);
    await expect(startCalliper({ ...calliperDefaults, ...free, sigma: -1 })).rejects.toThrow('--sigma');
  });

  test('the process model scatters around its nominal as told, and repeats with its seed', () => {
    const options = { nominal: 24, sigma: 0.01, drift: 0, shift: 0, shiftAt: 0, seed: 3 };
    const model = new ProcessModel(options);
    const values = Array.from({ length: 4_000 }, () => model.next());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const sigma = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
    // Five standard errors of mean and of standard deviation.
    expect(Math.abs(mean - 24)).toBeLessThan((5 * 0.01) / Math.sqrt(4_000));
    expect(Math.abs(sigma - 0.01)).toBeLessThan((5 * 0.01) / Math.sqrt(8_000));
    const again = new ProcessModel(options);
    expect(values.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => again.next()));
  });
});

describe('balance', () => {
  const quick = { ...balanceDefaults, ...free, sigma: 0, settleMs: 60 };
  async function dial(options = quick) {
    const balance = await start(startBalance(options));
    const { socket, until } = await connect(balance.ready['port']);
    while ((await post(balance, 'plug')).answer['clients'] !== 1);
    let seen = 0;
    /** Asks and gives what came since the last question, up to the line that ends it. */
    const ask = async (command: string, end = '\r\n'): Promise<string> => {
      socket.write(`${command}\r\n`);
      return answer(end);
    };
    const answer = async (end = '\r\n'): Promise<string> => {
      let got = '';
      do got = (await until(end)).slice(seen);
      while (!got.includes(end) && (await once(socket, 'data')));
      seen += got.length;
      return got.trimEnd();
    };
    return { balance, socket, ask, answer };
  }

  test('says who it is, weighs, waits for rest, takes zero and tare', async () => {
    const { balance, ask } = await dial();
    expect(await ask('I4')).toBe('I4 A "B021002593"');
    expect(await ask('I2')).toBe('I2 A "MS4002S 4200.00 g"');
    expect(await ask('I0', 'ST"\r\n')).toMatch(/^I0 B 0 "I0"\r\n[^]*I0 A 2 "ST"$/);
    expect(await ask('SI')).toBe('S S       0.00 g');
    await post(balance, 'load', { value: 120.25 });
    expect(await ask('S')).toBe('S S     120.25 g');
    expect(await ask('Z')).toBe('Z +');
    expect(await ask('T')).toBe('T S     120.25 g');
    expect(await ask('SI')).toBe('S S       0.00 g');
    expect(await ask('TA 20.5 g')).toBe('TA A      20.50 g');
    expect(await ask('TAC')).toBe('TAC A');
    await post(balance, 'unit', { unit: 'kg' });
    expect(await ask('S')).toBe('S S    0.12025 kg');
    await post(balance, 'unit', { unit: 'g' });
    await post(balance, 'load', { value: 5_000 });
    expect(await ask('S')).toBe('S +');
    await post(balance, 'load', { value: -200 });
    expect(await ask('S')).toBe('S -');
    await post(balance, 'load', { value: 3 });
    expect(await ask('Z')).toBe('Z A');
    expect(await ask('S')).toBe('S S       0.00 g');
    for (const [command, said] of [
      ['HELLO', 'ES'],
      ['SI 4', 'SI L'],
      ['TA 1 lb', 'TA L'],
      ['ST 2', 'ST L'],
      ['x'.repeat(90), 'ES'],
    ] as const) {
      expect(await ask(command)).toBe(said);
    }
  });

  test('its key sends only where it was told to, and forgets that when it is switched off', async () => {
    const { balance, ask, answer } = await dial();
    expect((await post(balance, 'press')).answer).toMatchObject({ presses: 0, keySends: false });
    expect(await ask('ST 1')).toBe('ST A');
    expect(await ask('ST')).toBe('ST A 1');
    expect((await post(balance, 'press')).answer).toMatchObject({ presses: 1, stable: true });
    expect(await answer()).toBe('S S    1812.40 g');
    await post(balance, 'value', { value: 7 });
    expect(await answer()).toBe('S S       7.00 g');
    await post(balance, 'off');
    await post(balance, 'key');
    await post(balance, 'on');
    expect(await answer()).toBe('I4 A "B021002593"');
    expect(await ask('ST')).toBe('ST A 0');
    expect(await ask('ST 1')).toBe('ST A');
    expect(await ask('@')).toBe('I4 A "B021002593"');
    expect(await ask('ST')).toBe('ST A 0');
  });

  test('sends again and again until it is told otherwise; the next part follows its process', async () => {
    const { balance, socket, ask } = await dial({ ...quick, drift: 1, settleMs: 0 });
    expect(await ask('SIR')).toBe('S S       0.00 g');
    await post(balance, 'next');
    await post(balance, 'next');
    let stream = '';
    socket.on('data', (bytes) => (stream += bytes.toString()));
    await vi.waitFor(() => expect(stream.match(/S S {4}1813\.40 g/g)?.length).toBeGreaterThan(2), 30_000);
    // What answers the second question comes behind all that was sent before.
    socket.write('SI\r\nI4\r\n');
    await vi.waitFor(() => expect(stream.endsWith('I4 A "B021002593"\r\n')).toBe(true), 30_000);
    const length = stream.length;
    await pause(350);
    expect(stream.length).toBe(length);
  });

  test('a weight that never comes to rest is answered by I; @ ends the wait', async () => {
    const { balance, ask, answer, socket } = await dial({ ...quick, settleMs: 60_000 });
    await post(balance, 'load', { value: 100 });
    expect(await ask('SI')).toMatch(/^S D +\d+\.\d\d g$/);
    socket.write('S\r\n');
    expect(await ask('@')).toBe('I4 A "B021002593"');
    socket.write('Z\r\n');
    expect(await answer()).toBe('Z I');
  }, 240_000);

  test('refuses options that no balance has', async () => {
    await expect(startBalance({ ...quick, decimals: 9 })).rejects.toThrow('--decimals');
    await expect(startBalance({ ...quick, capacity: 0 })).rejects.toThrow('--capacity');
    const balance = await start(startBalance(quick));
    expect((await post(balance, 'unit', { unit: 'lb' })).status).toBe(400);
    expect((await post(balance, 'load', {})).status).toBe(400);
  });
});

describe('as a process', () => {
  const entry = fileURLToPath(new URL('../scanner/scanner.entry.ts', import.meta.url));
  const run = (args: readonly string[]) =>
    spawn(process.execPath, [entry, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });

  test('says ready, scans what is typed, dies with its parent', async () => {
    const child = run(['--port', '0', '--control', '0']);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const ready = JSON.parse(line.toString()) as Record<string, string>;
    expect(ready).toMatchObject({ ready: true, device: 'scanner' });
    const { until } = await connect(ready['port']);
    while ((await post({ ready } as Running, 'plug')).answer['clients'] !== 1);
    child.stdin.write('WO-1\n');
    await until('WO-1\r');
    child.stdin.end();
    expect((await once(child, 'exit'))[0]).toBe(0);
  });

  test('a taken port is one clear line and exit code 1', async () => {
    const scanner = await start(startScanner({ ...scannerDefaults, ...free }));
    const child = run(['--port', String(scanner.ready['port']), '--control', '0']);
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
    expect((await once(child, 'close'))[0]).toBe(1);
    expect(said).toMatch(/^scanner: the port is taken .*\n$/);
  });
});
