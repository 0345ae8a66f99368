/** A plant server with its view and stations with their screens, as people use them: each a process, each in a browser. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { scanUntil } from './browser.ts';
import { root, startChild, type Child } from './child.ts';
import { plantCalls } from './plant-calls.ts';
import { freePorts } from './ports.ts';

/** Patience with processes on a busy machine. */
export const patience = { timeout: 60_000 } as const;
const panel = { viewport: { width: 1280, height: 800 }, locale: 'en' } as const;

export interface StationScreen {
  readonly child: Child;
  /** Good once. */
  readonly url: string;
}

/** @param nodeArgs in front of the entry, e.g. `['--import', './…']`. */
export async function startStationScreen(
  args: readonly string[],
  more: { readonly nodeArgs?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<StationScreen> {
  const [port = 0] = await freePorts(1);
  const child = startChild(
    [...(more.nodeArgs ?? []), 'station/node.entry.ts', ...args, '--port', String(port)],
    more.env,
  );
  const [, url = ''] = await child.line(/(http:\/\/127\.0\.0\.1:\d+\/\?token=\S+)/, 120_000);
  return { child, url };
}

/** Codes for stations, made as a controls engineer of the demo makes them on the plant view. */
export const enrolmentCodes = (origin: string, stationIds: readonly string[]): Promise<readonly string[]> =>
  plantCalls(origin, 'ravi.nair', 'demo-controls', async (plant) => {
    const codes: string[] = [];
    for (const stationId of stationIds) {
      const made = await plant.stations.makeCode({ commandId: crypto.randomUUID(), stationId });
      if (!made.ok) throw new Error(`no code for ${stationId}: ${JSON.stringify(made.faults)}`);
      codes.push(made.value.code);
    }
    return codes;
  });

/** `linewright enrol`, as an engineer does it before the station's first start. */
export function enrolByCommand(server: string, code: string, args: readonly string[]): void {
  execFileSync(
    process.execPath,
    [join(root, 'station/cli/linewright.entry.ts'), 'enrol', '--server', server, '--code', code, ...args],
    { cwd: root, env: { ...process.env, LINEWRIGHT_LOG: 'error' } },
  );
}

/** What a person sees and presses, by test id, with patience; pictures where LINEWRIGHT_PICTURES says. */
export class Screen {
  readonly page: Page;
  /** What the page threw or its policy refused. */
  readonly complaints: string[] = [];
  private constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(patience.timeout);
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && message.text().includes('Content Security Policy'))
        this.complaints.push(message.text());
    });
  }
  /** @param cookie of a session that is there already (`signInBrowser`). */
  static async open(browser: Browser, url: string, cookie?: string): Promise<Screen> {
    const screen = new Screen(await browser.newPage(panel));
    const [name = '', value = ''] = cookie?.split('=', 2) ?? [];
    if (name !== '') await screen.page.context().addCookies([{ name, value, url }]);
    await screen.page.goto(url);
    return screen;
  }
  see(testId: string): Locator {
    return this.page.getByTestId(testId);
  }
  async press(testId: string): Promise<void> {
    await this.see(testId).click();
  }
  /** Waits until the part says it. Rejects with what it said instead. Also outside of a test, where `expect.poll` is not. */
  async says(testId: string, what: string | RegExp, withinMs: number = patience.timeout): Promise<void> {
    const until = performance.now() + withinMs;
    let said: string | null = null;
    do {
      // A part that goes away just now is asked for again.
      const part = this.see(testId).first();
      said = await part.textContent({ timeout: 2_000 }).catch(() => null);
      if (said !== null && (typeof what === 'string' ? said.includes(what) : what.test(said))) return;
      await this.page.waitForTimeout(100);
    } while (performance.now() < until);
    const page = said === null ? (await this.page.locator('body').innerText()).replaceAll(/\s+/g, ' ') : '';
    throw new Error(
      `${testId} does not say ${String(what)}; it says: ${said ?? `(it is not there; the page says: ${page.slice(0, 600)})`}`,
    );
  }
  /** A long code, until the part says what is to come of it (string) or is there: where it came in pieces it is scanned again, as people do. */
  async scan(code: string, part: string | Locator, what: string | RegExp = ''): Promise<void> {
    await scanUntil(this.page, code, (timeout) =>
      typeof part === 'string' ? this.says(part, what, timeout) : part.first().waitFor({ timeout }),
    );
  }
  async picture(name: string): Promise<void> {
    const folder = process.env['LINEWRIGHT_PICTURES'];
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }
}

/** Through the form of the plant view; whoever was signed in is signed out before. */
export async function signInAtPlant(screen: Screen, account: string, password: string): Promise<void> {
  await screen.page.locator('[data-testid="sign-in"], [data-testid="person"]').first().waitFor();
  if ((await screen.see('person').count()) > 0) {
    await screen.press('person');
    await screen.press('sign-out');
    await screen.see('sign-in').waitFor();
  }
  await screen.see('account').fill(account);
  await screen.see('password').fill(password);
  await screen.press('sign-in-go');
  await screen.see('person').waitFor();
}

/** As a controls engineer does it: Stations, the station, "Show a code to enrol". The code stays on the screen no longer. */
export async function codeAtPlant(screen: Screen, stationId: string): Promise<string> {
  await screen.press('place-stations');
  await screen.press(`station-${stationId}`);
  await screen.press('make-code');
  const code = (await screen.see('code').textContent()) ?? '';
  await screen.page.keyboard.press('Escape');
  await screen.see('code').waitFor({ state: 'detached' });
  return code;
}
