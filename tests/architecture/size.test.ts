import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const answered = (
  JSON.parse(readFileSync(new URL('./long-files.json', import.meta.url), 'utf8')) as { files: Record<string, string> }
).files;

it('no source file is over its budget', () => {
  const sizes = execFileSync('git', ['ls-files', '*.ts', '*.svelte', '*.mjs', '*.css'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((path) => path !== '' && !path.includes('.gen.'))
    .map((path) => {
      try {
        return { path, lines: readFileSync(`${root}${path}`, 'utf8').split('\n').length };
      } catch {
        return { path, lines: 0 };
      }
    });
  expect(sizes.length).toBeGreaterThan(50);
  expect(sizes.filter(({ lines }) => lines > 800)).toEqual([]);
  expect(sizes.filter(({ path, lines }) => lines > 400 && !answered[path])).toEqual([]);
});
