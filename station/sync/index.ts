/** The road to the plant server: facts up, documents down, curves and samples beside, and the unplug test. */
import { join } from 'node:path';
import type { Outcome, Reason } from '#contract/refusal.ts';
import type { ServerLink as ShownLink, SyncView } from '#contract/rpc/sync.ts';
import { documentKinds, type DocumentBody, type DocumentKind } from '#contract/sync/down.ts';
import { reason } from '#domain/decision.ts';
import type { Clock } from '#station/clock.ts';
import type { DocumentSource, ServerDocument, ServerLink, StationSigner } from '#station/core/ports.ts';
import type { History } from '#station/history/history.ts';
import type { Log } from '#station/log.ts';
import type { StationPublisher } from '#station/publish/index.ts';
import type { Store } from '#station/store/store.ts';
import type { ProjectedDocument } from '#station/store/projection.ts';
import { Signal } from '#station/streams/signal.ts';
import { SyncClient } from './client.ts';
import { enrol, forgetMembership, normalCode, readMembership, serverOrigin, type Membership } from './enrolment.ts';
import { LinkState } from './link-state.ts';
import { LinkTestFiles } from './link-test-files.ts';
import { LinkTest, type LinkTestOptions } from './link-test.ts';
import { LinkError, ServerError } from './problem.ts';
import { Puller } from './puller.ts';
import { Sender, type SenderOptions } from './sender.ts';
import { SideRoad, type PhotoSource, type SideRoadOptions } from './side-road.ts';

export interface SyncParts {
  /** The data folder. */
  readonly folder: string;
  readonly stationId: string;
  readonly plantId: string;
  readonly timeZone: string;
  readonly version: string;
  readonly store: Pick<Store, 'outbox' | 'documents' | 'onAppended' | 'onState' | 'epoch' | 'state'>;
  readonly history: Pick<History, 'toUpload' | 'uploaded' | 'waiting' | 'uploads'>;
  /** Left out: there are none. */
  readonly photos?: PhotoSource;
  /** Left out: nothing is published from here. */
  readonly publishing?: Pick<StationPublisher, 'view' | 'changed'>;
  readonly about: SenderOptions['about'];
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: () => number;
  /** For tests: paces of the parts. */
  readonly paces?: Pick<SenderOptions, 'helloMs' | 'retryMs' | 'refusedMs' | 'batchEvents'> &
    Pick<SideRoadOptions, 'bytesPerSecond' | 'pieceBytes' | 'lookMs'> & {
      readonly waitMs?: number;
      readonly greetMs?: number;
    };
}

/** What the unplug test needs of the core, which is made after this. */
export type TestParts = Pick<LinkTestOptions, 'record' | 'person'>;

/** How long the start waits for the server before the first fact is recorded, in ms. */
const greetMs = 1_500;
const listedReports = 20;

export type Sync = ReturnType<typeof createSync>;

