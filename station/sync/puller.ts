/**
 * Documents down: asks for what is new and lets the server hold the question (long poll), keeps what comes with the
 * cursor in one transaction, and then tells, in order. Pictures of released files are fetched by their hash afterwards, so
 * that a picture that is missing holds up nothing.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileBodySchema } from '#contract/sync/down.ts';
import { syncLimits } from '#contract/sync/protocol.ts';
import type { Clock } from '#station/clock.ts';
import type { Log } from '#station/log.ts';
import { StoreNotWritableError } from '#station/store/errors.ts';
import type { DocumentTable } from '#station/store/documents.ts';
import type { ProjectedDocument } from '#station/store/projection.ts';
import { Signal } from '#station/streams/signal.ts';
import type { SyncClient } from './client.ts';
import type { LinkState } from './link-state.ts';
import { LinkCut } from './problem.ts';
import { Retry, type RetryPaces } from './retry.ts';
import { Wake } from './wake.ts';
import { writeWhole } from './whole-file.ts';

export interface PullerOptions extends Pick<RetryPaces, 'retryMs'> {
  readonly folder: string;
  readonly documents: DocumentTable;
  readonly link: LinkState;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** How long the server may hold the question, in ms. */
  readonly waitMs?: number;
}

export class Puller {
  /** After they are on disk; body null: gone. */
  readonly stored: Signal<readonly ProjectedDocument[]>;
  /** Everything that the server has is here, for the first time since the link came. */
  readonly caughtUp: Signal<void>;
  #current = false;
  /** SHA-256 of a picture that is here now. */
  readonly pictureStored: Signal<string>;
  readonly #o: PullerOptions;
  readonly #wake: Wake;
  #client: SyncClient | null = null;
  #stopped = false;
  #running: Promise<void> | null = null;
  #asking: AbortController | null = null;
  readonly #retry: Retry<'documents'>;
  /** The link came or went since the pause began. */
  #relinked = false;
  readonly #wanted = new Set<string>();
  #fetching = false;

  constructor(options: PullerOptions) {
    this.#o = options;
    this.#wake = new Wake(options.clock);
    this.#retry = new Retry(options, options.random);
    const onError = (error: unknown): void => options.log.error({ err: error }, 'a listener of documents failed');
    this.stored = new Signal<readonly ProjectedDocument[]>(onError);
    this.pictureStored = new Signal<string>(onError);
    this.caughtUp = new Signal<void>(onError);
  }

  use(client: SyncClient | null): void {
    this.#client = client;
    this.#current = false;
    this.#asking?.abort();
    this.#wake.now();
  }

  /** Nothing is missing that the server had when it was asked last, on the link that there is now. */
  get current(): boolean {
    return this.#current;
  }

  start(): void {
    for (const document of this.#o.documents.all('file')) this.#want(document);
    this.#running ??= this.#run();
  }

  /** The link came or went: a question held open on a dead link is given up, one on a new link is asked at once. */
  linkChanged(): void {
    if (!this.#o.link.linked) {
      this.#asking?.abort();
      this.#current = false;
    }
    this.#retry.clear();
    this.#relinked = true;
    this.#wake.now();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#asking?.abort();
    this.#wake.now();
    await this.#running;
  }

  /** Bytes of a picture of a released file; null: not here (yet). */
  picture(sha256: string): Buffer | null {
    return existsSync(this.#file(sha256)) ? readFileSync(this.#file(sha256)) : null;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const client = this.#client;
      if (client === null || client.isCut || !this.#o.link.linked) {
        await this.#wake.wait(null);
        continue;
      }
      const asking = new AbortController();
      this.#asking = asking;
      try {
        const { cursor } = this.#o.documents.cursor();
        // The first question on a link is answered at once, so that what is here is known to be the newest.
        const waitMs = this.#current ? (this.#o.waitMs ?? syncLimits.documentsWaitMs) : 0;
        const answer = await client.documents(cursor, waitMs, asking.signal);
        if (client !== this.#client) continue;
        const quiet = answer.documents.length === 0 && !answer.reset && answer.cursor === cursor;
        if (!quiet) this.#keep(this.#o.documents.apply(answer, this.#o.clock.now()));
        this.#retry.clear();
        if (!this.#current && !answer.more && this.#o.link.linked) {
          this.#current = true;
          this.caughtUp.emit();
        }
        void this.#fetchPictures();
      } catch (error) {
        await this.#failed(client, asking.signal, error);
      }
    }
  }

  #keep(documents: readonly ProjectedDocument[]): void {
    for (const document of documents) if (document.kind === 'file') this.#want(document);
    if (documents.length > 0) this.stored.emit(documents);
  }

  async #failed(client: SyncClient, signal: AbortSignal, error: unknown): Promise<void> {
    if (this.#stopped || client !== this.#client || signal.aborted || error instanceof LinkCut) return;
    const store = error instanceof StoreNotWritableError;
    this.#o.log.warn({ err: error }, store ? 'documents cannot be kept' : 'documents did not come');
    const { waitMs } = this.#retry.failed('documents', 'unreached');
    this.#relinked = false;
    // On a link that came back there is nothing to wait for.
    await this.#wake.pause(waitMs, () => this.#stopped || this.#relinked);
  }

  #want({ body }: ProjectedDocument): void {
    const file = fileBodySchema.safeParse(body);
    if (file.success && file.data.text === null && !existsSync(this.#file(file.data.sha256))) {
      this.#wanted.add(file.data.sha256);
    }
  }

  /** One after the other; those that do not come are tried again with the next answer. */
  async #fetchPictures(): Promise<void> {
    const client = this.#client;
    if (this.#fetching || client === null || this.#wanted.size === 0) return;
    this.#fetching = true;
    try {
      for (const sha256 of Array.from(this.#wanted)) {
        try {
          const bytes = await client.file(sha256);
          mkdirSync(join(this.#o.folder, 'files'), { recursive: true });
          writeWhole(this.#file(sha256), bytes);
          this.#wanted.delete(sha256);
          this.pictureStored.emit(sha256);
        } catch (error) {
          this.#o.log.warn({ sha256, err: error }, 'a picture did not come');
          if (client.isCut || this.#stopped) return;
        }
      }
    } finally {
      this.#fetching = false;
    }
  }

  #file(sha256: string): string {
    return join(this.#o.folder, 'files', sha256);
  }
}
