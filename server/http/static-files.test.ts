import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { createApp } from './app.ts';
import { createMetrics } from './metrics.ts';
import { serveFiles } from './static-files.ts';

it('leads a typed address of the big screen to the one the page has', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-view-'));
  writeFileSync(join(folder, 'index.html'), 'the page');
  const log = createLog('silent');
  const app = await createApp({
    log,
    metrics: createMetrics(),
    ready: {},
    tls: null,
    trustProxy: false,
    metricsToken: null,
  });
  try {
    expect(await serveFiles(app, folder)).toBe(true);
    const to = async (url: string) => {
      const { statusCode, headers } = await app.inject({ url });
      return [statusCode, headers.location];
    };
    expect(await to('/board')).toEqual([302, '/#/board']);
    expect(await to('/board?line=L1')).toEqual([302, '/#/board/L1']);
    expect(await to('/board?line=L%201/..//evil.example')).toEqual([302, '/#/board/L%201%2F..%2F%2Fevil.example']);
    expect((await app.inject({ url: '/' })).body).toBe('the page');
  } finally {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 240_000);
