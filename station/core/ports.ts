/** What the core needs of other rooms of the station, no wider than it is used. `compose.ts` puts the real ones in. */
import type { DeviceCondition, DriverArgument, DriverResult } from '#contract/driver.ts';
import type { LiveReading, Reading, TagValue } from '#contract/reading.ts';
import type { DocumentBody, DocumentKind } from '#contract/sync/down.ts';
import type { ScannedComponent } from '#domain/facts.ts';
import type { Store } from '#station/store/store.ts';
import type { Signal } from '#station/streams/signal.ts';

/** The tag hub (station/tags). */
export interface LiveSource {
  /** The newest reading with the supervisor's judgement of its age; null: unknown tag or never a reading. */
  live(tagId: string): LiveReading | null;
  /** The lossless road: every reading of these tags, in order. @returns how to stop. */
  subscribe(
    tagIds: readonly string[],
    listener: (readings: readonly (Reading & { readonly tagId: string })[]) => void,
  ): () => void;
}

/** The device manager (station/devices). Nothing here rejects. */
export interface DeviceSource {
  condition(deviceId: string): (Pick<DeviceCondition, 'state'> & Partial<Pick<DeviceCondition, 'params'>>) | null;
  /** UTC ms since when the present state holds. */
  since(deviceId: string): number | null;
  /** Each reading of it is an act of a person. */
  pushes(deviceId: string): boolean;
  /** What the device says its serial number is; null: it tells none. */
  serialNumber(deviceId: string): string | null;
  /** Not of this tag of it: a needle shows it. */
  isLive(tagId: string): boolean;
  /** Writes and reads back; `value` is what the device holds now. */
  write(tagId: string, value: TagValue): Promise<DriverResult<TagValue>>;
  /** Asks the device now, past any cache, in the order of `tagIds`. */
  read(
    tagIds: readonly string[],
  ): Promise<DriverResult<readonly { readonly tagId: string; readonly reading: Reading }[]>>;
  call(
    deviceId: string,
    object: string,
    method: string,
    args: readonly DriverArgument[],
  ): Promise<DriverResult<readonly TagValue[]>>;
  readonly onChange: Pick<Signal<number>, 'listen'>;
}

/** The history file (station/history), for the curve of a finished machine cycle. */
export interface TraceStore {
  /** May throw; the cycle's results are recorded without a curve then. */
  putTrace(traceId: string, x: readonly number[], y: readonly number[], meta?: unknown): void;
  getTrace(traceId: string): { readonly x: readonly number[]; readonly y: readonly number[] } | null;
}

/** Reads a component's label (domain/scan); null: not understood as one. */
export type ParseComponent = (code: string) => ScannedComponent | null;

export interface Ids {
  /** Unique for ever, at most 64 characters. */
  next(): string;
}

export type CoreStore = Pick<Store, 'state' | 'append' | 'eventsOfCommand' | 'read' | 'onAppended'>;

/** One document of the server as this station has it. */
export interface ServerDocument<K extends DocumentKind = DocumentKind> {
  /** Of a file its path, else serial, order, block, key or case id. */
  readonly id: string;
  readonly version: number;
  /** UTC ms when it came here. */
  readonly receivedAt: number;
  readonly body: DocumentBody<K>;
}

/** What the server sent and this station keeps (station/sync); nothing on a station without a server. */
export interface DocumentSource {
  /** In order of id. Documents whose body this program cannot read are left out. */
  documents<K extends DocumentKind>(kind: K): readonly ServerDocument<K>[];
  /** null: unknown, gone, or its body cannot be read. */
  document<K extends DocumentKind>(kind: K, id: string): ServerDocument<K> | null;
  /** After they are on disk: what came, changed or went. @returns how to stop. */
  onStored(listener: (changed: readonly { readonly kind: string; readonly id: string }[]) => void): () => void;
}

/** The road to the server (station/sync). */
export interface ServerLink {
  readonly configured: boolean;
  readonly linked: boolean;
  /** UTC ms since when `linked` is as it is; null: never linked since the start. */
  readonly sinceAt: number | null;
  /** What the server has for this station is here: it was asked since it is linked, and had no more. */
  readonly current: boolean;
}
export interface ServerLinkSource {
  serverLink(): ServerLink;
  /** `serverLink` may be another. @returns how to stop. */
  onLink(listener: () => void): () => void;
}

/** This station's key, for label passports (station/sync); null: it has none yet (not enrolled). */
export interface StationSigner {
  readonly keyId: string;
  /** @returns the Ed25519 signature, 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array;
}
export type SignerSource = () => StationSigner | null;

/** Pictures of released files, by the hash of their bytes (station/sync). */
export interface PictureSource {
  /** null: it has not come yet. */
  picture(sha256: string): Uint8Array | null;
  /** @returns how to stop. */
  onStored(listener: (sha256: string) => void): () => void;
}

/** What the core needs of station/sync. */
export interface ServerParts {
  readonly documents: DocumentSource;
  readonly link: ServerLinkSource;
  readonly signer: SignerSource;
  readonly pictures: PictureSource;
}
