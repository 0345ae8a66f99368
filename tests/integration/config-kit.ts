/** A copy of the demo plant to break, and what the loader says of it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ConfigurationFault } from '#contract/config/index.ts';
import { installedDrivers } from '#station/drivers/index.ts';
import { loadConfiguration, type Loaded } from '#config/load.ts';

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

/** One way to break the demo plant, and what must be said of it. */
export interface Case {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Text of the line where the fault must be; default: `to`. */
  readonly at?: string;
  /** Where the fault is when not in the file that was edited. */
  readonly told?: string;
  readonly problem: RegExp;
  readonly remedy: RegExp;
}

/** Each test gets a copy of its own. */
export function freshPlant(): { readonly plant: PlantCopy } {
  const holder = { plant: undefined as unknown as PlantCopy };
  beforeEach(() => void (holder.plant = new PlantCopy()));
  afterEach(() => holder.plant.remove());
  return holder;
}

/** Breaks a copy in each way and expects the fault at its file and line, with its remedy. */
export function expectFaults(cases: readonly Case[]): void {
  const holder = freshPlant();
  it.each(cases)('$name', ({ file, from, to, at = to, told = file, problem, remedy }) => {
    const { plant } = holder;
    plant.edit(file, from, to);
    const faults = plant.faults();
    const found = faults.find((fault) => fault.file === told && problem.test(fault.problem));
    expect(found, JSON.stringify(faults, null, 1)).toBeDefined();
    expect(found?.remedy).toMatch(remedy);
    expect(found?.column).toBeGreaterThan(0);
    if (at !== '') expect(found?.line).toBe(plant.lineOf(told, at));
  });
}

export const pumpC = 'definitions/PMP-100.C/definition.yaml';
export const pumpA = 'definitions/PMP-200.A/definition.yaml';
