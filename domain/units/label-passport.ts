/**
 * The passport printed on a unit: a text short enough for a small DataMatrix or QR code, signed by the station that printed
 * it, so that another station can believe it without a network (docs/server.md). Pure; whoever calls brings the signature.
 *
 * `LWP`, version, `:` and, in base 41 (two bytes to three characters that every symbology and keyboard wedge carries): body,
 * then 64 bytes Ed25519 over the version's domain and the body. Body: flags, 8 bytes key id, issued (seconds), serial, order,
 * material, definition (when it is not named as the material), revision, table of stations, origin, passed operations. Numbers
 * are LEB128; times are seconds before the issue, zigzag (clocks of stations may differ in either direction).
 *
 * Version 2 is written of units that were reworked, and of no other, so that older programs read all others: before the passed
 * operations a table of rework orders, in each of these the orders that its run knew, and at the end what was ordered. Version 3
 * is written of units that are used under a concession, and of no other: as version 2, and then the concessions.
 */
import type { PassportConcession, PassportRework } from '#contract/passport.ts';
import { base41, fromBase41 } from './base41.ts';

export interface LabelPassport {
  readonly serial: string;
  readonly orderId: string;
  readonly materialId: string;
  readonly definitionId: string;
  readonly revision: string;
  readonly origin: { readonly stationId: string; readonly at: number };
  readonly passed: readonly {
    readonly operationId: string;
    /** null: it was not told where and when. */
    readonly stationId: string | null;
    readonly at: number | null;
    /** Rework orders that its run knew; left out: none. */
    readonly reworks?: readonly string[] | undefined;
  }[];
  /** Orders to do operations again, as in the passport; `at` to the second. */
  readonly reworks: readonly PassportRework[];
  /** Under which it is used as it is, as in the passport; times to the second. Left out: none. */
  readonly concessions?: readonly PassportConcession[] | undefined;
  /** Every operation has passed. */
  readonly completed: boolean;
  /** UTC ms, to the second, as every time here. */
  readonly issuedAt: number;
  /** 16 hex digits (contract/sync/enrol.ts). */
  readonly keyId: string;
}

/** What became of the signature: of whose key it is said to be, and when that key was revoked. */
export interface LabelCheck {
  readonly signature: 'right' | 'wrong' | 'key-unknown';
  /** null: the key is not known. */
  readonly stationId: string | null;
  readonly revokedAt: number | null;
}

const labelPrefix = 'LWP';
type Version = 1 | 2 | 3;
function versionOf({ passed, reworks, concessions = [] }: LabelPassport): Version {
  if (concessions.length > 0) return 3;
  return reworks.length > 0 || passed.some((pass) => pass.reworks !== undefined) ? 2 : 1;
}
/** What the signature is for, so that none made for something else, or for another version, is ever taken for one of a label. */
const labelDomain = (version: Version): string => `linewright/label-passport/${version}\u0000`;
const signatureBytes = 64;

/** Any version of it: what a scan is told from. */
export const isLabelPassport = (text: string): boolean => /^LWP[1-9]\d{0,2}:/.test(text);

/** What is signed: domain and body. */
export function labelBytes(label: LabelPassport): Uint8Array {
  return signedBytes(versionOf(label), bodyOf(label));
}

/** @param signature Ed25519 over `labelBytes(label)`, 64 bytes. */
export function encodeLabel(label: LabelPassport, signature: Uint8Array): string {
  if (signature.length !== signatureBytes) throw new Error(`a signature has 64 bytes, not ${signature.length}`);
  return `${labelPrefix}${versionOf(label)}:${base41([...bodyOf(label), ...signature])}`;
}

export type DecodedLabel =
  | {
      readonly ok: true;
      readonly label: LabelPassport;
      readonly signed: Uint8Array;
      readonly signature: Uint8Array;
    }
  | { readonly ok: false; readonly problem: 'damaged' | 'version-unknown'; readonly version: number | null };

/** Never throws, whatever the text. That it could be read says nothing yet: the signature must be checked. */
export function decodeLabel(text: string): DecodedLabel {
  const head = /^LWP([1-9]\d{0,2}):/.exec(text);
  const found = head === null ? null : Number(head[1]);
  const damaged = { ok: false, problem: 'damaged', version: found } as const;
  if (head === null) return damaged;
  if (found !== 1 && found !== 2 && found !== 3) return { ok: false, problem: 'version-unknown', version: found };
  const bytes = fromBase41(text.slice(head[0].length));
  if (bytes === null || bytes.length <= signatureBytes) return damaged;
  const body = bytes.slice(0, -signatureBytes);
  const label = readBody(found, body);
  if (label === null) return damaged;
  return { ok: true, label, signed: signedBytes(found, body), signature: bytes.slice(-signatureBytes) };
}

function signedBytes(version: Version, body: ArrayLike<number>): Uint8Array {
  const domain = new TextEncoder().encode(labelDomain(version));
  const all = new Uint8Array(domain.length + body.length);
  all.set(domain);
  all.set(body, domain.length);
  return all;
}

