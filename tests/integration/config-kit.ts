/** A copy of the demo plant to break, and what the loader says of it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ConfigurationFault } from '#contract/config/index.ts';
import { installedDrivers } from '#station/drivers/index.ts';
import { loadConfiguration, type Loaded } from '#station/config/load.ts';

export const demoPlant = path.resolve(import.meta.dirname, '../../resources/demo-plant');
const drivers = await installedDrivers();
export const manifests = new Map([...drivers].map(([id, { manifest }]) => [id, manifest]));

export class PlantCopy {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'linewright-config-'));
  constructor() {
    cpSync(demoPlant, this.folder, { recursive: true });
  }
  path(file: string): string {
    return path.join(this.folder, file);
  }
  read(file: string): string {
    return readFileSync(this.path(file), 'utf8');
  }
  write(file: string, text: string | Uint8Array): void {
    writeFileSync(this.path(file), text);
  }
  /** Replaces the first occurrence; a test whose text is no longer in the demo plant must fail, not pass quietly. */
  edit(file: string, from: string, to: string): void {
    const text = this.read(file);
    if (!text.includes(from)) throw new Error(`${file} has no "${from}"`);
    this.write(
      file,
      text.replace(from, () => to),
    );
  }
  /** 1-based line of the first occurrence. */
  lineOf(file: string, text: string): number {
    const at = this.read(file).indexOf(text);
    if (at < 0) throw new Error(`${file} has no "${text}"`);
    return this.read(file).slice(0, at).split('\n').length;
  }
  load(): Loaded {
    return loadConfiguration(this.folder, { manifests });
  }
  faults(): readonly ConfigurationFault[] {
    const loaded = this.load();
    return 'faults' in loaded ? loaded.faults : [];
  }
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
