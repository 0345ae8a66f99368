/**
 * A station to a plant server behind https with certificates of the plant's own: a terminator in front of the real server,
 * and the server's own TLS. The station is a real process; nothing here trusts less than it does in a plant.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Outcome } from '#contract/refusal.ts';
import { authority, type Authority, type Certificate } from '../support/certificates.ts';
import { startChild } from '../support/child.ts';
import { newMember, type Member } from '../support/member.ts';
import { plantCalls } from '../support/plant-calls.ts';
import { newDatabase, startServer, type Database, type PlantServer } from '../support/plant.ts';
import { freePorts } from '../support/ports.ts';
import { describeWith } from '../support/system.ts';

/** Ends TLS and hands every request on as it is, as nginx or HAProxy do. */
function terminator(certificate: Certificate, port: number, to: number): Promise<Server> {
  const server = createServer({ cert: certificate.cert, key: certificate.key }, (request, response) => {
    const onward = httpRequest(
      {
        host: '127.0.0.1',
        port: to,
        method: request.method,
        path: request.url,
        headers: {
          ...request.headers,
          'x-forwarded-for': request.socket.remoteAddress ?? '',
          'x-forwarded-proto': 'https',
        },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}
async function end(server: Server | undefined): Promise<void> {
  if (server === undefined) return;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

describeWith('openssl', 'a station and a server behind https', (openssl) => {
  let folder: string;
  let ours: Authority;
  let database: Database;
  let server: PlantServer;
  let front: Server;
  let station: Member;
  let origin: string;
  let port: number;
  let good: Certificate;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'linewright-tls-'));
    ours = authority(openssl, folder, 'plant-authority');
    good = ours.issue('good', ['DNS:localhost', 'IP:127.0.0.1']);
    database = await newDatabase('pglite');
    [server, station] = await Promise.all([
      startServer(database, { args: ['--trust-proxy'] }),
      newMember({ stationId: 'ST20' }),
    ]);
    [port = 0] = await freePorts(1);
    origin = `https://localhost:${port}`;
    front = await terminator(good, port, server.port);
  }, 240_000);
  afterAll(async () => {
    await station?.remove();
    await end(front);
    await server?.kill();
    await database?.remove();
    rmSync(folder, { recursive: true, force: true });
  }, 240_000);

  const code = (): Promise<string> =>
    plantCalls(server.url, 'ravi.nair', 'demo-controls', async (plant) => {
      const made = await plant.stations.makeCode({ commandId: crypto.randomUUID(), stationId: 'ST20' });
      if (!made.ok) throw new Error(JSON.stringify(made.faults));
      return made.value.code;
    });
  /** Not waiting in this process: the terminator runs in it. */
  async function enrol(
    to: string,
    withCode: string,
    ...more: string[]
  ): Promise<{ readonly exit: number | null; readonly error: string }> {
    const words = ['enrol', '--server', to, '--code', withCode, '--data', station.data, '--station', 'ST20', '--json'];
    const child = startChild(['station/cli/linewright.entry.ts', ...words, '--config', station.config, ...more]);
    const exit = await child.ended;
    const { error } = JSON.parse(child.output()) as { error: string | null };
    return { exit, error: error ?? '' };
  }

  it('the command refuses a certificate that nobody vouches for, of another authority or for another name', async () => {
    const withCode = await code();
    expect(await enrol(origin, withCode)).toEqual({ exit: 1, error: expect.stringMatching(/certificate/) as string });
    const other = authority(openssl, folder, 'other-authority');
    expect(await enrol(origin, withCode, '--ca', other.certFile)).toMatchObject({ exit: 1 });
    // Right authority, and the certificate has this address too.
    await end(front);
    front = await terminator(ours.issue('elsewhere', ['DNS:elsewhere.example']), port, server.port);
    const wrongName = await enrol(origin, withCode, '--ca', ours.certFile);
    expect(wrongName).toEqual({ exit: 1, error: expect.stringContaining('elsewhere.example') as string });
    expect(await enrol(`https://localhost:${server.port}`, withCode)).toMatchObject({
      error: expect.stringContaining('is that port really for https?') as string,
    });
    await end(front);
    front = await terminator(good, port, server.port);
    // None of them used the code up.
    expect(await enrol(origin, withCode, '--ca', ours.certFile)).toEqual({ exit: 0, error: '' });
    expect(JSON.parse(readFileSync(join(station.data, 'server.json'), 'utf8'))).toMatchObject({
      url: origin,
      caFile: ours.certFile,
    });
  }, 240_000);

  it('everything goes through it, also to an address with a number', async () => {
    await station.start();
    await station.drained();
    const view = await station.sync();
    expect(view.link.state).toBe('linked');
    await expect
      .poll(async () => (await station.sync()).documents.counts['file'] ?? 0, { timeout: 60_000 })
      .toBeGreaterThan(0);
    await station.stop();
    rmSync(join(station.data, 'server.json'));
    rmSync(join(station.data, 'server.key'));
    expect(await enrol(`https://127.0.0.1:${port}`, await code(), '--ca', ours.certFile)).toEqual({
      exit: 0,
      error: '',
    });
    await station.start();
    await station.drained();
  }, 240_000);

  it('a certificate that is good no more is told, nothing is lost meanwhile, and a good one ends it', async () => {
    await end(front);
    front = await terminator(
      authority(openssl, folder, 'stranger').issue('strange', ['IP:127.0.0.1']),
      port,
      server.port,
    );
    await station.client().people.signIn({ commandId: crypto.randomUUID(), badge: 'BDG-1002', pin: null });
    await expect
      .poll(async () => (await station.sync()).link, { timeout: 60_000 })
      .toMatchObject({ state: 'unreachable', problem: { code: 'certificate-wrong' } });
    expect((await station.sync()).unsent.count).toBeGreaterThan(0);
    await end(front);
    front = await terminator(good, port, server.port);
    await station.drained(90_000);
  }, 240_000);

  it('on the screen the authority is taken from the data folder', async () => {
    await station.client().sync.forget({ commandId: crypto.randomUUID() });
    const enrolOnScreen = async (): Promise<Outcome> =>
      station.client().sync.enrol({ commandId: crypto.randomUUID(), url: origin, code: await code() });
    const refused = await enrolOnScreen();
    expect(refused).toMatchObject({
      ok: false,
      refusal: { reasons: [{ code: 'server.not-reached', params: { problem: 'certificate-wrong' } }] },
    });
    copyFileSync(ours.certFile, join(station.data, 'server-ca.pem'));
    expect(await enrolOnScreen()).toMatchObject({ ok: true });
    await station.drained();
    expect(JSON.parse(readFileSync(join(station.data, 'server.json'), 'utf8'))).toMatchObject({
      caFile: 'server-ca.pem',
    });
    // After a restart too.
    await station.stop();
    await station.start();
    await station.drained();
  }, 240_000);

  it("the server's own TLS", async () => {
    await station.stop();
    await server.stop();
    const tls = await startServer(database, { args: ['--tls-cert', good.certFile, '--tls-key', good.keyFile] });
    try {
      const enrolled = JSON.parse(readFileSync(join(station.data, 'server.json'), 'utf8')) as object;
      const address = `https://localhost:${tls.port}`;
      writeFileSync(join(station.data, 'server.json'), JSON.stringify({ ...enrolled, url: address }));
      await station.start();
      await station.client().people.signIn({ commandId: crypto.randomUUID(), badge: 'BDG-1001', pin: null });
      await station.drained();
      expect((await station.sync()).enrolment?.url).toBe(address);
    } finally {
      await tls.kill();
    }
  }, 240_000);
});
