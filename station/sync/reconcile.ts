/**
 * Both ends of each stream compared after the greeting: who is behind goes on from where the other is; where the server
 * holds other events a branch begins, and a new epoch where it is ahead of us (docs/server.md, Branches).
 */
import type { HelloAnswer } from '#contract/sync/up.ts';
import type { Log } from '#station/log.ts';
import type { Outbox, OutboxStream } from '#station/store/outbox.ts';
import type { SyncClient } from './client.ts';
import { LinkError } from './problem.ts';

export interface ReconcilePorts {
  readonly outbox: Outbox;
  readonly client: Pick<SyncClient, 'hashes'>;
  readonly now: () => number;
  readonly log: Pick<Log, 'warn'>;
}

export class Reconciler {
  readonly #ports: ReconcilePorts;
  /** Heads beyond the end of a finished stream that were proved to go over ours. */
  readonly #proved = new Set<string>();

  constructor(ports: ReconcilePorts) {
    this.#ports = ports;
  }

  /**
   * @returns true when a branch or an epoch was begun: the server has to be asked for the heads again.
   * @throws LinkError, ServerError, StoreNotWritableError
   */
  async run(heads: HelloAnswer['streams']): Promise<boolean> {
    for (const stream of this.#ports.outbox.streams()) {
      const head = heads.find(({ epoch, branch }) => epoch === stream.epoch && branch === stream.branch);
      if (await this.#one(stream, head ?? { seq: 0, hash: '' })) return true;
    }
    return false;
  }

  async #one(stream: OutboxStream, head: { readonly seq: number; readonly hash: string }): Promise<boolean> {
    const { outbox, now, log } = this.#ports;
    const name = { epoch: stream.epoch, branch: stream.branch };
    if (head.seq < stream.first) {
      if (stream.acked >= stream.first) {
        log.warn({ ...name, acked: stream.acked }, 'the server has nothing of this stream any more; sending it again');
      }
      outbox.acknowledge(stream, stream.first - 1, now());
      return false;
    }
    if (head.seq <= stream.last) {
      if (outbox.hashAt(stream, head.seq) === head.hash) {
        if (head.seq < stream.acked) {
          log.warn(
            { ...name, acked: stream.acked, head: head.seq },
            'the server is behind what it had; sending it again',
          );
        }
        outbox.acknowledge(stream, head.seq, now());
        return false;
      }
      return this.#branch(stream, head.seq);
    }
    return this.#ahead(stream, head);
  }

  /** The server has more than we do: this station was put back from a backup, or the stream is one that was left. */
  async #ahead(stream: OutboxStream, head: { readonly seq: number; readonly hash: string }): Promise<boolean> {
    const { outbox, now, log } = this.#ports;
    const key = `${stream.epochId}/${stream.branch}/${stream.last}/${head.hash}`;
    const empty = stream.last < stream.first;
    if (!stream.current && (empty || this.#proved.has(key))) {
      outbox.acknowledge(stream, stream.last, now());
      return false;
    }
    if (!empty && (await this.#hashThere(stream, stream.last)) !== outbox.hashAt(stream, stream.last)) {
      return this.#branch(stream, stream.last);
    }
    if (!stream.current) {
      this.#proved.add(key);
      outbox.acknowledge(stream, stream.last, now());
      return false;
    }
    await this.#confirm(stream, head.seq, (there) => there === head.hash);
    // Something may have been recorded while we asked; then it differs from what the server has there.
    if (outbox.streams().find(({ current }) => current)?.last !== stream.last) return true;
    outbox.acknowledge(stream, stream.last, now());
    outbox.beginEpoch();
    log.warn(
      { epoch: stream.epoch, last: stream.last, server: head.seq },
      'the server is ahead of this station, which was put back from a backup: a new epoch was begun',
    );
    return true;
  }

  /** @param differs a number under which the two differ. */
  async #branch(stream: OutboxStream, differs: number): Promise<boolean> {
    const { outbox, log } = this.#ports;
    let same = stream.first - 1;
    let other = differs;
    while (other - same > 1) {
      const middle = same + Math.floor((other - same) / 2);
      if ((await this.#hashThere(stream, middle)) === outbox.hashAt(stream, middle)) same = middle;
      else other = middle;
    }
    await this.#confirm(stream, other, (there) => there !== outbox.hashAt(stream, other));
    outbox.branchOff(stream, other);
    log.warn(
      { epoch: stream.epoch, branch: stream.branch, from: other },
      'the server holds other events under these numbers: what this station has from there on becomes a branch',
    );
    return true;
  }

  /** Branches and epochs are for ever: the greeting alone is no reason for one, the server's hashes must say the same. */
  async #confirm(stream: OutboxStream, seq: number, agrees: (hash: string) => boolean): Promise<void> {
    const hash = await this.#hashThere(stream, seq);
    if (agrees(hash)) return;
    throw new LinkError(
      'answer-not-understood',
      `the server's greeting and its hash ${hash} of ${stream.epoch}/${seq} contradict each other`,
    );
  }

  async #hashThere(stream: OutboxStream, seq: number): Promise<string> {
    const { first, hashes } = await this.#ports.client.hashes(stream, seq, 1);
    const hash = hashes[0];
    if (hash !== undefined && first === seq) return hash;
    throw new LinkError(
      'answer-not-understood',
      `the server has no hash of ${stream.epoch}/${seq} that it should have`,
    );
  }
}