const seconds = (ms: number): number => Math.floor(ms / 1000);
const flagSameName = 1;
const flagCompleted = 2;

function bodyOf(label: LabelPassport): readonly number[] {
  const { serial, orderId, materialId, definitionId, revision, origin, passed, completed, issuedAt, keyId } = label;
  const { reworks, concessions = [] } = label;
  const issued = seconds(issuedAt);
  const out: number[] = [];
  const sameName = definitionId === materialId;
  out.push((sameName ? flagSameName : 0) | (completed ? flagCompleted : 0));
  for (let i = 0; i < 16; i += 2) out.push(Number.parseInt(keyId.slice(i, i + 2), 16));
  putNumber(out, issued);
  for (const text of [serial, orderId, materialId, ...(sameName ? [] : [definitionId]), revision]) putText(out, text);
  const stations = [
    ...new Set([
      origin.stationId,
      ...passed.flatMap((p) => (p.stationId === null ? [] : [p.stationId])),
      ...reworks.map(({ stationId }) => stationId),
      ...concessions.map(({ stationId }) => stationId),
    ]),
  ];
  putNumber(out, stations.length);
  for (const station of stations) putText(out, station);
  putNumber(out, zigzag(issued - seconds(origin.at)));
  const orders = versionOf(label) === 1 ? null : ordersOf(label);
  if (orders !== null) putList(out, orders, putId);
  putNumber(out, passed.length);
  for (const pass of passed) {
    putText(out, pass.operationId);
    putNumber(out, pass.stationId === null ? 0 : stations.indexOf(pass.stationId) + 1);
    putNumber(out, pass.at === null ? 0 : zigzag(issued - seconds(pass.at)) + 1);
    if (orders !== null) putList(out, pass.reworks ?? [], (to, id) => putNumber(to, orders.indexOf(id)));
  }
  if (orders === null) return out;
  putNumber(out, reworks.length);
  for (const { reworkId, nonconformanceId, kind, operations, ends, stationId, at } of reworks) {
    putNumber(out, orders.indexOf(reworkId));
    putId(out, nonconformanceId);
    putNumber(out, kinds.indexOf(kind));
    putList(out, operations, putText);
    putList(out, ends, putText);
    putNumber(out, stations.indexOf(stationId));
    putNumber(out, zigzag(issued - seconds(at)));
  }
  if (versionOf(label) === 3)
    putList(
      out,
      concessions,
      (to, { dispositionId, nonconformanceId, defectText, number, expiresAt, stationId, at, by }) => {
        putId(to, dispositionId);
        putId(to, nonconformanceId);
        putText(to, defectText.en);
        putText(to, defectText.de);
        putText(to, number);
        putNumber(to, expiresAt === null ? 0 : zigzag(issued - seconds(expiresAt)) + 1);
        putNumber(to, stations.indexOf(stationId));
        putNumber(to, zigzag(issued - seconds(at)));
        // Of a person; nobody else may grant one.
        putText(to, by.kind === 'person' ? by.id : '');
      },
    );
  return out;
}

const kinds: readonly PassportRework['kind'][] = ['rework', 'repair'];

/** Ids of all orders, also of those that a run knew and that were not heard of here themselves. */
const ordersOf = ({ passed, reworks }: LabelPassport): readonly string[] =>
  [...new Set([...reworks.map(({ reworkId }) => reworkId), ...passed.flatMap((pass) => pass.reworks ?? [])])].sort();

function putList<T>(out: number[], items: readonly T[], put: (out: number[], item: T) => void): void {
  putNumber(out, items.length);
  for (const item of items) put(out, item);
}

/** Thrown and caught in this file only. */
class Damaged extends Error {}

function readBody(version: Version, body: Uint8Array): LabelPassport | null {
  try {
    const from = new Reader(body);
    const flags = from.byte();
    if (flags > (flagSameName | flagCompleted)) return null;
    const keyId = Array.from({ length: 8 }, () => from.byte().toString(16).padStart(2, '0')).join('');
    const issued = from.number();
    const [serial, orderId, materialId] = [from.text(), from.text(), from.text()];
    const definitionId = (flags & flagSameName) === 0 ? from.text() : materialId;
    const revision = from.text();
    const stations = from.list(() => from.text());
    const origin = { stationId: stations[0] ?? from.fail(), at: (issued - unzigzag(from.number())) * 1000 };
    const orders = version === 1 ? null : from.list(() => from.id());
    const order = (): string => orders?.[from.number()] ?? from.fail();
    const concession = (): PassportConcession => {
      const [dispositionId, nonconformanceId] = [from.id(), from.id()];
      const defectText = { en: from.text(), de: from.text() };
      const number = from.text();
      const until = from.number();
      const stationId = stations[from.number()] ?? from.fail();
      const at = (issued - unzigzag(from.number())) * 1000;
      const person = from.text();
      return {
        dispositionId,
        nonconformanceId,
        defectText,
        number,
        expiresAt: until === 0 ? null : (issued - unzigzag(until - 1)) * 1000,
        stationId,
        at,
        by: person === '' ? { kind: 'system' } : { kind: 'person', id: person },
      };
    };
    const passed = from.list(() => {
      const operationId = from.text();
      const station = from.number();
      const before = from.number();
      const knew = orders === null ? [] : from.list(order);
      return {
        operationId,
        stationId: station === 0 ? null : (stations[station - 1] ?? from.fail()),
        at: before === 0 ? null : (issued - unzigzag(before - 1)) * 1000,
        ...(knew.length === 0 ? {} : { reworks: knew }),
      };
    });
    const reworks =
      orders === null
        ? []
        : from.list((): PassportRework => ({
            reworkId: order(),
            nonconformanceId: from.id(),
            kind: kinds[from.number()] ?? from.fail(),
            operations: from.list(() => from.text()),
            ends: from.list(() => from.text()),
            stationId: stations[from.number()] ?? from.fail(),
            at: (issued - unzigzag(from.number())) * 1000,
          }));
    const concessions = version !== 3 ? [] : from.list(concession);
    from.end();
    const completed = (flags & flagCompleted) !== 0;
    const issuedAt = issued * 1000;
    return {
      serial,
      orderId,
      materialId,
      definitionId,
      revision,
      origin,
      passed,
      reworks,
      ...(concessions.length === 0 ? {} : { concessions }),
      completed,
      issuedAt,
      keyId,
    };
  } catch (error) {
    if (error instanceof Damaged) return null;
    throw error;
  }
}

