/** A plant server in memory, for tests of what a station does with its documents, its link and its key. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { documentKinds, type DocumentBody, type DocumentKind } from '#contract/sync/down.ts';
import type { ProjectedDocument } from '#station/store/projection.ts';
import type { Store } from '#station/store/store.ts';
import type { ManualClock } from '#station/store/test-kit.ts';
import { Signal } from '#station/streams/signal.ts';
import type { DocumentSource, ServerDocument, ServerLink, ServerParts, StationSigner } from './ports.ts';

/** A plant server as the station sees it: documents come, the link comes and goes, and the station has a key. */
export class FakeServer implements ServerParts {
  /** Changes with a restart of the station. */
  store: Store;
  state: ServerLink = { configured: false, linked: false, sinceAt: null, current: false };
  /** null: this station was not enrolled. */
  key: StationSigner | null = null;
  readonly kept = new Map<string, Uint8Array>();
  readonly #clock: ManualClock;
  readonly #stored = new Signal<readonly ProjectedDocument[]>();
  readonly #pictures = new Signal<string>();
  readonly #link = new Signal<void>();
  #version = 0;

  constructor(store: Store, clock: ManualClock) {
    this.store = store;
    this.#clock = clock;
  }

  readonly documents: DocumentSource = {
    documents: (kind) => this.store.documents.all(kind).map((document) => readable(kind, document)),
    document: (kind, id) => {
      const document = this.store.documents.get(kind, id);
      return document === null ? null : readable(kind, document);
    },
    onStored: (listener) => this.#stored.listen(listener),
  };
  readonly link = {
    serverLink: (): ServerLink => this.state,
    onLink: (listener: () => void): (() => void) => this.#link.listen(listener),
  };
  readonly signer = (): StationSigner | null => this.key;
  readonly pictures = {
    picture: (sha256: string): Uint8Array | null => this.kept.get(sha256) ?? null,
    onStored: (listener: (sha256: string) => void): (() => void) => this.#pictures.listen(listener),
  };

  linked(): this {
    this.state = { configured: true, linked: true, sinceAt: this.#clock.now(), current: true };
    this.#link.emit();
    return this;
  }
  cut(): this {
    this.state = { configured: true, linked: false, sinceAt: this.#clock.now(), current: false };
    this.#link.emit();
    return this;
  }
  /** @param body null: it is gone. */
  send(...documents: readonly (readonly [kind: DocumentKind, id: string, body: unknown])[]): void {
    const sent = documents.map(([kind, id, body]) => ({ kind, id, version: (this.#version += 1), body }));
    const answer = { reset: false, documents: sent, cursor: String(this.#version), more: false };
    this.#stored.emit(this.store.documents.apply(answer, this.#clock.now()));
  }
  sendPicture(sha256: string, bytes: Uint8Array): void {
    this.kept.set(sha256, bytes);
    this.#pictures.emit(sha256);
  }
  /** Another station's key, made known by its document. @returns what signs with it. */
  keyOf(stationId: string, revokedAt: number | null = null): StationSigner {
    const signer = newSigner();
    const { keyId, publicKey } = signer;
    this.send(['station-key', keyId, { keyId, stationId, publicKey, revokedAt }]);
    return signer;
  }
}

const readable = <K extends DocumentKind>(kind: K, document: ProjectedDocument): ServerDocument<K> => ({
  ...document,
  body: documentKinds[kind].parse(document.body) as DocumentBody<K>,
});

export function newSigner(): StationSigner & { readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  return {
    keyId: createHash('sha256').update(Buffer.from(x, 'base64url')).digest('hex').slice(0, 16),
    publicKey: x,
    sign: (bytes) => sign(null, bytes, privateKey),
  };
}
