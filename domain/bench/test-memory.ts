/** Samples folded in memory, for the tests of the rules. */
import type { Happened } from '#domain/happened.ts';
import type { Decided, MadeUnit } from './due.ts';
import type { BenchFacts } from './facts.ts';
import { evolveSample, sampleEvents, type Sample } from './sample.ts';

const ofSample: ReadonlySet<string> = new Set(sampleEvents);

export class BenchMemory implements BenchFacts {
  /** What the bench has heard of; set by the test. */
  units: readonly MadeUnit[] = [];
  readonly samples = new Map<string, Sample>();
  readonly all: Decided[] = [];
  #setUps: { setUpId: string; kind: 'set-up' | 'tool-change'; at: number }[] = [];

  fold(event: Happened): void {
    const { type, body, at } = event;
    if (type === 'set-up.recorded') this.#setUps.push({ setUpId: body.setUpId, kind: body.kind, at });
    if (type === 'execution.passed') this.#setUps = [];
    if (type === 'sample.started' || type === 'sample.skipped')
      for (const each of body.characteristics)
        this.all.push({
          characteristicId: typeof each === 'string' ? each : each.characteristicId,
          reason: body.due.reason,
          key: body.due.key,
        });
    if (ofSample.has(type)) {
      const { sampleId } = body as { readonly sampleId: string };
      const after = evolveSample(this.samples.get(sampleId) ?? null, event);
      if (after !== null) this.samples.set(sampleId, after);
    }
  }

  made(): readonly MadeUnit[] {
    return this.units;
  }
  decided(): readonly Decided[] {
    return this.all;
  }
  orderDone(): boolean {
    return false;
  }
  measurable(_stream: unknown, most: number): readonly string[] {
    return this.units
      .map(({ serial }) => serial)
      .slice(-most)
      .reverse();
  }
  passed(_stream: unknown, serial: string): { executionId: string; revision: string } | null {
    const unit = this.units.findLast((each) => each.serial === serial);
    return unit === undefined ? null : { executionId: unit.executionId, revision: unit.revision };
  }
  sample(sampleId: string): Sample | null {
    return this.samples.get(sampleId) ?? null;
  }
  open(): Sample | null {
    return [...this.samples.values()].find(({ finished }) => finished === null) ?? null;
  }
  newest(): Sample | null {
    return [...this.samples.values()].at(-1) ?? null;
  }
  setUpsSince(): readonly { setUpId: string; kind: 'set-up' | 'tool-change'; at: number }[] {
    return this.#setUps;
  }
}