const zigzag = (n: number): number => (n < 0 ? -2 * n - 1 : 2 * n);
const unzigzag = (n: number): number => (n % 2 === 0 ? n / 2 : -(n + 1) / 2);

/** LEB128; at most 53 bits. */
function putNumber(out: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  out.push(rest);
}

/** 39 characters: with one place for "none" three of them go into two bytes (40^3 = 64,000). */
const packed = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-._';
const isPacked = /^[0-9A-Z\-._]*$/;
const asNumber = /^(?:0|[1-9]\d{0,11})$/;

/**
 * A first byte of kind (2 bits) and length (6 bits; 63: the length follows): 0 UTF-8, 1 packed, 2 a decimal number that
 * follows as LEB128 (length unused), 3 the number 0 to 63 in the length itself.
 */
function putText(out: number[], text: string): void {
  if (asNumber.test(text)) {
    const value = Number(text);
    if (value < 64) out.push((3 << 6) | value);
    else {
      out.push(2 << 6);
      putNumber(out, value);
    }
    return;
  }
  const short = isPacked.test(text);
  const bytes = short ? [] : [...new TextEncoder().encode(text)];
  const length = short ? text.length : bytes.length;
  out.push(((short ? 1 : 0) << 6) | Math.min(length, 63));
  if (length >= 63) putNumber(out, length);
  if (!short) {
    out.push(...bytes);
    return;
  }
  for (let i = 0; i < text.length; i += 3) {
    const at = (n: number): number => (i + n < text.length ? packed.indexOf(text[i + n] ?? '') : 39);
    const three = at(0) * 1600 + at(1) * 40 + at(2);
    out.push(three >> 8, three & 255);
  }
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** 1 and the 16 bytes of a UUID as we write them (RFC 9562, small letters), else 0 and the text. */
function putId(out: number[], id: string): void {
  if (!uuid.test(id)) {
    out.push(0);
    putText(out, id);
    return;
  }
  const hex = id.replaceAll('-', '');
  out.push(1);
  for (let i = 0; i < 32; i += 2) out.push(Number.parseInt(hex.slice(i, i + 2), 16));
}

/** No label of ours says more of one thing. */
const mostOfOneThing = 200;
const longestText = 256;

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  fail(): never {
    throw new Damaged();
  }
  byte(): number {
    return this.#bytes[this.#at++] ?? this.fail();
  }
  number(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 49; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (value > Number.MAX_SAFE_INTEGER / 1000) this.fail();
      if (byte < 128) return value;
    }
    return this.fail();
  }
  list<T>(each: () => T): T[] {
    const length = this.number();
    return length <= mostOfOneThing ? Array.from({ length }, each) : this.fail();
  }
  id(): string {
    const kind = this.byte();
    if (kind === 0) return this.text();
    if (kind !== 1) this.fail();
    const hex = Array.from({ length: 16 }, () => this.byte().toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }
  text(): string {
    const head = this.byte();
    const kind = head >> 6;
    if (kind === 3) return String(head & 63);
    if (kind === 2) return String(this.number());
    const length = (head & 63) === 63 ? this.number() : head & 63;
    if (length > longestText) this.fail();
    if (kind === 0) {
      const bytes = Uint8Array.from({ length }, () => this.byte());
      try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
      } catch {
        return this.fail();
      }
    }
    let text = '';
    for (let i = 0; i < length; i += 3) {
      const three = this.byte() * 256 + this.byte();
      for (const digit of [Math.floor(three / 1600), Math.floor(three / 40) % 40, three % 40].slice(0, length - i))
        text += packed[digit] ?? this.fail();
    }
    return text;
  }
  end(): void {
    if (this.#at !== this.#bytes.length) this.fail();
  }
}
