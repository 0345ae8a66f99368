/** Which server this station belongs to: `server.json` in the data folder, written when it enrolled. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { enrolAnswerSchema, enrolmentCode, type Enrol } from '#contract/sync/enrol.ts';
import { syncErrorSchema, syncPaths } from '#contract/sync/protocol.ts';
import { HttpRoad } from './http.ts';
import { dropIdentity, makeIdentity, readIdentity, type Identity } from './identity.ts';
import { LinkError, ServerError } from './problem.ts';
import { writeWhole } from './whole-file.ts';

const enrolmentSchema = z.object({
  /** Origin, e.g. `https://plant.example:8443`. */
  url: z.string(),
  plantId: z.string(),
  stationId: z.string(),
  keyId: z.string(),
  /** UTC ms. */
  enrolledAt: z.number(),
  /** PEM file of the authority of the server's certificate, absolute or relative to the data folder. */
  caFile: z.string().nullable().default(null),
});
export type Enrolment = z.infer<typeof enrolmentSchema>;

/** Enrolment and key belong together; neither is of use alone. */
export interface Membership {
  readonly enrolment: Enrolment;
  readonly identity: Identity;
  /** PEM. */
  readonly ca: string | null;
}

const fileOf = (folder: string): string => join(folder, 'server.json');
/**
 * Certificates (PEM) that the administrator put into the data folder: the authority of the server's, where the system does
 * not know it. Taken up when the station enrols.
 */
const caBeside = 'server-ca.pem';

/**
 * null: this station belongs to no server.
 * @throws Error naming the file that is wrong and what to do
 */
export function readMembership(folder: string): Membership | null {
  let text: string;
  try {
    text = readFileSync(fileOf(folder), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const parsed = parse(text);
  if (parsed === null) throw new Error(`${fileOf(folder)} cannot be read; delete it and enrol this station again`);
  const identity = readIdentity(folder);
  if (identity === null) throw new Error(`server.key is missing beside ${fileOf(folder)}; enrol this station again`);
  if (identity.keyId !== parsed.keyId) {
    throw new Error(`server.key is not the key that ${fileOf(folder)} names; enrol this station again`);
  }
  return { enrolment: parsed, identity, ca: readCa(folder, parsed.caFile) };
}

export function forgetMembership(folder: string): void {
  rmSync(fileOf(folder), { force: true });
  dropIdentity(folder);
}

/** @returns the origin; null when it is no address of a server (only scheme, host and port). */
export function serverOrigin(address: string): string | null {
  const typed = address.trim();
  try {
    const url = new URL(/^[a-z]+:\/\//i.test(typed) ? typed : `https://${typed}`);
    const plain =
      url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
    return plain && ['http:', 'https:'].includes(url.protocol) && url.hostname !== '' ? url.origin : null;
  } catch {
    return null;
  }
}

/** As people type it: lower case, spaces, O for 0, I and L for 1. @returns null when it can be no code. */
export function normalCode(typed: string): string | null {
  const code = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return enrolmentCode.test(code) ? `${code.slice(0, 4)}-${code.slice(4)}` : null;
}

export interface EnrolRequest {
  /** From `serverOrigin`. */
  readonly origin: string;
  /** From `normalCode`. */
  readonly code: string;
  readonly plantId: string;
  readonly stationId: string;
  readonly version: string;
  /** null: `server-ca.pem` of the data folder, where it is, else what the system knows. */
  readonly caFile: string | null;
  /** UTC ms. */
  readonly now: number;
}

/**
 * Proves by the code that this station belongs to the plant and keeps server and key. A key that was made for an attempt
 * whose answer never came is used again, so that the server knows the attempt again.
 * @throws LinkError, ServerError, OtherPlantError; the membership before stays then
 */
export async function enrol(folder: string, request: EnrolRequest): Promise<Membership> {
  const { origin, code, plantId, stationId, version, now } = request;
  const caFile = request.caFile ?? (existsSync(join(folder, caBeside)) ? caBeside : null);
  const ca = readCa(folder, caFile);
  const identity = pendingIdentity(folder);
  const road = new HttpRoad(origin, ca);
  try {
    const body: Enrol = { code, stationId, plantId, publicKey: identity.publicKey, version };
    const answer = await road.ask({
      method: 'POST',
      path: syncPaths.enrol,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
      // A call of the screen waits 5 s for its answer.
      silenceMs: 4_000,
    });
    const json = parseJson(answer.body);
    if (answer.status !== 200) {
      const refusal = syncErrorSchema.safeParse(json);
      if (refusal.success) throw new ServerError(answer.status, refusal.data);
      throw new LinkError(
        'answer-not-understood',
        `HTTP ${answer.status} without a reason; is ${origin} the plant server?`,
      );
    }
    const accepted = enrolAnswerSchema.safeParse(json);
    if (!accepted.success || accepted.data.keyId !== identity.keyId || accepted.data.stationId !== stationId) {
      throw new LinkError('answer-not-understood', `${origin} does not answer as a plant server does`);
    }
    const enrolment: Enrolment = {
      url: origin,
      plantId: accepted.data.plantId,
      stationId,
      keyId: identity.keyId,
      enrolledAt: now,
      caFile,
    };
    writeWhole(fileOf(folder), `${JSON.stringify(enrolment, null, 2)}\n`);
    return { enrolment, identity, ca };
  } finally {
    road.close();
  }
}

/** A key that is enrolled is not enrolled a second time: whoever enrols again may do so because it was revoked. */
function pendingIdentity(folder: string): Identity {
  let pending: Identity | null = null;
  try {
    pending = readIdentity(folder);
    if (parse(readFileSync(fileOf(folder), 'utf8'))?.keyId === pending?.keyId) pending = null;
  } catch {
    // No enrolment yet, or a key that cannot be read: the new one takes its place.
  }
  return pending ?? makeIdentity(folder);
}

function readCa(folder: string, caFile: string | null): string | null {
  if (caFile === null) return null;
  const path = isAbsolute(caFile) ? caFile : join(folder, caFile);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`the certificate file ${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function parse(text: string): Enrolment | null {
  const parsed = enrolmentSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

export function parseJson(text: string | Buffer): unknown {
  try {
    return JSON.parse(text.toString()) as unknown;
  } catch {
    return undefined;
  }
}
