import { afterAll, beforeAll, expect, it } from 'vitest';
import { link, signInBrowser, startDemoLine, type Client, type DemoLine } from '../support/demo-line.ts';

let line: DemoLine;
beforeAll(async () => {
  line = await startDemoLine();
}, 240_000);
afterAll(() => line.stop());

const tagId = 'press.ram-force';
const history = (client: Client) =>
  client.devices.history({ tagId, fromAt: Date.now() - 600_000, toAt: Date.now(), maxPoints: 20_000 });
const values = (samples: Awaited<ReturnType<typeof history>>): number =>
  samples.value.filter((value) => value !== null).length;

it('the time in which a killed station saw nothing is a gap in the history, not a line', async () => {
  const first = await line.startStation();
  const cookie = await signInBrowser(first.url);
  let linked = await link(first.origin, cookie);
  await expect.poll(async () => values(await history(linked.client)), { timeout: 30_000 }).toBeGreaterThan(5);
  await first.child.kill('SIGKILL');
  const killedAt = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 1_500));

  const second = await line.startStation();
  linked = await link(second.origin, cookie);
  await expect
    .poll(
      async () => (await history(linked.client)).at.filter((at, i, all) => at > killedAt && all.length > i).length,
      {
        timeout: 30_000,
      },
    )
    .toBeGreaterThan(5);
  const samples = await history(linked.client);
  const gap = samples.at.findIndex((at, i) => samples.value[i] === null && Math.abs(at - killedAt) < 10_000);
  expect(gap).toBeGreaterThan(0);
  const back = samples.at.findIndex((_, i) => i > gap && samples.value[i] !== null);
  expect(samples.value.slice(gap, back).every((value) => value === null)).toBe(true);
  expect((samples.at[back] ?? 0) - killedAt).toBeGreaterThanOrEqual(1_500);
  linked.close();
}, 240_000);
