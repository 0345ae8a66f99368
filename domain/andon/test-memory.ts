/** Calls folded in memory: the tests of the rules. */
import type { Happened } from '#domain/happened.ts';
import { evolveCall, isCallOpen, isRaised, type Call, type CallPart } from './call.ts';
import type { AndonFacts } from './facts.ts';

export class AndonMemory implements AndonFacts {
  readonly all = new Map<string, CallPart>();

  fold(event: Happened): void {
    const { callId } = event.body as { readonly callId?: string };
    if (callId === undefined) return;
    const after = evolveCall(this.all.get(callId) ?? null, event);
    if (after !== null) this.all.set(callId, after);
  }

  readonly call = (id: string): CallPart | null => this.all.get(id) ?? null;
  readonly own = this.call;
  readonly open = (): readonly Call[] =>
    [...this.all.values()]
      .filter(isRaised)
      .filter(isCallOpen)
      .sort((a, b) => a.raised.at - b.raised.at);
}
