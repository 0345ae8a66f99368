/** Containments folded in memory: the tests of the rules. What fits is said by the test. */
import type { Criterion } from '#contract/containment.ts';
import type { Happened } from '#domain/happened.ts';
import {
  containmentOfHold,
  evolveContainment,
  isBegun,
  isInForce,
  type Containment,
  type ContainmentPart,
} from './containment.ts';
import type { ContainmentFacts } from './facts.ts';

export class ContainmentMemory implements ContainmentFacts {
  readonly all = new Map<string, ContainmentPart>();
  readonly #held = new Map<string, Set<string>>();
  fits: (criterion: Criterion) => readonly string[] = () => [];

  fold(event: Happened): void {
    if (event.type === 'unit.held') {
      const id = containmentOfHold(event.body.reasons);
      if (id !== null) this.#held.set(id, new Set([...(this.#held.get(id) ?? []), event.body.serial]));
    }
    if (event.type !== 'containment.begun' && event.type !== 'containment.lifted') return;
    const { containmentId } = event.body;
    const after = evolveContainment(this.all.get(containmentId) ?? null, event);
    if (after !== null) this.all.set(containmentId, after);
  }

  readonly find = (id: string): ContainmentPart | null => this.all.get(id) ?? null;
  readonly inForce = (): readonly Containment[] => [...this.all.values()].filter(isBegun).filter(isInForce);
  readonly fitting = (criterion: Criterion): readonly string[] => this.fits(criterion);
  readonly held = (id: string): readonly string[] => [...(this.#held.get(id) ?? [])];
}
