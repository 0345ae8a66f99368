import type { Browser, Page } from 'playwright-core';

/** Chromium without the services that a closed network refuses. */
export const chromiumArgs = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A screen of the panel's size that is let in by a session (`signInBrowser`) that outlives the station's restarts. */
export async function openScreen(browser: Browser, origin: string, cookie: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const [name = '', value = ''] = cookie.split('=', 2);
  await context.addCookies([{ name, value, url: origin }]);
  const page = await context.newPage();
  await page.goto(origin);
  return page;
}

/**
 * Keys as a keyboard-wedge scanner sends them: 5 ms apart by the events' own time stamps, Enter at the end. Sent without
 * waiting for each, because this machine's round trips are slower than a scanner.
 */
export async function wedge(page: Page, code: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const startedAt = Date.now() / 1_000;
  const keys = [...code, '\r'];
  await Promise.all(
    keys.flatMap((character, index) => {
      const timestamp = startedAt + index * 0.005;
      const key = character === '\r' ? 'Enter' : character;
      return [
        session.send('Input.dispatchKeyEvent', { type: 'keyDown', key, text: character, timestamp }),
        session.send('Input.dispatchKeyEvent', { type: 'keyUp', key, timestamp: timestamp + 0.001 }),
      ];
    }),
  );
  await session.detach();
}

/**
 * As `wedge`, until `came` resolves: where the browser was too busy to hand the keys on at a scanner's pace the code came in
 * pieces, of which nothing is used, and is scanned again, as people do.
 * @param came waits for what the code leads to, at most so long; rejects when it is not there.
 */
export async function scanUntil(page: Page, code: string, came: (withinMs: number) => Promise<unknown>): Promise<void> {
  for (let left = 4; ; left -= 1) {
    await wedge(page, code);
    try {
      await came(left > 0 ? 15_000 : 60_000);
      return;
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}
