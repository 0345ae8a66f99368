/** One connection to the broker, MQTT 5. Never reconnects by itself: each connection needs a will of its own. */
import type { Socket } from 'node:net';
import mqtt from 'mqtt';
import type { PublishProblem } from '#contract/publish-state.ts';
import { PublishError, problemOf } from './publish-error.ts';

export interface Will {
  readonly topic: string;
  readonly payload: Buffer;
}
export interface BrokerOptions {
  readonly url: string;
  readonly clientId: string;
  readonly userName: string | null;
  readonly password: string | null;
  /** PEM. Authority of the broker's certificate; null: those that Node knows. */
  readonly ca: string | null;
  /** PEM of this client's own certificate and key; null: it shows none. */
  readonly certificate: string | null;
  readonly key: string | null;
  readonly will: Will | null;
}
export interface Broker {
  readonly open: boolean;
  /** Throws why the connection ended. @throws PublishError */
  failed(): never;
  /** Resolves when the bytes were handed over (QoS 0) or acknowledged (QoS 1). */
  publish(topic: string, payload: Buffer, how: { readonly qos: 0 | 1; readonly retain: boolean }): Promise<void>;
  /** Resolves when the broker has acknowledged it; a broker takes packets in order, so it has all that went before. */
  subscribe(topic: string): Promise<void>;
  onMessage(listener: (topic: string, payload: Buffer) => void): void;
  /** At most once; also when it was never fully open. */
  onClosed(listener: (reason: string) => void): void;
  /** @param tellWill the broker publishes the will all the same (MQTT 5, 3.14.2.1, reason 0x04). */
  close(tellWill: boolean): Promise<void>;
}
export type OpenBroker = (options: BrokerOptions) => Promise<Broker>;

const connectMs = 10_000;
/** An acknowledgement that takes longer is a broken connection. */
const answerMs = 10_000;

export const openBroker: OpenBroker = async ({ url, clientId, userName, password, ca, certificate, key, will }) => {
  const client = mqtt.connect(url, {
    protocolVersion: 5,
    clientId,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: connectMs,
    keepalive: 15,
    queueQoSZero: false,
    ...(userName !== null && { username: userName }),
    ...(password !== null && { password }),
    ...(ca !== null && { ca }),
    ...(certificate !== null && { cert: certificate }),
    ...(key !== null && { key }),
    ...(will !== null && { will: { ...will, qos: 1 as const, retain: false } }),
  });
  let reason = 'closed';
  let problem: PublishProblem = 'lost';
  let closed = false;
  const listeners = new Set<(reason: string) => void>();
  client.on('error', (error) => {
    reason = error.message;
    problem = problemOf(error);
  });
  // The broker says goodbye, with a reason (MQTT 5, 3.14).
  client.on('disconnect', ({ reasonCode }) => (reason = `the broker ended it (reason ${reasonCode ?? 0})`));
  const opened = new Promise<void>((done, failed) => {
    client.once('connect', () => done());
    client.on('close', () => {
      if (closed) return;
      closed = true;
      // Closed before it answered, without any error: something else than a broker listens there, or TLS does.
      failed(new PublishError(problem === 'lost' ? 'unreachable' : problem, `no connection to ${url}: ${reason}`));
      for (const listener of listeners) listener(reason);
    });
  });
  try {
    await opened;
  } catch (error) {
    client.end(true);
    throw error;
  }
  // Small packets are not held back for the acknowledgement of the one before (Nagle).
  if ('setNoDelay' in client.stream) (client.stream as Socket).setNoDelay(true);
  const gone = (): PublishError => new PublishError(problem, `the connection to ${url} ended: ${reason}`);
  const within = async <T>(answer: Promise<T>, what: string): Promise<T> => {
    let timer: NodeJS.Timeout | null = null;
    let ended: () => void = () => undefined;
    const late = new Promise<never>((_done, failed) => {
      timer = setTimeout(
        () => failed(new PublishError('lost', `the broker did not acknowledge ${what} within ${answerMs} ms`)),
        answerMs,
      );
      ended = () => failed(gone());
      listeners.add(ended);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      if (timer !== null) clearTimeout(timer);
      listeners.delete(ended);
    }
  };
  return {
    get open() {
      return !closed;
    },
    failed() {
      throw gone();
    },
    async publish(topic, payload, { qos, retain }) {
      if (closed) throw gone();
      if (qos === 0) await client.publishAsync(topic, payload, { qos, retain });
      else await within(client.publishAsync(topic, payload, { qos, retain }), topic);
    },
    async subscribe(topic) {
      if (closed) throw gone();
      await within(client.subscribeAsync(topic, { qos: 1 }), topic);
    },
    onMessage: (listener) => void client.on('message', (topic, payload) => listener(topic, payload)),
    onClosed: (listener) => void listeners.add(listener),
    async close(tellWill) {
      if (closed) return;
      await client.endAsync(false, tellWill ? { reasonCode: 0x04 } : {}).catch(() => undefined);
      client.end(true);
    },
  };
};
