import { expect, it } from 'vitest';
import { createGiveWay } from './give-way.ts';

const elapsed = async (run: () => Promise<unknown>): Promise<number> => {
  const from = performance.now();
  await run();
  return performance.now() - from;
};

it('keeps nobody waiting while nobody goes first', async () => {
  expect(await elapsed(() => createGiveWay().rest(60_000))).toBeLessThan(10_000);
});

it('rests while somebody goes first', async () => {
  const giveWay = createGiveWay();
  let end = (): void => undefined;
  const first = giveWay.first(() => new Promise<void>((resolve) => (end = resolve)));
  let rested = false;
  const resting = giveWay.rest(60_000).then(() => (rested = true));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(rested).toBe(false);
  end();
  await first;
  await resting;
  expect(rested).toBe(true);
});

it('lets the work go on before long whatever happens: it is never starved', async () => {
  const giveWay = createGiveWay();
  void giveWay.first(() => new Promise(() => undefined));
  const took = await elapsed(() => giveWay.rest(200));
  expect(took).toBeGreaterThanOrEqual(195);
  expect(took).toBeLessThan(10_000);
});

it('hands over what ran first gives or throws', async () => {
  const giveWay = createGiveWay();
  expect(await giveWay.first(async () => 7)).toBe(7);
  await expect(giveWay.first(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
