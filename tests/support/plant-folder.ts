/** A copy of the demo plant's configuration that a test may change. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './child.ts';
import { editPlant } from './demo-line.ts';

export interface PlantFolder {
  /** For whatever belongs to the test; goes with it. */
  readonly home: string;
  readonly config: string;
  edit(file: string, from: string, to: string): void;
  remove(): void;
}

export function plantFolder(): PlantFolder {
  const home = mkdtempSync(join(tmpdir(), 'linewright-folder-'));
  const config = join(home, 'config');
  cpSync(join(root, 'resources/demo-plant'), config, { recursive: true });
  return {
    home,
    config,
    edit: (file, from, to) => editPlant({ config }, file, from, to),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}
