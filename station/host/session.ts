/**
 * Who may talk to the browser host: one address with a one-time token opens a browser, a signed cookie keeps it. The
 * cookie is signed, not remembered, so a screen that was open when the station was killed comes back by itself.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A session ends this long after its page was last loaded. */
const sessionMs = 30 * 24 * 3_600_000;

export interface Sessions {
  /** True once for the one-time token; false for anything else and for every later try. */
  redeem(token: string): boolean;
  /** Value of a `Set-Cookie` header for a session from now on. */
  issue(): string;
  /** Whether a request's `Cookie` header carries a session of this station that is not over. */
  accepts(cookieHeader: string | undefined): boolean;
}

/**
 * @param key from `loadHostKey`.
 * @param port cookies are shared by all ports of a host name, so the port is in the cookie's name.
 * @param now UTC ms.
 */
export function createSessions(key: Buffer, oneTimeToken: string, port: number, now: () => number): Sessions {
  let unused: Buffer | null = Buffer.from(oneTimeToken);
  const name = `linewright-${port}`;
  const sign = (text: string): string => createHmac('sha256', key).update(text).digest('base64url');

  return {
    redeem(token) {
      const given = Buffer.from(token);
      if (unused === null || given.length !== unused.length || !timingSafeEqual(given, unused)) return false;
      unused = null;
      return true;
    },
    issue() {
      const text = `${randomBytes(16).toString('base64url')}.${now() + sessionMs}`;
      return `${name}=${text}.${sign(text)}; Path=/; Max-Age=${sessionMs / 1000}; HttpOnly; SameSite=Strict`;
    },
    accepts(cookieHeader) {
      for (const part of (cookieHeader ?? '').split(';')) {
        const [cookie, value] = part.trim().split('=', 2);
        if (cookie !== name || value === undefined) continue;
        const [id, endsAt, signature] = value.split('.');
        if (id === undefined || endsAt === undefined || signature === undefined) continue;
        const expected = Buffer.from(sign(`${id}.${endsAt}`));
        const given = Buffer.from(signature);
        if (given.length === expected.length && timingSafeEqual(given, expected) && Number(endsAt) > now()) return true;
      }
      return false;
    },
  };
}

/** 192 bits, fit for an address. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}
