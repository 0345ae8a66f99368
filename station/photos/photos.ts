/**
 * Photos that people take of things (nonconformances, stops): files by their hash in `photos/` of the data folder. What the
 * server does not have yet lies in `photos/waiting/` and goes up the side road; of other stations, those that somebody looked at.
 * Nothing is deleted.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Photo } from '#contract/events/shared.ts';
import type { Reason } from '#contract/refusal.ts';
import { photoLimit } from '#contract/rpc/base.ts';
import { reason } from '#domain/decision.ts';
import type { Clock } from '#station/clock.ts';
import type { Log } from '#station/log.ts';
import { writeWhole } from '#station/sync/whole-file.ts';

const endings = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' } as const;
type ContentType = keyof typeof endings;
const isEnding = (name: string): ContentType | null =>
  (Object.entries(endings).find(([, ending]) => name.endsWith(`.${ending}`))?.[0] as ContentType | undefined) ?? null;

/** Told by its first bytes (RFC 2046 has no say in it): JPEG SOI, PNG signature, RIFF … WEBP. null: none of them. */
export function pictureType(bytes: Uint8Array): ContentType | null {
  const begins = (...values: readonly number[]): boolean => values.every((value, at) => bytes[at] === value);
  if (begins(0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png';
  const word = (from: number): string => String.fromCharCode(...bytes.subarray(from, from + 4));
  return word(0) === 'RIFF' && word(8) === 'WEBP' ? 'image/webp' : null;
}

export interface Picture {
  readonly bytes: Uint8Array;
  readonly contentType: ContentType;
}

/** Judged before it is kept: what is refused leaves nothing behind. @param data base64. */
export function pictureOf(data: string): Picture | Reason {
  const bytes = Buffer.from(data, 'base64');
  const size = bytes.byteLength;
  if (size > photoLimit) return reason('photo.too-large', { size, limit: photoLimit });
  const contentType = pictureType(bytes);
  return contentType === null ? reason('photo.not-an-image', { size }) : { bytes, contentType };
}

/** A photo on its way up; like what the history sends (station/history/uploads.ts), but bytes as they are. */
export interface PhotoUpload {
  readonly kind: 'photo';
  readonly name: string;
  readonly fromAt: number;
  readonly toAt: number;
  readonly contentType: ContentType;
  content(): Buffer;
  readonly file: string;
}

const isHash = (sha256: string): boolean => /^[0-9a-f]{64}$/.test(sha256);

export class Photos {
  readonly #kept: string;
  readonly #waiting: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #elsewhere: (sha256: string) => Promise<Uint8Array | null>;

  /** @param elsewhere from the server, by its hash; null: it cannot be had now. */
  constructor(
    dataFolder: string,
    clock: Clock,
    log: Log,
    elsewhere: (sha256: string) => Promise<Uint8Array | null> = () => Promise.resolve(null),
  ) {
    this.#kept = join(dataFolder, 'photos');
    this.#waiting = join(this.#kept, 'waiting');
    this.#clock = clock;
    this.#log = log;
    this.#elsewhere = elsewhere;
  }

  /** On the disk when it returns. @throws what the file system throws */
  keep({ bytes, contentType }: Picture): Photo {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    mkdirSync(this.#waiting, { recursive: true });
    if (this.read(sha256) === null) writeWhole(join(this.#waiting, `${sha256}.${endings[contentType]}`), bytes);
    return { sha256, contentType, size: bytes.byteLength };
  }

  /** null: it is not here. */
  read(sha256: string): { readonly contentType: ContentType; readonly bytes: Buffer } | null {
    if (!isHash(sha256)) return null;
    for (const folder of [this.#waiting, this.#kept])
      for (const contentType of Object.keys(endings) as ContentType[])
        try {
          return { contentType, bytes: readFileSync(join(folder, `${sha256}.${endings[contentType]}`)) };
        } catch {
          // Looked for at the next place.
        }
    return null;
  }

  /** As an address for `<img src>`; null: it is not here, and cannot be had now. */
  async url(sha256: string): Promise<{ readonly url: string } | null> {
    const found = this.read(sha256) ?? (await this.#fromElsewhere(sha256));
    if (found === null) return null;
    const { bytes, contentType } = found;
    return { url: `data:${contentType};base64,${Buffer.from(bytes).toString('base64')}` };
  }

  /** One that another station took; kept, so that it is there without the server too the next time. */
  async #fromElsewhere(sha256: string): Promise<Picture | null> {
    if (!isHash(sha256)) return null;
    const bytes = await this.#elsewhere(sha256);
    const contentType = bytes === null ? null : pictureType(bytes);
    if (bytes === null || contentType === null) return null;
    mkdirSync(this.#kept, { recursive: true });
    writeWhole(join(this.#kept, `${sha256}.${endings[contentType]}`), bytes);
    return { bytes, contentType };
  }

  waiting(): number {
    return this.#names().length;
  }

  toUpload(): PhotoUpload | null {
    const [name] = this.#names();
    const contentType = name === undefined ? null : isEnding(name);
    if (name === undefined || contentType === null) return null;
    const file = join(this.#waiting, name);
    const at = this.#clock.now();
    const content = (): Buffer => readFileSync(file);
    return { kind: 'photo', name: `photo/${name}`, fromAt: at, toAt: at, contentType, content, file };
  }

  /** The server has it. */
  uploaded({ file, name }: PhotoUpload): void {
    try {
      renameSync(file, join(this.#kept, name.slice('photo/'.length)));
    } catch (error) {
      this.#log.warn({ err: error, file }, 'a sent photo could not be put away');
    }
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#waiting)
        .filter((name) => /^[0-9a-f]{64}\.\w+$/.test(name) && isEnding(name) !== null)
        .sort();
    } catch {
      return [];
    }
  }
}
