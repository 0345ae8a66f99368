/** What an edge node says, in its order, on a broker in memory; that a real one takes it is publish.test.ts. */
import { expect, test } from 'vitest';
import type { Broker } from './broker.ts';
import { EdgeNode } from './edge-node.ts';
import type { Value } from './metrics.ts';
import { decodePayload, encodePayload } from './payload.ts';

const at = 1_790_000_000_000;
const value = (stationId: string, name: string, n: number): Value & { historical: boolean } => ({
  stationId,
  name,
  type: 'int64',
  value: n,
  unit: null,
  at,
  historical: false,
});

function rig() {
  const said: { readonly kind: string; readonly device: string | null; readonly seq: number | null }[] = [];
  const plain: string[] = [];
  let hear: (topic: string, payload: Buffer) => void = () => undefined;
  const broker: Broker = {
    open: true,
    failed: () => {
      throw new Error('never');
    },
    publish(topic, payload) {
      const [space, , kind = '', , device = null] = topic.split('/');
      if (space === 'spBv1.0') said.push({ kind, device, seq: decodePayload(payload).seq });
      else plain.push(`${topic} ${String((JSON.parse(payload.toString()) as { value: unknown }).value)}`);
      return Promise.resolve();
    },
    subscribe: () => Promise.resolve(),
    onMessage: (listener) => (hear = listener),
    onClosed: () => undefined,
    close: () => Promise.resolve(),
  };
  const node = new EdgeNode({ group: 'P', node: 'L1', topics: 'P/L1', sparkplug: true }, broker, 3, () => at);
  const take = (): string[] =>
    said.splice(0).map(({ kind, device }) => `${kind}${device === null ? '' : ` ${device}`}`);
  return { node, said, plain, take, hear: (topic: string, payload: Buffer) => hear(topic, payload) };
}

test('nothing is told of a station between its death and its birth', async () => {
  const { node, plain, take } = rig();
  await node.begin(new Map([['ST10', [value('ST10', 'Passed', 1)]]]));
  expect(take()).toEqual(['NBIRTH', 'DBIRTH ST10']);
  await node.death('ST10');
  await node.death('ST10');
  expect(take()).toEqual(['DDEATH ST10']);
  // A fact arrives before somebody looks whether the station is heard again; a metric that is new makes no second birth.
  await node.tell([value('ST10', 'Passed', 2), value('ST10', 'Failed', 1)]);
  expect(take()).toEqual(['DBIRTH ST10', 'DDATA ST10']);
  await node.alive('ST10');
  expect(take()).toEqual([]);
  expect(plain.filter((line) => line.includes('Alive'))).toEqual(['P/L1/ST10/Alive false', 'P/L1/ST10/Alive true']);
});

test('a metric or a station that was not born yet is born first; numbers go from 0 to 255 and round', async () => {
  const { node, said } = rig();
  await node.begin(new Map());
  for (let n = 0; n < 300; n += 1) await node.tell([value('ST20', 'Passed', n)]);
  expect(said.slice(0, 3).map(({ kind }) => kind)).toEqual(['NBIRTH', 'DBIRTH', 'DDATA']);
  expect(said.map(({ seq }) => seq)).toEqual(said.map((_, n) => n % 256));
});

test('a host that asks gets births anew, without the dead', async () => {
  const { node, take, hear, said } = rig();
  await node.begin(new Map(['ST10', 'ST20'].map((id) => [id, [value(id, 'Passed', 1)]])));
  await node.death('ST20');
  take();
  hear('spBv1.0/P/NCMD/L1', Buffer.from('no payload'));
  expect(node.rebirthAsked).toBe(false);
  hear(
    'spBv1.0/P/NCMD/L1',
    encodePayload(at, null, [{ name: 'Node Control/Rebirth', at, type: 'boolean', value: true }]),
  );
  expect(node.rebirthAsked).toBe(true);
  await node.birth();
  expect(said.map(({ seq }) => seq)).toEqual([0, 1]);
  expect(take()).toEqual(['NBIRTH', 'DBIRTH ST10']);
});
