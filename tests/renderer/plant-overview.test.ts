/** Plant view: signing in, the overview, the lost link, keys. */
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeWith } from '../support/system.ts';
import { methods, plantSession } from './plant-scene.ts';
import { plantTab } from './plant-tab.ts';

const of = plantTab();
/** Runs in the page: numbers of the blocks of the big screen that are seen whole, below the head of their line. */
const wholeBlocks = `(() => {
  const page = document.querySelector('[data-testid="board-pages"]');
  const { bottom: head } = page.querySelector('[data-head]').getBoundingClientRect();
  const hidden = Math.max(0, ...(page.style.clipPath.match(/[0-9.]+(?=px)/g) ?? []).map(Number));
  const until = page.getBoundingClientRect().bottom - hidden;
  return [...page.querySelectorAll('[data-block]')].flatMap((block, n) => {
    const { top, bottom } = block.getBoundingClientRect();
    return top > head - 1 && bottom < until + 1 ? [n] : [];
  });
})()`;
/** Runs in the page: `ahead` ms are added to its monotonic clock. */
const aheadOfTime =
  'globalThis.ahead = 0; const own = performance.now.bind(performance); performance.now = () => own() + ahead';
const show = (hash: string): Promise<void> => of().show(hash);
const at = (id: string): Locator => of().at(id);
const acts = (path: string): unknown[] => of().acts(path);

describeWith('chromium', 'signing in', () => {
  it('asks for name and password, says why not, keeps the name, and comes back to the place', async () => {
    of().plant.signedIn = false;
    await show('#/orders/WO-10460');
    await at('sign-in').waitFor();
    await at('account').fill('jana.vogt');
    await at('password').fill('wrong');
    of().plant.refuse('session', [{ code: 'sign-in.locked', params: { untilAt: Date.now() + 60_000 }, field: null }]);
    await of().tab.keyboard.press('Enter');
    await expect.poll(() => at('fault-note').textContent()).toContain('Too many wrong tries');
    expect(await at('account').inputValue()).toBe('jana.vogt');
    expect(await at('password').inputValue()).toBe('');
    await at('password').fill('right');
    await at('sign-in-go').click();
    await expect.poll(() => at('order-detail').textContent()).toContain('WO-10460');
    expect(acts('session')).toHaveLength(2);
  });

  it('offers the company sign-in and the demo accounts only where there are some', async () => {
    of().plant.signedIn = false;
    await show('');
    expect(await at('oidc').getAttribute('href')).toMatch(/^session\/oidc\?to=/);
    await at('demo-admin').waitFor();
    of().plant.methods.set({ ...methods, oidc: null, demoAccounts: [] });
    await show('');
    await at('account').waitFor();
    expect(await at('oidc').count()).toBe(0);
    expect(await at('demo-admin').count()).toBe(0);
  });

  it('makes the first administrator with the code of the log, and tells what is missing', async () => {
    of().plant.signedIn = false;
    of().plant.methods.set({ ...methods, setUp: true });
    await show('');
    await at('set-up-go').click();
    await expect.poll(() => at('set-up').textContent()).toContain('Enter the code');
    await at('set-up-token').fill('abc');
    await at('set-up-account').fill('first');
    await at('set-up-name').fill('First Person');
    await at('set-up-password').fill('a long password');
    await at('set-up-again').fill('a long password');
    await at('set-up-go').click();
    await at('lines').waitFor();
    expect(acts('session/setup')).toMatchObject([{ token: 'abc', account: 'first', password: 'a long password' }]);
  });

  it('a session that ends shows the sign-in page and says so', async () => {
    of().plant.signOut();
    await expect.poll(() => at('sign-in').textContent()).toContain('You were signed out');
  });

  it('a server that answers but takes no connection, as while it starts or when it is full, signs nobody out', async () => {
    of().plant.fill();
    await expect.poll(() => of().plant.refusedWhileFull(), { timeout: 60_000 }).toBeGreaterThan(2);
    expect(await at('sign-in').count()).toBe(0);
    expect(await at('lines').count()).toBe(1);
    of().plant.drain();
    await at('link-banner').waitFor({ state: 'detached', timeout: 60_000 });
    expect(await at('sign-in').count()).toBe(0);
  });

  it('a password of somebody else must be changed first', async () => {
    of().plant.session.set({ ...plantSession(), passwordToChange: true });
    await of().tab.goto('about:blank');
    await of().tab.goto(of().plant.address);
    await at('password-old').fill('given');
    await at('password-new').fill('my very own words');
    await at('password-again').fill('my very own words');
    await at('password-go').click();
    await at('lines').waitFor();
    expect(acts('accounts.changePassword')).toMatchObject([{ old: 'given', new: 'my very own words' }]);
  });
});

