/** One connection to the broker, MQTT 5. Never reconnects by itself: each connection needs a will of its own. */
import mqtt from 'mqtt';

export interface Will {
  readonly topic: string;
  readonly payload: Buffer;
}
export interface BrokerOptions {
  readonly url: string;
  readonly clientId: string;
  readonly userName: string | null;
  readonly password: string | null;
  readonly will: Will | null;
}
export interface Broker {
  readonly open: boolean;
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

export const openBroker: OpenBroker = async ({ url, clientId, userName, password, will }) => {
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
    ...(will !== null && { will: { ...will, qos: 1 as const, retain: false } }),
  });
  let reason = 'closed';
  let closed = false;
  const listeners = new Set<(reason: string) => void>();
  client.on('error', (error) => (reason = error.message));
  const opened = new Promise<void>((done, failed) => {
    client.once('connect', () => done());
    client.on('close', () => {
      if (closed) return;
      closed = true;
      failed(new Error(`the broker ${url} cannot be reached: ${reason}`));
      for (const listener of listeners) listener(reason);
    });
  });
  try {
    await opened;
  } catch (error) {
    client.end(true);
    throw error;
  }
  const within = async <T>(answer: Promise<T>, what: string): Promise<T> => {
    let timer: NodeJS.Timeout | null = null;
    let ended: (why: string) => void = () => undefined;
    const late = new Promise<never>((_done, failed) => {
      timer = setTimeout(
        () => failed(new Error(`the broker did not acknowledge ${what} within ${answerMs} ms`)),
        answerMs,
      );
      ended = (why) => failed(new Error(`the connection to the broker ended: ${why}`));
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
    async publish(topic, payload, { qos, retain }) {
      if (closed) throw new Error(`the connection to the broker ended: ${reason}`);
      if (qos === 0) await client.publishAsync(topic, payload, { qos, retain });
      else await within(client.publishAsync(topic, payload, { qos, retain }), topic);
    },
    async subscribe(topic) {
      if (closed) throw new Error(`the connection to the broker ended: ${reason}`);
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
