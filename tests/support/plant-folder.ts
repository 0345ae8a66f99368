/** A copy of the demo plant's configuration that a test may change. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { weekdays } from '#contract/config/plant.ts';
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

/** All time of a copy of the demo plant is planned, whatever the clock says: no break, no day off, no planned stop. */
export function planAllTime(config: string): void {
  const [plantFile, calendarFile] = [join(config, 'plant.yaml'), join(config, 'calendar.yaml')];
  const plant = parse(readFileSync(plantFile, 'utf8')) as { readonly shifts: readonly object[] };
  const shifts = plant.shifts.map((shift) => ({ ...shift, breaks: [], days: [...weekdays] }));
  writeFileSync(plantFile, stringify({ ...plant, shifts, holidays: [] }));
  writeFileSync(calendarFile, stringify({ schema: 'linewright/calendar@1', planned: [] }));
}
