/**
 * One TCP connection with secure channel and session. Made again by the driver after every break; node-opcua's own
 * reconnection is switched off so that one place decides when to try, what to keep and what to say.
 */
import { readFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import {
  type ClientSecureChannelLayer,
  MessageSecurityMode,
  OPCUAClient,
  SecurityPolicy,
  type UserIdentityInfo,
  UserTokenType,
  setErrorLogger,
  setWarningLogger,
} from 'node-opcua-client';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import type { DriverClock } from '#contract/driver.ts';
import type { OpcuaSettings } from './manifest.ts';
import type { RawSession } from './subscription.ts';

const connectMs = 5_000;
const closeMs = 1_500;

/** The password file cannot be read: a person has to act. */
export class SettingsFault extends Error {}

/** @throws Error `<what> timed out` after `ms`. */
export async function within<T>(clock: DriverClock, ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: { cancel(): void } | null = null;
  const late = new Promise<never>((_resolve, reject) => {
    timer = clock.setTimer(ms, () => reject(new Error(`${what} timed out after ${ms} ms`)));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    (timer as { cancel(): void } | null)?.cancel();
  }
}

const managers = new Map<string, OPCUACertificateManager>();

const certificateKey = (settings: OpcuaSettings, folder: string): string =>
  `${settings.trustUnknownServer} ${settings.securityMode === 'None'} ${folder}`;

function certificateFolder(settings: OpcuaSettings): string {
  return settings.certificateFolder ?? path.join(tmpdir(), `linewright-opcua-client-${userInfo().username}`);
}

/**
 * Reads the folder anew at the next attempt: a person may have trusted the server meanwhile. Instead of watching the
 * folder, whose watchers would outlive the connection.
 */
function forgetCertificates(settings: OpcuaSettings): void {
  if (settings.securityMode !== 'None') managers.delete(certificateKey(settings, certificateFolder(settings)));
}

/** One per folder: its key is read, its folders are scanned once. */
function certificateManager(settings: OpcuaSettings): OPCUACertificateManager {
  // What node-opcua has to say comes as errors to whoever asked; the console belongs to the station.
  setWarningLogger(() => undefined);
  setErrorLogger(() => undefined);
  const rootFolder = certificateFolder(settings);
  const key = certificateKey(settings, rootFolder);
  let manager = managers.get(key);
  if (manager === undefined) {
    manager = new OPCUACertificateManager({
      rootFolder,
      automaticallyAcceptUnknownCertificate: settings.trustUnknownServer,
      disableFileWatchers: true,
    });
    managers.set(key, manager);
  }
  return manager;
}

async function identity(settings: OpcuaSettings): Promise<UserIdentityInfo> {
  if (settings.userName === undefined) return { type: UserTokenType.Anonymous };
  let password = '';
  if (settings.passwordFile !== undefined) {
    try {
      password = (await readFile(settings.passwordFile, 'utf8')).replace(/\r?\n$/, '');
    } catch {
      throw new SettingsFault(`the password file ${settings.passwordFile} cannot be read`);
    }
  }
  return { type: UserTokenType.UserName, userName: settings.userName, password };
}

export class Connection {
  readonly #clock: DriverClock;
  readonly #client: OPCUAClient;
  #channel: ClientSecureChannelLayer | null = null;
  #closed = false;
  /** The session that this connection carries once it is open. */
  session: RawSession | null = null;

  /** @param lost called once when the connection ends without `close` or `abandon`. */
  constructor(clock: DriverClock, settings: OpcuaSettings, lost: () => void) {
    this.#clock = clock;
    this.#client = OPCUAClient.create({
      applicationName: 'Linewright',
      clientName: 'Linewright',
      securityMode: MessageSecurityMode[settings.securityMode],
      securityPolicy: SecurityPolicy[settings.securityPolicy],
      // A server often announces itself under a host name that only its own network knows.
      endpointMustExist: false,
      requestedSessionTimeout: settings.sessionTimeoutMs,
      keepSessionAlive: false,
      keepPendingSessionsOnDisconnect: true,
      clientCertificateManager: certificateManager(settings),
      connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 100 },
      defaultTransactionTimeout: 10_000,
      transportTimeout: Math.max(60_000, settings.silentAfterMs * 4),
    });
    this.#client.on('secure_channel_created', (channel) => (this.#channel = channel));
    this.#client.on('close', () => {
      if (this.#closed) return;
      this.#closed = true;
      lost();
    });
  }

  /**
   * @param previous session of a broken connection, taken up again where the server still has it.
   * @param discard end `previous` at the server instead, so that it does not hold one of its few places.
   * @returns whether `previous` lives on. @throws when there is no connection or no session.
   */
  async open(settings: OpcuaSettings, previous: RawSession | null, discard = false): Promise<boolean> {
    const user = await identity(settings);
    try {
      await within(this.#clock, connectMs, 'connecting', this.#client.connect(settings.endpoint));
    } catch (error) {
      forgetCertificates(settings);
      throw error;
    }
    if (previous !== null) {
      try {
        await within(this.#clock, connectMs, 'ActivateSession', this.#client.reactivateSession(previous));
        if (!discard) {
          this.session = previous;
          return true;
        }
        await within(this.#clock, connectMs, 'CloseSession', previous.close(true));
      } catch {
        // The server does not know the session any more (it restarted, or the time was up): a new one follows.
      }
    }
    const created = await within(this.#clock, connectMs, 'CreateSession', this.#client.createSession(user));
    this.session = created as RawSession;
    return false;
  }

  /** Drops the TCP connection and leaves session and subscription on the server, to be taken up again. */
  abandon(): void {
    this.#closed = true;
    this.#channel?.forceConnectionBreak();
    this.#client.disconnect().catch(() => undefined);
  }

  /** Ends session and subscription on the server; never takes longer than a few seconds. */
  async close(): Promise<void> {
    this.#closed = true;
    try {
      if (this.session !== null) await within(this.#clock, closeMs, 'CloseSession', this.session.close(true));
      await within(this.#clock, closeMs, 'disconnecting', this.#client.disconnect());
    } catch {
      this.abandon();
    }
  }
}
