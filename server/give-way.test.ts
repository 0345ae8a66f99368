import { expect, it } from 'vitest';
import { createGiveWay } from './give-way.ts';

const elapsed = async (run: Promise<unknown>): Promise<number> => {
  const from = performance.now();
  await run;
  return performance.now() - from;
};

it('keeps nobody waiting while nobody goes first', async () => {
  expect(await elapsed(createGiveWay().rest(1_000))).toBeLessThan(250);
});

it('rests while somebody goes first, at most for nine times what the work took', async () => {
  const giveWay = createGiveWay();
  let end = (): void => undefined;
  const first = giveWay.first(() => new Promise<void>((resolve) => (end = resolve)));
  expect(await elapsed(giveWay.rest(15))).toBeGreaterThanOrEqual(130);
  let rested = false;
  const resting = giveWay.rest(10_000).then(() => (rested = true));
  expect(rested).toBe(false);
  end();
  await first;
  await resting;
  expect(rested).toBe(true);
});

it('lets the work go on before long whatever happens: it is never starved', async () => {
  const giveWay = createGiveWay();
  void giveWay.first(() => new Promise(() => undefined));
  const took = await elapsed(giveWay.rest(10_000));
  expect(took).toBeGreaterThanOrEqual(290);
  expect(took).toBeLessThan(3_000);
});

it('hands over what ran first gives or throws', async () => {
  const giveWay = createGiveWay();
  expect(await giveWay.first(async () => 7)).toBe(7);
  await expect(giveWay.first(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
