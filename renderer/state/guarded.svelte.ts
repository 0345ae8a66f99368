import type { Outcome } from '#contract/refusal.ts';
import { Act } from './act.svelte.ts';

/**
 * An act that may need the own PIN. When the only thing missing is the PIN, it is asked for (`GuardNote` shows the
 * pad) and the act, for which the person gives it, is then done; cancelled, the refusal stays to be read.
 */
export class GuardedAct extends Act {
  /** Set while the PIN pad is up: tells whether the PIN was given. */
  asking = $state.raw<((given: boolean) => void) | null>(null);

  /** @param call makes a new command id each time: the second try is another command. */
  override async run<T>(call: () => Promise<Outcome<T>>): Promise<{ readonly value: T } | null> {
    const done = await super.run(call);
    const reasons = this.refusal?.reasons ?? [];
    if (done !== null || reasons.length === 0 || reasons.some(({ code }) => code !== 'pin.required')) return done;
    const given = await new Promise<boolean>((resolve) => (this.asking = resolve));
    this.asking = null;
    return given ? super.run(call) : null;
  }
}
