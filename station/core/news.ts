/** That something of a feature changed: what its screens are told, with a number that goes up. */
import { newest, watching } from '#station/streams/mailbox.ts';
import { Signal } from '#station/streams/signal.ts';
import type { Core } from './index.ts';

export interface NewsSources {
  /** Whether a fact of this type changes what the screens show. */
  readonly facts: (type: string) => boolean;
  /** Kinds of the server's documents that do. */
  readonly documents?: readonly string[];
  /** The link to the server does. */
  readonly link?: boolean;
}

export interface WatchOptions {
  /** Nobody reads them more often than this, ms. */
  readonly mostOftenMs?: number;
  /** Told also when nothing happened, as time goes on, ms. */
  readonly atLeastMs?: number;
}

export class News {
  readonly #clock: Core['clock'];
  readonly #changed = new Signal<void>();
  #revision = 1;

  /** The configuration changes everything. */
  constructor(
    { appended, catalogue, server, clock }: Pick<Core, 'appended' | 'catalogue' | 'server' | 'clock'>,
    { facts, documents = [], link = false }: NewsSources,
  ) {
    this.#clock = clock;
    appended.listen((events) => {
      if (events.some(({ type }) => facts(type))) this.tell();
    });
    catalogue.changed.listen(this.tell);
    if (link) server.link.onLink(this.tell);
    if (documents.length > 0)
      server.documents.onStored((changed) => {
        if (changed.some(({ kind }) => documents.includes(kind))) this.tell();
      });
  }

  get revision(): number {
    return this.#revision;
  }

  readonly tell = (): void => {
    this.#revision += 1;
    this.#changed.emit();
  };

  /**
   * Once at first, then for news. What is told is made by the reader when it takes one: a slow screen costs nothing and sees
   * the newest.
   */
  watch(signal: AbortSignal | undefined, { mostOftenMs = 0, atLeastMs }: WatchOptions = {}): AsyncGenerator<null> {
    return watching<null>(
      (box) => {
        const put = (): void => box.put(null);
        put();
        const unlisten = this.#changed.listen(put);
        if (atLeastMs === undefined) return unlisten;
        const look = (): { cancel(): void } =>
          this.#clock.setTimer(atLeastMs, () => {
            put();
            timer = look();
          });
        let timer = look();
        return () => {
          unlisten();
          timer.cancel();
        };
      },
      signal,
      newest,
      mostOftenMs,
    );
  }
}
