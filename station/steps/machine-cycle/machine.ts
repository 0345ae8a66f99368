/** One machine as a cycle needs it: its state by PackML's words, its recipe, its methods. Nothing here rejects. */
import type { Device, Machine, Recipe } from '#contract/config/device.ts';
import type { DriverResult } from '#contract/driver.ts';
import type { BodyOf } from '#contract/events/index.ts';
import type { Reading, TagValue } from '#contract/reading.ts';
import type { Reason } from '#contract/refusal.ts';
import { reason } from '#domain/decision.ts';
import type { DeviceSource } from '#station/core/ports.ts';

export type MachinePhase = 'idle' | 'executing' | 'complete' | 'aborted' | 'other';
export interface Situation {
  readonly phase: MachinePhase;
  /** As the machine words it. */
  readonly state: string;
  /** The cycle it was last told to run, and the one its results are of (same tag where it has only one). */
  readonly cycleId: string;
  readonly resultCycleId: string;
}
export type Parameters = BodyOf<'machine-cycle.prepared'>['parameters'];
export type MachineMethod = 'start' | 'abort' | 'reset';

export class MachineLink {
  readonly device: Device;
  readonly machine: Machine;
  readonly #devices: DeviceSource;

  constructor(device: Device, machine: Machine, devices: DeviceSource) {
    this.device = device;
    this.machine = machine;
    this.#devices = devices;
  }

  get deviceText(): Device['title'] {
    return this.device.title;
  }

  connected(): boolean {
    return this.#devices.condition(this.device.id)?.state === 'connected';
  }

  /** Why it is not connected, for the record. */
  absence(now: number): Reason {
    const state = this.#devices.condition(this.device.id)?.state ?? 'stopped';
    const sinceMs = Math.max(0, now - (this.#devices.since(this.device.id) ?? now));
    return reason('device.not-connected', { device: this.device.id, deviceText: this.deviceText, state, sinceMs });
  }

  phaseOf(value: TagValue): MachinePhase {
    const { states } = this.machine;
    const says = (all: readonly (string | number)[]): boolean => all.some((s) => s === value);
    if (says(states.executing)) return 'executing';
    if (says(states.complete)) return 'complete';
    if (says(states.aborted)) return 'aborted';
    return says(states.idle) ? 'idle' : 'other';
  }

  /** Asked now, past any cache. null: no trustworthy answer. */
  async situation(): Promise<Situation | null> {
    const { stateTag, cycleIdTag, resultCycleIdTag } = this.machine;
    const read = await this.#devices.read([stateTag, cycleIdTag, ...(resultCycleIdTag ? [resultCycleIdTag] : [])]);
    if (!read.ok) return null;
    const [state, cycle, result = cycle] = read.value.map((answer) => answer.reading);
    if (!good(state) || !good(cycle) || !good(result)) return null;
    return {
      phase: this.phaseOf(state.value),
      state: String(state.value),
      cycleId: String(cycle.value),
      resultCycleId: String(result.value),
    };
  }

  call(method: MachineMethod): Promise<DriverResult<readonly TagValue[]>> {
    const { object, method: name } = this.machine[method];
    return this.#devices.call(this.device.id, object, name, []);
  }

  /** @returns null when the machine holds the id now, else why not. */
  async writeCycleId(cycleId: string): Promise<Reason | null> {
    const { cycleIdTag } = this.machine;
    const title = this.device.tags.find((t) => t.id === cycleIdTag)?.title ?? null;
    const written = await this.#devices.write(cycleIdTag, cycleId);
    if (!written.ok)
      return reason('machine.write-failed', { parameter: cycleIdTag, parameterText: title, status: written.status });
    if (String(written.value) === cycleId) return null;
    const readBack = String(written.value);
    return reason('machine.recipe-mismatch', {
      parameter: cycleIdTag,
      parameterText: title,
      written: cycleId,
      readBack,
      unit: null,
    });
  }

  /** Writes every parameter and compares what the machine holds then; all that differ are told. */
  async writeRecipe(
    recipe: Recipe,
  ): Promise<{ readonly parameters: Parameters } | { readonly faults: readonly Reason[] }> {
    const parameters: Parameters = [];
    const faults: Reason[] = [];
    for (const { id, title, tag, value, unit, tolerance } of recipe.parameters) {
      const names = { parameter: id, parameterText: title };
      const written = await this.#devices.write(tag, value);
      if (!written.ok) faults.push(reason('machine.write-failed', { ...names, status: written.status }));
      else if (!sameWithin(value, written.value, tolerance))
        faults.push(
          reason('machine.recipe-mismatch', { ...names, written: value, readBack: shown(written.value), unit }),
        );
      else parameters.push({ id, tagId: tag, unit, written: value, readBack: scalar(written.value) ?? value });
    }
    return faults.length > 0 ? { faults } : { parameters };
  }

  async read(
    tagIds: readonly string[],
  ): Promise<readonly { readonly tagId: string; readonly reading: Reading }[] | null> {
    const read = await this.#devices.read(tagIds);
    return read.ok ? read.value : null;
  }
}

const good = (reading: Reading | undefined): reading is Reading =>
  reading !== undefined && reading.quality === 'good' && reading.value !== null;

/**
 * @param tolerance absolute, in the parameter's unit. A number also counts as equal when both round to the same 32-bit
 * float (IEEE 754 binary32): most controllers keep no more, and 12.4 comes back as 12.399999618530273.
 */
export function sameWithin(written: number | string | boolean, readBack: TagValue, tolerance: number): boolean {
  if (typeof written !== 'number' || typeof readBack !== 'number') return written === readBack;
  return Math.abs(readBack - written) <= tolerance || Math.fround(readBack) === Math.fround(written);
}

function scalar(value: TagValue): number | string | boolean | null {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' ? value : null;
}
const shown = (value: TagValue): number | string | boolean => scalar(value) ?? JSON.stringify(value);