export function createSync(parts: SyncParts) {
  const { folder, store, history, clock, log, paces = {} } = parts;
  const random = parts.random ?? Math.random;
  const { outbox, documents } = store;
  const onError = (error: unknown): void => log.error({ err: error }, 'a listener of the road to the server failed');
  const link = new LinkState(() => clock.now(), onError);
  /** Anything that the Server page shows. */
  const changed = new Signal<void>(onError);
  const sender = new Sender({ outbox, link, about: parts.about, clock, log, random, ...paces });
  const puller = new Puller({ folder, documents, link, clock, log, random, ...paces });
  const sideRoad = new SideRoad({
    history,
    photos: parts.photos ?? null,
    link,
    clock,
    log,
    random,
    unsent: () => outbox.unsent().count,
    ...paces,
  });
  const files = new LinkTestFiles(folder);
  let client: SyncClient | null = null;
  let test: LinkTest | null = null;
  let linkedSince: { linked: boolean; at: number | null } = { linked: false, at: null };

  function use(membership: Membership | null): void {
    client?.close();
    client = membership === null ? null : new SyncClient(membership, () => clock.now());
    history.uploads = client !== null;
    // From a file that cannot be read there is nothing to send, and nothing may be kept.
    const road = store.epoch === '' ? null : client;
    sender.use(road);
    puller.use(road);
    sideRoad.use(road);
    changed.emit();
  }

  link.changed.listen(() => {
    if (link.linked !== linkedSince.linked) linkedSince = { linked: link.linked, at: clock.now() };
    puller.linkChanged();
    sideRoad.linkChanged();
    changed.emit();
  });
  store.onAppended.listen(() => {
    sender.wake();
    if ((test?.running() ?? null) !== null) changed.emit();
  });
  store.onState.listen(({ state }) => {
    if (state === 'ok') {
      sender.wake();
      puller.linkChanged();
    }
  });
  sender.acknowledged.listen(() => changed.emit());
  parts.publishing?.changed.listen(() => changed.emit());
  sideRoad.changed.listen(() => changed.emit());
  puller.stored.listen(() => changed.emit());
  try {
    use(readMembership(folder));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    log.error({ detail }, 'this station cannot use its enrolment at the server');
    link.refused('enrolment-unusable', detail);
  }

  const shownLink = (): ShownLink => ({
    state: link.state,
    since: link.since,
    problem: link.problem,
    clockDriftMs: link.clockDriftMs,
    test: test?.running() ?? null,
  });
  const refuse = (command: string, why: Reason): Outcome => ({
    ok: false,
    refusal: { command, at: clock.now(), reasons: [why], met: [], next: [] },
  });

  const documentSource: DocumentSource = {
    documents: (kind) => documents.all(kind).flatMap((document) => readable(kind, document) ?? []),
    document(kind, id) {
      const document = documents.get(kind, id);
      return document === null ? null : readable(kind, document);
    },
    onStored: (listener) => puller.stored.listen(listener),
  };
  function readable<K extends DocumentKind>(kind: K, document: ProjectedDocument): ServerDocument<K> | null {
    const parsed = documentKinds[kind].safeParse(document.body);
    if (parsed.success) return { ...document, body: parsed.data as DocumentBody<K> };
    log.warn({ kind, id: document.id, issues: parsed.error.issues }, 'a document of the server cannot be read');
    return null;
  }

  return {
    changed,
    documents: documentSource,
    /** Bytes of a picture of a released file; null: not here (yet). */
    picture: (sha256: string) => puller.picture(sha256),
    onPicture: puller.pictureStored,
    /** A photo that another station took and the server has; null: it cannot be had now. */
    async photo(sha256: string): Promise<Buffer | null> {
      if (client === null || client.isCut || !link.linked) return null;
      try {
        return await client.photo(sha256);
      } catch (error) {
        log.debug({ err: error, sha256 }, 'a photo did not come');
        return null;
      }
    },
    /** For the header. */
    link: shownLink,
    unsent: () => outbox.unsent(),
    /** Whether the server has acknowledged this event. */
    has: (epoch: string, seq: number) => outbox.has(epoch, seq),
    serverLink: (): ServerLink => ({
      configured: client !== null,
      linked: link.linked,
      sinceAt: linkedSince.at,
      current: link.linked && puller.current,
    }),
    onLink(listener: () => void): () => void {
      const stops = [link.changed.listen(listener), puller.caughtUp.listen(listener)];
      return () => stops.forEach((stop) => stop());
    },
    signer: (): StationSigner | null => client?.membership.identity ?? null,
    view(): SyncView {
      const ofHistory = history.waiting();
      const waiting = { ...ofHistory, count: ofHistory.count + (parts.photos?.waiting() ?? 0) };
      const enrolment = client?.membership.enrolment;
      return {
        link: shownLink(),
        enrolment:
          enrolment === undefined
            ? null
            : {
                url: enrolment.url,
                plantId: enrolment.plantId,
                keyId: enrolment.keyId,
                enrolledAt: enrolment.enrolledAt,
              },
        unsent: outbox.unsent(),
        streams: outbox.streams().map(({ epochId: _row, ...stream }) => stream),
        lastProblem: link.lastProblem,
        sideRoad: { waiting: waiting.count, dropped: waiting.dropped, sending: sideRoad.sending },
        documents: { counts: documents.counts(), pulledAt: documents.cursor().pulledAt },
        reports: files.list(listedReports),
        publishing: parts.publishing?.view() ?? null,
      };
    },
    report: (testId: string) => files.read(testId),
    async enrol(address: string, typed: string): Promise<Outcome> {
      const origin = serverOrigin(address);
      if (origin === null) return refuse('sync.enrol', reason('server.address-wrong', { address }));
      const code = normalCode(typed);
      if (code === null) return refuse('sync.enrol', reason('server.code-malformed', { code: typed }));
      if ((test?.running() ?? null) !== null) return refuse('sync.enrol', reason('server.test-running', {}));
      const { plantId, stationId, version } = parts;
      const caFile = client?.membership.enrolment.url === origin ? client.membership.enrolment.caFile : null;
      try {
        use(await enrol(folder, { origin, code, plantId, stationId, version, caFile, now: clock.now() }));
        return { ok: true, value: undefined };
      } catch (error) {
        const detail = error instanceof Error ? error.message : String(error);
        log.warn({ address: origin, detail }, 'enrolling at the server failed');
        if (error instanceof ServerError) {
          return refuse('sync.enrol', reason('server.refused', { address: origin, problem: error.code, detail }));
        }
        const problem = error instanceof LinkError ? error.code : '';
        return refuse('sync.enrol', reason('server.not-reached', { address: origin, problem, detail }));
      }
    },
    forget(): Outcome {
      if ((test?.running() ?? null) !== null) return refuse('sync.forget', reason('server.test-running', {}));
      forgetMembership(folder);
      use(null);
      return { ok: true, value: undefined };
    },
    startTest: (forMs: number, facts: number): Outcome =>
      test === null ? refuse('sync.startTest', reason('server.not-configured', {})) : test.start(forMs, facts),
    endTest: (): Outcome => (test === null ? refuse('sync.endTest', reason('server.no-test-running', {})) : test.end()),
    /**
     * Greets the server, for a moment at most, before the station records anything: a station that was put back from a
     * backup begins its new epoch here, before a number is used twice.
     */
    async greet(): Promise<void> {
      if (client === null || store.epoch === '' || store.state !== 'ok') return;
      try {
        await sender.greet(AbortSignal.timeout(paces.greetMs ?? greetMs));
      } catch (error) {
        // The sender tells and tries again; work does not wait for it.
        log.info({ err: error }, 'the server was not reached at the start');
      }
    },
    /** Call after the station recorded its start. */
    start(testParts: TestParts): void {
      test = new LinkTest({
        outbox,
        files,
        clock,
        log,
        stationId: parts.stationId,
        timeZone: parts.timeZone,
        client: () => client,
        linked: () => link.linked,
        linkChanged: () => sender.linkChanged(),
        ...testParts,
      });
      test.changed.listen(() => changed.emit());
      test.resume();
      sender.start();
      puller.start();
      sideRoad.start();
    },
    async stop(): Promise<void> {
      // Nothing waits for a server that does not answer: what is under way ends now and is sent by the next start.
      client?.close();
      await Promise.all([test?.stop(), sender.stop(), puller.stop(), sideRoad.stop()]);
    },
    /** Where released pictures lie. */
    filesFolder: join(folder, 'files'),
  };
}
