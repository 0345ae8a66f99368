/** A subscriber of a plant's plain topics that hears states of machines and figures of their shifts. */
import mqtt from 'mqtt';
import type { Mosquitto } from '#tests/support/mosquitto.ts';

export interface Heard {
  /** From the change to the subscriber, ms. */
  readonly state: number[];
  /** Messages of figures of shifts. */
  shifts: number;
  stop(): void;
}

/** @param fromOf `performance.now()` before the change of a machine at an instant (UTC ms) was told; null: not to be timed. */
export async function subscribe(
  broker: Mosquitto,
  fromOf: (machineId: string, at: number) => number | null,
): Promise<Heard> {
  const client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
  const heard: Heard = { state: [], shifts: 0, stop: () => client.end(true) };
  client.on('message', (topic, payload) => {
    const now = performance.now();
    const [, id = '', what = ''] = /\/Machine\/([^/]+)\/(.+)$/.exec(topic) ?? [];
    if (what.startsWith('Shift/')) heard.shifts += 1;
    if (what !== 'State') return;
    const told = JSON.parse(payload.toString()) as { readonly timestamp_ms: number };
    const from = fromOf(id, told.timestamp_ms);
    if (from !== null) heard.state.push(now - from);
  });
  await client.subscribeAsync('#', { qos: 1 });
  return heard;
}
