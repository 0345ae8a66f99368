/** The built plant view in a real browser against the real plant server on its embedded database. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith, systemPart } from '../support/system.ts';
import type { PlantEntryMessage } from '#server/plant.entry.ts';
import { chromiumArgs } from '#tests/support/browser.ts';
import { builtPlantView } from '../support/built.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;
let server: ChildProcess;
let address: string;
let browser: Browser;
let tab: Page;
const complaints: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'linewright-plant-'));
  const args = ['--data', join(folder, 'data'), '--port', '0', '--view', builtPlantView];
  server = spawn(process.execPath, [join(root, 'server/plant.entry.ts'), ...args], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: '' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  address = await new Promise<string>((resolve, reject) => {
    server.on('message', (message: PlantEntryMessage) => {
      if (message.type === 'ready') resolve(message.url);
      else reject(new Error(message.message));
    });
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  browser = await chromium.launch({
    executablePath: systemPart('chromium') ?? '',
    args: chromiumArgs,
  });
  tab = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  tab.setDefaultTimeout(30_000);
  tab.on('pageerror', (error) => complaints.push(error.message));
  tab.on('console', (message) => {
    if (message.type() === 'error' && message.text().includes('Content Security Policy'))
      complaints.push(message.text());
  });
}, 300_000);
afterAll(async () => {
  await browser?.close();
  if (server?.exitCode === null && server.signalCode === null) {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }
  if (folder) rmSync(folder, { recursive: true, force: true });
}, 240_000);

const at = (id: string): Locator => tab.getByTestId(id);
const patience = { timeout: 60_000 };
async function signIn(account: string, password: string): Promise<void> {
  await at('account').fill(account);
  await at('password').fill(password);
  await at('sign-in-go').click();
}

describeWith('chromium', 'the plant view and the plant server', () => {
  it('refuse a wrong password in words and let the right one in', async () => {
    await tab.goto(address);
    await at('sign-in').waitFor();
    await signIn('admin', 'not the password');
    await expect.poll(() => at('fault-note').textContent(), patience).toContain('Name or password is wrong');
    await signIn('admin', 'demo-administrator');
    await expect.poll(() => at('person').textContent(), patience).toContain('Demo administrator');
  }, 240_000);

  it('make an account whose first password must be changed, and write who did it', async () => {
    await at('place-accounts').click();
    await at('new-account').click();
    await at('account-id').fill('nina.roth');
    await at('account-name').fill('Nina Roth');
    await at('role').selectOption('planner');
    await at('add-role').click();
    await at('account-create').click();
    await at('secret').waitFor();
    const secret = (await at('secret').textContent()) ?? '';
    await at('secret-done').click();
    await expect.poll(() => at('account-nina.roth').textContent(), patience).toContain('Planner, the whole plant');
    await at('show-audit').click();
    await expect.poll(() => at('audit').textContent(), patience).toContain('nina.roth');
    await at('person').click();
    await at('sign-out').click();
    await at('sign-in').waitFor();

    await signIn('nina.roth', secret);
    await at('new-password').waitFor();
    await at('password-old').fill(secret);
    await at('password-new').fill('four quiet green herons');
    await at('password-again').fill('four quiet green herons');
    await at('password-go').click();
    await expect.poll(() => at('person').textContent(), patience).toContain('Nina Roth');
    // What a planner may not do is not offered.
    expect(await at('place-accounts').count()).toBe(0);
  }, 240_000);

  it('show the line, make an order and release it, and find it again', async () => {
    await at('person').click();
    await at('sign-out').click();
    await at('sign-in').waitFor();
    await signIn('paula.silva', 'demo-planner');
    await at('place-lines').click();
    await at('tile-ST10').waitFor({ timeout: 60_000 });
    await at('place-orders').click();
    await at('new-order').click();
    await at('order-definition').selectOption('PMP-100 C');
    await at('order-id').fill('WO-77001');
    await at('order-quantity').fill('12');
    await at('order-prefix').fill('E2E-');
    await at('order-create').click();
    await expect.poll(() => at('order-detail').textContent(), patience).toContain('WO-77001');
    await at('release-order').click();
    await at('hold-order').waitFor({ timeout: 60_000 });
    await expect.poll(() => at('dispatch-L1').textContent(), patience).toContain('WO-77001');
    await at('search').fill('NO-SUCH-UNIT');
    await tab.keyboard.press('Enter');
    await tab.getByText('Nothing found for “NO-SUCH-UNIT”').waitFor({ timeout: 60_000 });
  }, 240_000);

  it('a server that is killed makes the page grey and say so', async () => {
    server.kill('SIGKILL');
    await expect.poll(() => at('link-banner').textContent(), patience).toContain('No connection to the plant server');
    await expect.poll(() => tab.locator('#content').getAttribute('class'), patience).toContain('stale');
  }, 240_000);

  it('nothing on the way broke the content security policy or threw', () => {
    expect(complaints).toEqual([]);
  });
});
