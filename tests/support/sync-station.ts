/** A real store with a real sender against a server in memory, over real HTTP, at the pace of a test. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { event } from '#contract/events/index.ts';
import type { EventRecord } from '#contract/envelope.ts';
import { systemClock } from '#station/clock.ts';
import { openHistory, type History } from '#station/history/history.ts';
import { createLog } from '#station/log.ts';
import { openStore, type Store } from '#station/store/store.ts';
import { meta, projections } from '#station/store/test-kit.ts';
import { TestSyncServer } from './sync-server.ts';
import { enrol } from '#station/sync/enrolment.ts';
import { createSync, type Sync, type SyncParts } from '#station/sync/index.ts';

export const testCode = '7K3M-9QXT';

export class SyncStation {
  readonly folder: string;
  store!: Store;
  history!: History;
  sync!: Sync;
  readonly stationId: string;
  readonly #paces: SyncParts['paces'];
  #open = false;

  constructor(stationId = 'ST10', paces: SyncParts['paces'] = {}) {
    this.stationId = stationId;
    this.folder = mkdtempSync(join(tmpdir(), 'linewright-sync-'));
    this.#paces = paces;
  }

  /** @param url of the server or of what stands before it */
  async enrol(server: TestSyncServer, url = server.url): Promise<void> {
    server.codes.set(testCode, this.stationId);
    await enrol(this.folder, {
      origin: url,
      code: testCode,
      plantId: 'demo',
      stationId: this.stationId,
      version: '0',
      caFile: null,
      now: Date.now(),
    });
  }

  async start(): Promise<void> {
    this.openStore();
    await this.sync.greet();
    this.sync.start({ record: (fact, actor) => this.#record(fact, actor), person: () => null });
  }

  openStore(): void {
    const { folder, stationId } = this;
    this.store = openStore({ folder, stationId, projections, clock: systemClock, minFreeBytes: 0 });
    this.history = openHistory({
      path: join(folder, 'history.db'),
      clock: systemClock,
      retentionDays: 30,
      minFreeBytes: 0,
    });
    this.sync = createSync({
      folder,
      stationId,
      plantId: 'demo',
      timeZone: 'Europe/Berlin',
      version: '0.1.0',
      store: this.store,
      history: this.history,
      about: () => ({
        version: '0.1.0',
        bootId: 'boot',
        startedAt: 1,
        configHash: 'c',
        storeState: 'ok',
        devicesDown: [],
        blobsWaiting: 0,
      }),
      clock: systemClock,
      log: createLog(process.env['LINEWRIGHT_LOG'] ?? 'silent'),
      // The greeting at the start has all the time that a busy machine needs.
      paces: {
        greetMs: 30_000,
        helloMs: 100,
        retryMs: [10, 100],
        refusedMs: 200,
        lookMs: 20,
        waitMs: 2_000,
        ...this.#paces,
      },
    });
    this.#open = true;
  }

  #record: Parameters<Sync['start']>[0]['record'] = (fact, actor) => {
    this.store.append([fact], { ...meta(null, Date.now()), actor: actor ?? { kind: 'system' } });
    return { ok: true, value: undefined };
  };

  async stop(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.sync.stop();
    this.history.close();
    this.store.close();
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Facts of one command each. */
  record(count: number, textLength = 10): void {
    for (let i = 0; i < count; i += 1) {
      this.store.append([event('station.stopped', { reason: 'x'.repeat(textLength) })], meta(null, Date.now()));
    }
  }
  /** In transactions of a hundred facts. */
  recordMany(count: number, textLength = 300): void {
    for (let left = count; left > 0; left -= 100) {
      const facts = Array.from({ length: Math.min(100, left) }, (_, i) =>
        event('station.stopped', { reason: `${left - i} `.padEnd(textLength, 'x') }),
      );
      this.store.append(facts, meta(null, Date.now()));
    }
  }

  async allSent(limitMs = 30_000): Promise<void> {
    await until(
      () => this.sync.link().state === 'linked' && this.sync.unsent().count === 0,
      limitMs,
      () =>
        JSON.stringify({ link: this.sync.link(), unsent: this.sync.unsent(), streams: this.store.outbox.streams() }),
    );
  }

  /** A copy of the data folder, as a backup of the stopped station. */
  backup(): string {
    const copy = mkdtempSync(join(tmpdir(), 'linewright-sync-backup-'));
    cpSync(this.folder, copy, { recursive: true });
    return copy;
  }
  putBack(copy: string): void {
    rmSync(this.folder, { recursive: true, force: true });
    cpSync(copy, this.folder, { recursive: true });
  }

  /** Every record of the log with its stream, as the server should have it. */
  streams(): { epoch: string; branch: string; first: number; records: string[]; hashes: string[] }[] {
    const { outbox } = this.store;
    return outbox
      .streams()
      .filter(({ first, last }) => last >= first)
      .map((stream) => ({
        epoch: stream.epoch,
        branch: stream.branch,
        first: stream.first,
        records: outbox.lines(stream, stream.first, stream.last).toString().split('\n').slice(0, -1),
        hashes: outbox.hashes(stream, stream.first, stream.last - stream.first + 1),
      }));
  }

  reasons(): string[] {
    return this.streams().flatMap(({ records }) => records.map((record) => (JSON.parse(record) as EventRecord).type));
  }
}

export async function until(met: () => boolean, limitMs = 30_000, say: () => string = () => ''): Promise<void> {
  const end = Date.now() + limitMs;
  while (!met()) {
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${met.toString()} ${say()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
