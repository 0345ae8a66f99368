/** Plant view: orders, moved by keys and by hand, made, and decided on. */
import type { Locator } from 'playwright-core';
import { beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/system.ts';
import { plantRoleRights } from '#contract/plant/roles.ts';
import { plantSession } from './plant-scene.ts';
import { plantTab } from './plant-tab.ts';

const of = plantTab();
const show = (hash: string): Promise<void> => of().show(hash);
const at = (id: string): Locator => of().at(id);
const acts = (path: string): unknown[] => of().acts(path);
const placesOf = (lineId: string): Promise<string[]> =>
  at(`dispatch-${lineId}`)
    .locator('li[data-job]')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-job') ?? ''));

describeWith('chromium', 'orders', () => {
  const first = ['WO-10452.1', 'WO-10460.1', 'WO-10463.1', 'WO-10467.1', 'WO-10470.1'];
  beforeEach(() => show('#/orders'));

  it('are moved with Alt and arrows; the focus stays on the moved one, and it is said', async () => {
    await expect.poll(() => placesOf('L1')).toEqual(first);
    await at('job-WO-10452.1').focus();
    await of().tab.keyboard.press('ArrowDown');
    await of().tab.keyboard.press('Alt+ArrowDown');
    await expect.poll(() => acts('orders.move')).toMatchObject([{ jobOrderId: 'WO-10460.1', place: 3 }]);
    await expect.poll(() => placesOf('L1')).toEqual([first[0], first[2], first[1], first[3], first[4]]);
    await expect.poll(() => at('said').textContent()).toContain('WO-10460: now place 3 of 5 on L1');
    await of().tab.keyboard.press('Alt+ArrowUp');
    await expect.poll(() => acts('orders.move')).toHaveLength(2);
    await expect.poll(() => placesOf('L1')).toEqual(first);
    expect(await of().tab.evaluate('document.activeElement?.getAttribute("data-testid")')).toBe('job-WO-10460.1');
  });

  it('are moved to a place by its number', async () => {
    await at('job-WO-10470.1').focus();
    await of().tab.keyboard.press('m');
    await at('move-place').fill('9');
    await of().tab.keyboard.press('Enter');
    await expect.poll(() => of().tab.getByRole('dialog').textContent()).toContain('from 1 to 5');
    await at('move-place').fill('1');
    await of().tab.keyboard.press('Enter');
    await expect.poll(() => placesOf('L1')).toEqual(['WO-10470.1', ...first.slice(0, 4)]);
  });

  it('are dragged by their handle, and Esc puts them back', async () => {
    const drag = async (escape: boolean): Promise<void> => {
      const handle = await at('drag-WO-10452.1').boundingBox();
      const target = await at('job-WO-10463.1').boundingBox();
      if (handle === null || target === null) throw new Error('not there');
      await of().tab.mouse.move(handle.x + 10, handle.y + 20);
      await of().tab.mouse.down();
      await of().tab.mouse.move(handle.x + 10, target.y + target.height - 8, { steps: 8 });
      await of().tab.waitForTimeout(150);
      if (escape) await of().tab.keyboard.press('Escape');
      await of().tab.mouse.up();
    };
    await drag(true);
    await of().tab.waitForTimeout(150);
    expect(acts('orders.move')).toEqual([]);
    await drag(false);
    await expect.poll(() => acts('orders.move')).toMatchObject([{ jobOrderId: 'WO-10452.1', place: 3 }]);
    await expect.poll(() => placesOf('L1')).toEqual([first[1], first[2], first[0], first[3], first[4]]);
  });

  it('a refused move stands where it was, with the reason in words', async () => {
    of().plant.delayMs = 400;
    of().plant.refuse('orders.move', [
      { code: 'right.missing', params: { right: 'order.manage', scope: 'line:L1' }, field: null },
    ]);
    await at('job-WO-10452.1').focus();
    await of().tab.keyboard.press('Alt+ArrowDown');
    await expect.poll(() => placesOf('L1')).toEqual([first[1], first[0], ...first.slice(2)]);
    await expect.poll(() => at('fault-note').textContent()).toContain('“manage orders” for line L1');
    await expect.poll(() => placesOf('L1')).toEqual(first);
  });

  it('a new one: faults are told at their fields, what was typed stays when it is refused', async () => {
    await of().tab.keyboard.press('n');
    await at('order-definition').selectOption('VLB-7 A');
    await at('order-id').fill('WO 1');
    await at('order-create').click();
    await expect.poll(() => of().tab.getByRole('dialog').textContent()).toContain('Only letters A to Z');
    expect(acts('orders.create')).toEqual([]);
    await at('order-id').fill('WO-20001');
    await at('order-quantity').fill('40');
    of().plant.refuse('orders.create', [{ code: 'order.exists', params: { order: 'WO-20001' }, field: 'orderId' }]);
    await at('order-create').click();
    await expect.poll(() => at('fault-note').textContent()).toContain('WO-20001 already exists');
    expect(await at('order-quantity').inputValue()).toBe('40');
    await at('order-id').fill('WO-20002');
    await at('order-create').click();
    await expect.poll(() => at('order-detail').textContent()).toContain('WO-20002');
    expect(acts('orders.create').at(-1)).toMatchObject({
      orderId: 'WO-20002',
      definitionId: 'VLB-7',
      revision: 'A',
      quantity: 40,
      jobs: [],
    });
  });

  it('of two lines: the shares must add up', async () => {
    await of().tab.keyboard.press('n');
    await at('order-definition').selectOption('PMP-100 C');
    await at('order-id').fill('WO-20003');
    await at('order-quantity').fill('100');
    await at('share-L1').fill('60');
    await at('order-create').click();
    await expect.poll(() => of().tab.getByRole('dialog').textContent()).toContain('must add up');
    await at('share-L2').fill('40');
    await at('order-create').click();
    await expect
      .poll(() => acts('orders.create').at(-1))
      .toMatchObject({
        jobs: [
          { lineId: 'L1', quantity: 60 },
          { lineId: 'L2', quantity: 40 },
        ],
      });
  });

  it('are released, held with a reason and closed, each with the version that was seen', async () => {
    await show('#/orders/WO-10467');
    expect(await at('blocked').textContent()).toContain('The process definition is not released');
    await at('release-order').click();
    await expect.poll(() => acts('orders.release')).toMatchObject([{ orderId: 'WO-10467', version: 3 }]);
    await at('hold-order').click();
    await at('note-text').fill('no impellers');
    await at('note-confirm').click();
    await expect
      .poll(() => acts('orders.hold'))
      .toMatchObject([{ orderId: 'WO-10467', version: 4, reason: 'no impellers' }]);
    await at('close-order').click();
    await at('note-confirm').click();
    await expect.poll(() => acts('orders.close')).toMatchObject([{ version: 5 }]);
  });

  it('whoever may only look sees no act, and which right is missing', async () => {
    of().plant.session.set(plantSession(plantRoleRights.viewer));
    await show('#/orders/WO-10467');
    await expect.poll(() => at('order-detail').textContent()).toContain('Needed: “manage orders”');
    expect(await at('release-order').count()).toBe(0);
    expect(await at('new-order').count()).toBe(0);
    expect(await at('drag-WO-10452.1').count()).toBe(0);
    expect(await at('place-accounts').count()).toBe(0);
  });
});
