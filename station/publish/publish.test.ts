/** A station without a server publishes its own facts: what happened while the broker or the station was away is history. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { stationPublishingSchema } from '#contract/config/publishing.ts';
import type { Broker, OpenBroker } from '#publish/broker.ts';
import { decodePayload } from '#publish/payload.ts';
import { PublishError } from '#publish/publish-error.ts';
import { createLog } from '#station/log.ts';
import { until } from '#tests/conformance/wires.ts';
import { createStationPublisher, type StationPublisher } from './index.ts';
import { logInMemory } from './test-kit.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** Times are so long ago that all is history, but what is told last as current. */
function rig() {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-publish-'));
  folders.push(folder);
  const { store, passed, putBack } = logInMemory();
  let at = 1_790_000_000_000;
  const heard: string[] = [];
  let away = false;
  let ended: ((reason: string) => void)[] = [];
  const openBroker: OpenBroker = ({ will }) => {
    if (away) return Promise.reject(new PublishError('unreachable', 'no connection to mqtts://b: away'));
    let open = true;
    const aliases = new Map<number, string>();
    const broker: Broker = {
      get open() {
        return open;
      },
      failed() {
        throw new PublishError('lost', 'the connection ended');
      },
      publish(topic, payload) {
        const [space, , kind = ''] = topic.split('/');
        if (space !== 'spBv1.0') {
          heard.push(`${topic} ${String((JSON.parse(payload.toString()) as { value: unknown }).value)}`);
          return Promise.resolve();
        }
        const { metrics } = decodePayload(payload);
        for (const { name, alias } of metrics) if (name !== null && alias !== null) aliases.set(alias, name);
        if (kind !== 'DDATA') heard.push(`${topic} ${kind === 'NBIRTH' ? String(metrics[0]?.value) : ''}`.trim());
        else
          for (const { alias, value, historical, timestamp } of metrics) {
            const name = aliases.get(alias ?? -1);
            if (name === 'Units/Passed')
              heard.push(`${name} ${String(value)}${historical ? ` of ${timestamp - 1_790_000_000_000}` : ''}`);
          }
        return Promise.resolve();
      },
      subscribe: () => (open ? Promise.resolve() : Promise.reject(new PublishError('lost', 'gone'))),
      onMessage: () => undefined,
      onClosed: (listener) => void ended.push(listener),
      close: () => {
        open = false;
        return Promise.resolve();
      },
    };
    ended = [() => (open = false)];
    expect(will?.topic).toBe('spBv1.0/works/NDEATH/ST10');
    return Promise.resolve(broker);
  };
  return {
    heard,
    passed: () => passed((at += 1_000)),
    brokerGone(): void {
      away = true;
      for (const listener of ended) listener('gone');
    },
    brokerBack: () => void (away = false),
    putBack,
    forget: () => writeFileSync(join(folder, 'publish.json'), '{ nonsense'),
    make: (environment: Record<string, string> = {}, more: object = {}): StationPublisher =>
      createStationPublisher({
        settings: stationPublishingSchema.parse({ url: 'mqtts://b', ...more }),
        configuration: {
          plant: { id: 'works' },
          lines: [{ id: 'L1', site: 'SUED', stations: ['ST10'] }],
        } as unknown as Parameters<typeof createStationPublisher>[0]['configuration'],
        stationId: 'ST10',
        folder,
        store,
        environment,
        clock: { now: () => 1_790_000_000_000 + 86_400_000 },
        log: createLog('silent'),
        openBroker,
        againMs: [10, 20],
      }),
  };
}
const counts = (heard: readonly string[]): string[] => heard.filter((line) => line.startsWith('Units/Passed'));

it('what happened before anybody listened is not told; then everything is, over outages and restarts', async () => {
  const { heard, passed, brokerGone, brokerBack, make, putBack } = rig();
  passed();
  let publisher = make();
  publisher.start();
  await until(() => publisher.view()?.state === 'published', 'published', 60_000);
  expect(heard.slice(0, 2)).toEqual(['spBv1.0/works/NBIRTH/ST10 0', 'spBv1.0/works/DBIRTH/ST10/ST10']);
  passed();
  await until(() => counts(heard).includes('Units/Passed 1'), 'told as current', 60_000);
  expect(heard).toContain('works/SUED/L1/ST10/Units/Passed 1');

  brokerGone();
  await until(() => publisher.view()?.problem === 'unreachable', 'told that it fails', 60_000);
  passed();
  passed();
  expect(publisher.view()?.behind).toBe(2);
  brokerBack();
  await until(() => publisher.view()?.behind === 0, 'caught up', 60_000);
  await publisher.stop();
  passed();
  publisher = make();
  publisher.start();
  await until(() => counts(heard).includes('Units/Passed 4'), 'after the restart', 60_000);
  await publisher.stop();
  expect(counts(heard)).toEqual([
    'Units/Passed 1 of 2000',
    'Units/Passed 1',
    'Units/Passed 2 of 3000',
    'Units/Passed 3 of 4000',
    'Units/Passed 3',
    'Units/Passed 4 of 5000',
    'Units/Passed 4',
  ]);
  // A backup was put back: another epoch, whose facts are all new.
  putBack();
  passed();
  publisher = make();
  publisher.start();
  await until(() => counts(heard).includes('Units/Passed 5'), 'of the new epoch', 60_000);
  await publisher.stop();
});

it('an unreadable memory begins anew, a missing variable is told, and the station lives', async () => {
  const { heard, passed, forget, make } = rig();
  passed();
  forget();
  const publisher = make();
  publisher.start();
  await until(() => publisher.view()?.state === 'published', 'published', 60_000);
  expect(publisher.view()?.behind).toBe(0);
  await publisher.stop();
  expect(counts(heard)).toEqual([]);
  const wrong = make({}, { userName: 'u', passwordVariable: 'LINEWRIGHT_INTEGRATION_P' });
  wrong.start();
  await until(() => wrong.view()?.state === 'failing', 'told', 60_000);
  expect(wrong.view()?.detail).toMatch(/LINEWRIGHT_INTEGRATION_P, which is not set/);
  await wrong.stop();
});
