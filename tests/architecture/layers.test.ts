import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const config = ((await import(new URL('../../.dependency-cruiser.mjs', import.meta.url).href)) as { default: unknown })
  .default as { forbidden: object[]; options: object };

async function violations(baseDir: string, folders: string[]): Promise<string[]> {
  const result = await cruise(
    folders,
    { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true, baseDir } as never,
    {
      extensions: ['.ts', '.js', '.svelte', '.mjs'],
      conditionNames: ['import', 'node', 'default'],
      exportsFields: ['exports'],
    } as never,
    { tsConfig: extractTSConfig(join(root, 'tsconfig.json')) } as never,
  );
  return (result.output as ICruiseResult).summary.violations.map((v) => `${v.rule.name}: ${v.from} -> ${v.to}`);
}

describe('layers (layers.json)', () => {
  it('hold over the whole tree', async () => {
    expect(
      await violations(root, [
        'contract',
        'domain',
        'config',
        'host',
        'publish',
        'station',
        'server',
        'main',
        'preload',
        'simulator',
        'renderer',
      ]),
    ).toEqual([]);
  }, 300_000);

  it('the check finds a wrong import of each kind', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'linewright-layers-'));
    const file = (path: string, text: string): void => {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    };
    try {
      file(
        'package.json',
        JSON.stringify({ type: 'module', imports: { '#contract/*': './contract/*', '#station/*': './station/*' } }),
      );
      file('contract/a.ts', 'export const a = 1;\n');
      file('station/core/x.ts', 'export const x = 1;\n');
      file('station/drivers/one/driver.ts', "import { x } from '../two/driver.ts';\nexport const one = x;\n");
      file('station/drivers/two/driver.ts', "import { x } from '#station/core/x.ts';\nexport { x };\n");
      file('domain/rule.ts', "import { x } from '../station/core/x.ts';\nexport const rule = x;\n");
      file('renderer/view.ts', "import type { x } from '../station/core/x.ts';\nexport type View = typeof x;\n");
      file('contract/bad.ts', "import { rule } from '../domain/rule.ts';\nexport const bad = rule;\n");
      const found = await violations(dir, ['contract', 'domain', 'station', 'renderer']);
      for (const expected of [
        'layer: station/drivers/*: station/drivers/one/driver.ts -> station/drivers/two/driver.ts',
        'layer: station/drivers/*: station/drivers/two/driver.ts -> station/core/x.ts',
        'layer: domain: domain/rule.ts -> station/core/x.ts',
        'layer: renderer: renderer/view.ts -> station/core/x.ts',
        'layer: contract: contract/bad.ts -> domain/rule.ts',
      ]) {
        expect(found).toContain(expected);
      }
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
