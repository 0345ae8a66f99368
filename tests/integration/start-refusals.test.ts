/** What keeps `npm start` from starting: one clear line and a non-zero exit code each. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { childrenOf, plant, refusal, start, type Plant } from './test-support/start.ts';

let it: Plant;
let temp: string;
const servers: Server[] = [];
// Whole programs on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

beforeAll(async () => {
  it = await plant();
  temp = mkdtempSync(join(tmpdir(), 'linewright-refusals-'));
});
afterAll(() => {
  it.remove();
  rmSync(temp, { recursive: true, force: true });
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function occupy(port: number): Promise<void> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
}

test('--help lists the options', async () => {
  const help = start('--help');
  expect(await help.ended).toBe(0);
  for (const option of ['--config', '--station', '--data', '--port', '--host', '--headless', '--no-demo', '--browser'])
    expect(help.out()).toContain(option);
});

describe('options', () => {
  test.each([
    [['--sation', 'ST10'], /--sation.*--help/],
    [['--port', '99999'], /--port.*1 to 65535.*99999/],
    [['--port', 'http'], /--port.*http/],
    [['--host', 'my-machine'], /--host.*my-machine/],
    [['extra'], /extra/],
  ])('%j', async (args, line) => {
    const said = await refusal(...args);
    expect(said.code).toBe(2);
    expect(said.line).toMatch(line);
  });

  test('an address that is not of this machine', async () => {
    const said = await refusal(...it.args, '--no-demo', '--host', '192.0.2.1');
    expect(said).toMatchObject({
      code: 2,
      line: expect.stringMatching(/192\.0\.2\.1 is no address of this machine.*--host/),
    });
  });
});

describe('configuration', () => {
  test('a folder that is not there', async () => {
    const said = await refusal('--config', join(temp, 'nowhere'));
    expect(said.code).toBe(2);
    expect(said.line).toContain(join(temp, 'nowhere'));
  });

  test('faults: how many, the first, and how to see all', async () => {
    const faulty = await plant();
    writeFileSync(join(faulty.folder, 'devices', 'press.yaml'), 'schema: linewright/device@1\nid: press\n');
    const said = await refusal(...faulty.args);
    faulty.remove();
    expect(said.code).toBe(2);
    expect(said.line).toMatch(/has \d+ faults?: andon\.yaml:\d+ .*npm run linewright -- check/);
  });

  test('a station that the plant does not have', async () => {
    const said = await refusal(...it.args, '--station', 'ST99');
    expect(said).toMatchObject({ code: 2, line: expect.stringMatching(/no station ST99.*ST10.*--station/) });
  });
});

describe('data folder', () => {
  test('cannot be made', async () => {
    writeFileSync(join(temp, 'file'), '');
    const said = await refusal(...it.args, '--no-demo', '--data', join(temp, 'file', 'data'));
    expect(said).toMatchObject({ code: 2, line: expect.stringMatching(/data folder .*file\/data.*--data/) });
  });

  test('may not be written', async () => {
    // root may write everywhere but there.
    const data = process.getuid?.() === 0 ? '/proc' : join(temp, 'locked');
    if (data !== '/proc') mkdirSync(data, { mode: 0o500 });
    const said = await refusal(...it.args, '--no-demo', '--data', data);
    expect(said).toMatchObject({ code: 2, line: expect.stringContaining(`data folder ${data}`) });
  });

  test('is in use by another station', async () => {
    const first = start({ env: {} }, ...it.args, '--no-demo');
    await first.said(/token=/);
    const other = await plant();
    const said = await refusal(...other.args, '--no-demo', '--data', it.data);
    other.remove();
    first.process.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(said.code).toBe(2);
    expect(said.line).toMatch(/data folder .* is in use by another station \(process \d+\).*--data/);
  });
});

describe('ports', () => {
  test('the port of the host is taken', async () => {
    await occupy(it.ports.host);
    const said = await refusal(...it.args);
    expect(said.code).toBe(2);
    expect(said.line).toMatch(new RegExp(`port ${it.ports.host} on 127.0.0.1 is taken.*--port`));
  });

  test('the port of a demo device is taken: nothing else is left running', async () => {
    await occupy(it.ports.scanner);
    const started = start({ env: {} }, ...it.args);
    const code = await started.ended;
    expect(code).toBe(2);
    expect(started.err().trim()).toMatch(/^The demo's scanner could not be started: .*taken.*--no-demo$/);
    expect(childrenOf(started.process.pid ?? 0)).toEqual([]);
  });
});
