/** Stops that somebody does not want to be asked about now: until the next pause. */
import type { StopsWatch } from '#contract/rpc/stops.ts';

class Later {
  #stopId = $state<string | null>(null);

  put(stopId: string): void {
    this.#stopId = stopId;
  }
  /** Forgets it as soon as work goes on; the next pause asks again. */
  heard(watch: StopsWatch | undefined): void {
    if (watch?.ask?.now === false) this.#stopId = null;
  }
  /** The stop to ask about at this moment; null: none. */
  asked(watch: StopsWatch | undefined): NonNullable<StopsWatch['ask']> | null {
    const ask = watch?.ask ?? null;
    return ask !== null && ask.now && ask.stopId !== this.#stopId ? ask : null;
  }
}
export const later = new Later();
