import type { Caller } from '#server/accounts/caller.ts';

/** What every handler of the plant view's calls gets beside its input: who asks, as the database said for this very call. */
export interface PlantContext {
  readonly caller: Caller;
}
