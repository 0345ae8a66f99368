/** Handovers folded in memory: the tests of the rules. */
import type { Happened } from '#domain/happened.ts';
import type { HandoverFacts } from './facts.ts';
import { evolveHandover, isWritten, type HandoverPart } from './handover.ts';

export class HandoverMemory implements HandoverFacts {
  readonly all = new Map<string, HandoverPart>();

  fold(event: Happened): void {
    const { handoverId } = event.body as { readonly handoverId?: string };
    if (handoverId === undefined) return;
    const after = evolveHandover(this.all.get(handoverId) ?? null, event);
    if (after !== null) this.all.set(handoverId, after);
  }

  readonly handover = (id: string): HandoverPart | null => this.all.get(id) ?? null;
  readonly waiting = (): readonly HandoverPart[] =>
    [...this.all.values()]
      .filter(isWritten)
      .filter(({ taken }) => taken === null)
      .sort((a, b) => b.written.at - a.written.at);
}