describeWith('chromium', 'overview', () => {
  it('hatches a silent station and says since when; what wants a person leads there', async () => {
    expect(await at('tile-V30').getAttribute('class')).toContain('hatched');
    expect(await at('tile-V30').textContent()).toContain('last known');
    expect(await at('tile-ST10').getAttribute('class')).not.toContain('hatched');
    await of().tab.getByText('Contradictions about units').click();
    await at('case-case-1').waitFor();
  });

  it('without a link everything is grey and hatched, says how old it is, and nothing can be done', async () => {
    await show('#/orders/WO-10467');
    await at('release-order').waitFor();
    of().plant.unplug();
    await expect.poll(() => at('link-banner').textContent()).toContain('last known');
    expect(await at('release-order').isDisabled()).toBe(true);
    expect(await at('new-order').isDisabled()).toBe(true);
    expect(await of().tab.locator('#content').getAttribute('class')).toContain('stale');
    await at('release-order').evaluate((button: { click(): void }) => button.click());
    await of().tab.keyboard.press('n');
    of().plant.plugIn();
    await at('link-banner').waitFor({ state: 'detached' });
    expect(of().plant.acts).toEqual([]);
    expect(await of().tab.locator('dialog').count()).toBe(0);
  });

  it('a page whose program was replaced while the link was gone loads the new one, but not under an open dialog; else it stays', async () => {
    const { plant, tab } = of();
    const isOld = () => tab.evaluate('window.old === true');
    const asked: string[] = [];
    const comeBack = async (): Promise<void> => {
      plant.unplug();
      await at('link-banner').waitFor();
      const before = asked.length;
      plant.plugIn();
      await at('link-banner').waitFor({ state: 'detached' });
      await expect.poll(() => asked.length).toBe(before + 1);
    };
    await show('#/orders');
    await tab.evaluate('window.old = true');
    let program = '';
    await tab.route('**/', async (route) => {
      if (route.request().isNavigationRequest()) return route.continue();
      const page = await (await route.fetch()).text();
      await route.fulfill({ contentType: 'text/html', body: page.replace(/index-[^"]+\.js/, (own) => program || own) });
      asked.push(program);
    });
    try {
      await comeBack();
      await tab.waitForTimeout(100);
      expect(await isOld()).toBe(true);
      program = 'index-new.js';
      await at('new-order').click();
      await tab.locator('dialog[open]').waitFor();
      await comeBack();
      await tab.waitForTimeout(1_500);
      expect(await isOld()).toBe(true);
      await tab.keyboard.press('Escape');
      await expect.poll(isOld).toBe(false);
      await at('new-order').waitFor();
      expect(tab.url()).toContain('#/orders');
    } finally {
      await tab.unroute('**/');
    }
  });

  it('says why nothing comes, in each list, and goes on by itself when it does', async () => {
    // The page of stations has two, so one of them waits for the second round.
    const rounds = [
      [
        ['lines.watch', '#/lines'],
        ['lines.watch', '#/board/L1'],
        ['stations.watch', '#/stations'],
        ['trouble.quarantine', '#/trouble'],
        ['orders.list', '#/orders'],
        ['units.watch', '#/units'],
        ['releases.files', '#/releases'],
        ['accounts.list', '#/accounts'],
        ['energy.overview', '#/machines?show=energy'],
        ['control.signals', '#/control'],
        ['containments.list', '#/nonconformances?show=containments'],
        ['gauges.gauge', '#/gauges'],
      ],
      [['stations.list', '#/stations']],
    ] as const;
    for (const lists of rounds) {
      for (const [call] of lists) of().plant.broken.add(call);
      for (const [call, place] of lists) {
        await show(place);
        const told = at('fetching-failed').first();
        await expect
          .poll(() => told.textContent(), { message: `${call} on ${place}` })
          .toContain('cannot reach its database');
      }
      of().plant.broken.clear();
      await at('fetching-failed').first().waitFor({ state: 'detached' });
    }
  }, 240_000);

  it('a reload and a typed address come back to the same place', async () => {
    await show('#/board/L1');
    await of().tab.reload();
    await at('board').waitFor();
    expect(await of().tab.locator('h1').textContent()).toContain('L1');
  });

  it('tells when the projections are behind', async () => {
    of().plant.health.set({ ...of().plant.health.value, behind: { events: 21_204, oldestAt: Date.now() - 60_000 } });
    await expect.poll(() => at('behind').textContent()).toContain('records behind: 21,204');
    of().plant.health.set({ ...of().plant.health.value, behind: { events: 0, oldestAt: null } });
    await at('behind').waitFor({ state: 'detached' });
  });

  it('has a big screen without anything to press, which turns by itself unless somebody scrolls; Esc leaves it', async () => {
    await show('#/board/L1');
    for (const id of ['board-machines-ST10', 'board-call-ca-01', 'board-page']) await at(id).waitFor();
    const { tab } = of();
    expect(await tab.locator('button, a[href], input').count()).toBe(0);
    expect(await at('tile-V30').count()).toBe(0);
    await tab.evaluate(aheadOfTime);
    const pageOf = async (): Promise<string | null> => at('board-page').textContent();
    const pages = Number(/of (\d+)/.exec((await pageOf()) ?? '')?.[1]);
    expect(pages).toBeGreaterThan(1);
    await tab.mouse.move(600, 400);
    await tab.mouse.wheel(0, 10);
    await expect.poll(() => at('board-pages').getAttribute('style')).not.toContain('inset');
    await tab.evaluate('ahead += 50_000');
    await tab.waitForTimeout(600);
    expect(await pageOf()).toBe(`Page 1 of ${pages}`);
    await tab.evaluate('ahead += 10_000');
    await expect.poll(() => at('board-pages').getAttribute('style')).toContain('inset');
    const seen = new Set<number>();
    for (let page = 1; page <= pages; page += 1) {
      if (page > 1) await tab.evaluate('ahead += 12_000');
      await expect.poll(pageOf).toBe(`Page ${page} of ${pages}`);
      for (const block of await tab.evaluate<readonly number[]>(wholeBlocks)) seen.add(block);
    }
    // Calls, stations and what wants a person: nothing is left out and nothing is torn.
    const blocks = await tab.locator('[data-block]').count();
    expect([...seen].toSorted((one, two) => one - two)).toEqual(Array.from({ length: blocks }, (_, n) => n));
    await of().tab.keyboard.press('Escape');
    await at('lines').waitFor();
  });

  it('keys: places, search, sheet', async () => {
    await of().tab.keyboard.press('?');
    await of().tab.getByRole('dialog').waitFor();
    await of().tab.keyboard.press('Escape');
    await of().tab.getByRole('dialog').waitFor({ state: 'detached' });
    await of().tab.keyboard.press('2');
    await at('orders').waitFor();
    await of().tab.keyboard.press('/');
    await of().tab.keyboard.type('IMP-009112');
    await of().tab.keyboard.press('Enter');
    await expect.poll(() => at('unit-PMP100-2600409').textContent()).toContain('found by component IMP-009112');
  });
});

describeWith('chromium', 'a list and what is chosen of it', () => {
  const hash = (): Promise<string> => of().tab.evaluate<string>('location.hash');
  const focused = (): Promise<string | null> =>
    of().tab.evaluate<string | null>('document.activeElement?.getAttribute("data-testid") ?? null');

  it('stands in the address: a reload comes back to page and row, Esc goes to the list as it was', async () => {
    await show('#/nonconformances');
    await at('show-containments').click();
    await at('plant-containment-row').click();
    await expect.poll(hash).toBe('#/nonconformances/ct-01?show=containments');
    await of().tab.reload();
    await at('plant-lift').waitFor();
    expect(await at('plant-containment-row').getAttribute('aria-current')).toBe('true');
    await of().tab.keyboard.press('Escape');
    await expect.poll(hash).toBe('#/nonconformances?show=containments');
  });

  it('is gone through by arrow keys, into the pane and back', async () => {
    await show('#/control');
    const rows = of().tab.locator('[data-testid^="plant-signal-sg-"]');
    await rows.nth(1).waitFor();
    const second = await rows.nth(1).getAttribute('data-testid');
    await rows.first().focus();
    await of().tab.keyboard.press('ArrowDown');
    expect(await focused()).toBe(second);
    await of().tab.keyboard.press('ArrowRight');
    await expect.poll(() => rows.nth(1).getAttribute('aria-current')).toBe('true');
    const pane = of().tab.getByRole('region');
    expect(await of().tab.evaluate<string>('document.activeElement.getAttribute("role")')).toBe('region');
    expect(await rows.nth(1).textContent()).toContain(await pane.getAttribute('aria-label'));
    await of().tab.keyboard.press('ArrowLeft');
    expect(await focused()).toBe(second);
  });

  it('says when the address names what is not there', async () => {
    await show('#/studies/study-of-nobody');
    await expect.poll(() => at('list-not-here').textContent()).toContain('Not in this list');
    await show('#/gauges/G-999');
    await of().tab.getByText('Not in this list').waitFor();
  });
});

describeWith('chromium', 'energy of the machines', () => {
  it('tells a range by line, machine and day, what is open, and comes as a file', async () => {
    await show('#/machines');
    await at('show-energy').click();
    await expect.poll(() => at('energy-line-L1').textContent()).toContain('kWh');
    await at('energy-days-31').click();
    await expect.poll(() => at('energy-days').locator('tbody tr').count()).toBe(31);
    // What cannot be placed is said, not spread.
    expect(await at('energy-notes').textContent()).toContain('outages over a midnight');
    expect(await at('energy-figures').textContent()).toMatch(/Idle waste.*13\u00A0% · .*EUR/);
    await at('plant-energy-earlier').click();
    await expect.poll(() => of().tab.evaluate<string>('location.hash')).toMatch(/days=31&to=\d{4}-\d\d-\d\d$/);
    await at('energy-machine-washer-w1').click();
    await expect.poll(() => at('energy-figures').textContent()).toContain('Nothing counts pieces');
    expect(await at('energy-notes').textContent()).toContain('Another meter');
    expect(await at('energy-figures').textContent()).toContain('No price in the machine’s file');
    for (const kind of ['csv', 'xlsx']) {
      const [file] = await Promise.all([of().tab.waitForEvent('download'), at(`energy-${kind}`).click()]);
      expect(file.suggestedFilename()).toMatch(new RegExp(`^energy-.*\\.${kind}$`));
    }
    await of().tab.reload();
    await expect.poll(() => at('energy-figures').textContent()).toContain('Nothing counts pieces');
  });
});
