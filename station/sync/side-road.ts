/**
 * The side road: curves and blocks of samples go to the server in pieces, only when no fact waits and never faster than
 * the cap. It is resumable (the server says how much it has) and may lose: what retention deleted before it was sent is
 * counted and told.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { BlobOffer } from '#contract/sync/blobs.ts';
import { syncLimits } from '#contract/sync/protocol.ts';
import type { Clock } from '#station/clock.ts';
import type { History } from '#station/history/history.ts';
import type { Log } from '#station/log.ts';
import type { Photos } from '#station/photos/photos.ts';
import { Signal } from '#station/streams/signal.ts';
import type { SyncClient } from './client.ts';
import type { LinkState } from './link-state.ts';
import { LinkCut, ServerError } from './problem.ts';
import { Retry, type RetryPaces } from './retry.ts';
import { Wake } from './wake.ts';

const packed = promisify(gzip);

export type SideRoadSource = Pick<History, 'toUpload' | 'uploaded' | 'waiting'>;

export type PhotoSource = Pick<Photos, 'toUpload' | 'uploaded' | 'waiting'>;

export interface SideRoadOptions extends RetryPaces {
  readonly history: SideRoadSource;
  /** They go first; null: there are none. */
  readonly photos: PhotoSource | null;
  readonly link: LinkState;
  /** Facts that wait. */
  readonly unsent: () => number;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** Cap in bytes a second. */
  readonly bytesPerSecond?: number;
  readonly pieceBytes?: number;
  /** How often it is looked for new ones, in ms. */
  readonly lookMs?: number;
}

/** What goes up next, and what to do once it is there. */
interface Load {
  readonly bytes: Uint8Array;
  readonly offer: Pick<BlobOffer, 'kind' | 'name' | 'fromAt' | 'toAt' | 'contentType'>;
  sent(): void;
}

export class SideRoad {
  readonly changed: Signal<void>;
  readonly #o: SideRoadOptions;
  readonly #wake: Wake;
  #client: SyncClient | null = null;
  #stopped = false;
  #running: Promise<void> | null = null;
  /** Since the pause began. */
  #relinked = false;
  readonly #retry: Retry<'blob'>;
  #sending: { readonly name: string; readonly share: number } | null = null;
  /** Monotonic ms from which on the next piece may go. */
  #freeAt = 0;

  constructor(options: SideRoadOptions) {
    this.#o = options;
    this.#wake = new Wake(options.clock);
    this.#retry = new Retry(options, options.random);
    this.changed = new Signal<void>((error) => options.log.error({ err: error }, 'a listener of the side road failed'));
  }

  get sending(): { readonly name: string; readonly share: number } | null {
    return this.#sending;
  }

  use(client: SyncClient | null): void {
    this.#client = client;
    this.#wake.now();
  }

  start(): void {
    this.#running ??= this.#run();
  }

  linkChanged(): void {
    this.#retry.clear();
    this.#relinked = true;
    this.#wake.now();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake.now();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { log, lookMs = 2_000 } = this.#o;
    while (!this.#stopped) {
      const client = this.#client;
      if (client === null || !this.#free) {
        await this.#wake.wait(lookMs);
        continue;
      }
      try {
        const load = await this.#next();
        if (load === null) {
          await this.#wake.wait(lookMs);
          continue;
        }
        const { bytes, offer } = load;
        if (bytes.byteLength > syncLimits.blobBytes) {
          log.warn({ name: offer.name, bytes: bytes.byteLength }, 'too large for the side road; left here');
          load.sent();
          continue;
        }
        if (await this.#send(client, bytes, offer)) load.sent();
        this.#retry.clear();
      } catch (error) {
        await this.#failed(error);
      } finally {
        if (this.#sending !== null) {
          this.#sending = null;
          this.changed.emit();
        }
      }
    }
  }

  /** A photo goes as it is, known by the hash that its fact names; curves and samples go packed. null: nothing waits. */
  async #next(): Promise<Load | null> {
    const { history, photos } = this.#o;
    const photo = photos?.toUpload() ?? null;
    if (photo !== null) {
      const { kind, name, fromAt, toAt, contentType } = photo;
      const offer = { kind, name, fromAt, toAt, contentType };
      return { bytes: photo.content(), offer, sent: () => photos?.uploaded(photo) };
    }
    const item = history.toUpload();
    if (item === null) return null;
    const { kind, name, fromAt, toAt } = item;
    const offer = { kind, name, fromAt, toAt, contentType: 'application/json+gzip' };
    return { bytes: await packed(item.content(), { level: 6 }), offer, sent: () => history.uploaded(item) };
  }

  /** @returns false when facts came in between: they go first, and this goes on from where it was. */
  async #send(client: SyncClient, bytes: Uint8Array, item: Load['offer']): Promise<boolean> {
    const { kind, name, fromAt, toAt, contentType } = item;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const size = bytes.byteLength;
    let answer = await client.offerBlob({
      sha256,
      kind,
      size,
      contentType,
      name,
      fromAt,
      toAt,
    });
    let restarts = 0;
    while (!answer.complete) {
      if (!this.#free || client !== this.#client) return false;
      await this.#pace();
      if (!this.#free || client !== this.#client) return false;
      const { offset } = answer;
      const piece = bytes.subarray(offset, offset + (this.#o.pieceBytes ?? syncLimits.blobPieceBytes));
      answer = await client.sendPiece(sha256, offset, piece);
      this.#freeAt = this.#o.clock.monotonic() + (piece.byteLength / (this.#o.bytesPerSecond ?? 1_000_000)) * 1_000;
      this.#sending = { name, share: answer.offset / size };
      this.changed.emit();
      // Begun anew by the server because the whole did not have its hash, or a server that never gets on.
      if (answer.offset <= offset && !answer.complete && (restarts += 1) > 5) {
        throw new Error(`the server does not get on with ${name}: ${answer.offset} of ${size}`);
      }
    }
    return true;
  }

  get #free(): boolean {
    const client = this.#client;
    return !this.#stopped && client !== null && !client.isCut && this.#o.link.linked && this.#o.unsent() === 0;
  }

  async #pace(): Promise<void> {
    const wait = this.#freeAt - this.#o.clock.monotonic();
    if (wait > 0) await this.#wake.pause(wait, () => this.#stopped);
  }

  async #failed(error: unknown): Promise<void> {
    if (this.#stopped || error instanceof LinkCut) return;
    const refused = error instanceof ServerError && error.kind === 'stop';
    const { first, waitMs } = this.#retry.failed('blob', refused ? 'refused' : 'unreached');
    this.#o.log[first ? 'warn' : 'debug']({ err: error }, 'the side road is closed for now');
    this.#relinked = false;
    await this.#wake.pause(waitMs, () => this.#stopped || this.#relinked);
  }
}
