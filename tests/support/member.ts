/** A real station as a member of a plant: its own process and data folder, enrolled, with a person at it who never stops. */
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { SyncView } from '#contract/rpc/sync.ts';
import { root, startChild, type Child } from './child.ts';
import { link, signInBrowser, type Client, type Linked } from './demo-line.ts';
import type { StationKey } from './plant.ts';
import { freePorts } from './ports.ts';

export interface Member extends StationKey {
  /** Data folder. */
  readonly data: string;
  readonly config: string;
  child(): Child;
  client(): Client;
  start(): Promise<void>;
  /** SIGTERM: it ends in order. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Writes whom it belongs to; before `start`. */
  belongTo(url: string): void;
  /** Copy of the data folder of an ended station, and back. */
  copy(): void;
  putBack(): void;
  /** What its screen says of the road. */
  sync(): Promise<SyncView>;
  /** Waits until the server has acknowledged everything. Rejects with what the screen says after `limitMs`. */
  drained(limitMs?: number): Promise<void>;
  remove(): Promise<void>;
}

export interface MemberOptions {
  readonly stationId: string;
  readonly config?: string;
  /** In front of the entry, e.g. `['--import', './…']`. */
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export const plantId = 'werk-sued';

/** Not started yet. */
export async function newMember({ stationId, nodeArgs = [], env = {}, ...rest }: MemberOptions): Promise<Member> {
  const config = rest.config ?? join(root, 'resources/demo-plant');
  const home = mkdtempSync(join(tmpdir(), `linewright-${stationId}-`));
  const data = join(home, 'data');
  const backup = join(home, 'backup');
  mkdirSync(data);
  const { privateKey } = generateKeyPairSync('ed25519');
  const { x: publicKey = '' } = privateKey.export({ format: 'jwk' });
  const keyId = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex').slice(0, 16);
  const [port = 0] = await freePorts(1);
  let child: Child | null = null;
  let cookie: string | null = null;
  let linked: Linked | null = null;
  const gone = (): never => {
    throw new Error(`${stationId} is not running`);
  };
  async function end(signal: NodeJS.Signals): Promise<void> {
    linked?.close();
    linked = null;
    await child?.kill(signal);
    child = null;
  }
  async function sync(): Promise<SyncView> {
    for await (const view of await (linked ?? gone()).client.sync.watch()) return view;
    throw new Error(`${stationId} says nothing of its road`);
  }
  return {
    stationId,
    keyId,
    publicKey,
    data,
    config,
    child: () => child ?? gone(),
    client: () => (linked ?? gone()).client,
    async start() {
      child = startChild(
        [
          ...nodeArgs,
          'station/node.entry.ts',
          '--config',
          config,
          '--station',
          stationId,
          '--data',
          data,
          '--port',
          String(port),
        ],
        env,
      );
      const [, url = ''] = await child.line(/(http:\/\/127\.0\.0\.1:\d+\/\?token=\S+)/, 90_000);
      cookie ??= await signInBrowser(url);
      linked = await link(new URL(url).origin, cookie);
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    belongTo(url) {
      writeFileSync(join(data, 'server.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
      const enrolment = { url, plantId, stationId, keyId, enrolledAt: Date.now(), caFile: null };
      writeFileSync(join(data, 'server.json'), JSON.stringify(enrolment));
    },
    copy() {
      rmSync(backup, { recursive: true, force: true });
      cpSync(data, backup, { recursive: true });
    },
    putBack() {
      rmSync(data, { recursive: true, force: true });
      cpSync(backup, data, { recursive: true });
    },
    sync,
    async drained(limitMs = 180_000) {
      const until = performance.now() + limitMs;
      for (;;) {
        const { unsent, link: road } = await sync();
        if (unsent.count === 0 && road.state === 'linked') return;
        if (performance.now() > until)
          throw new Error(`${stationId} has not sent all within ${limitMs} ms: ${JSON.stringify({ unsent, road })}`);
        await pause(100);
      }
    },
    async remove() {
      await end('SIGKILL');
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export interface Work {
  /** Commands that were answered with yes. */
  readonly accepted: number;
  /** Longest answer, ms. */
  readonly slowestMs: number;
  readonly times: readonly number[];
  stop(): Promise<void>;
}

/**
 * Somebody signs in and out without end: each is a command that is accepted, written to the disk and answered, whatever
 * the road does. Rejects (in `stop`) when one is refused or not answered within half a minute, which a busy machine needs no
 * more than an idle one.
 */
export function keepWorking(member: Member, everyMs = 10): Work {
  let going = true;
  const times: number[] = [];
  const signIn = { badge: 'BDG-1002', pin: null };
  const loop = (async () => {
    for (let turn = 0; going; turn += 1) {
      const from = performance.now();
      const { people } = member.client();
      const commandId = randomUUID();
      const outcome = await Promise.race([
        turn % 2 === 0 ? people.signIn({ commandId, ...signIn }) : people.signOut({ commandId }),
        pause(30_000).then(() => null),
      ]);
      times.push(performance.now() - from);
      if (outcome === null) throw new Error(`${member.stationId} did not answer within 30 s`);
      if (!outcome.ok) throw new Error(`${member.stationId} refused: ${JSON.stringify(outcome.refusal.reasons)}`);
      await pause(everyMs);
    }
  })();
  loop.catch(() => {});
  return {
    get accepted() {
      return times.length;
    },
    get slowestMs() {
      return Math.max(0, ...times);
    },
    times,
    async stop() {
      going = false;
      await loop;
    },
  };
}
