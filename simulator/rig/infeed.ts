/** The way from the press to the buffer, over the press's control: which parts came, and whether it may make more. */

export interface PressSeen {
  /** Parts that it handed on since it was switched on. */
  readonly handedOn: number;
  readonly blocked: boolean;
  /** Machine seconds per second. */
  readonly speed: number;
}

/** @param answer of the press, see simulator/press/README.md @returns null: it is none */
export function pressSeen(answer: unknown): PressSeen | null {
  if (typeof answer !== 'object' || answer === null) return null;
  const { handedOn, blocked, speed } = answer as Readonly<Record<string, unknown>>;
  if (typeof handedOn !== 'number' || typeof blocked !== 'boolean' || typeof speed !== 'number') return null;
  return { handedOn, blocked, speed };
}

export class Infeed {
  #handedOn: number | null = null;
  /** What the press was told last; null: nothing yet, or nobody knows whether it heard. */
  #told: boolean | null = null;

  get told(): boolean | null {
    return this.#told;
  }

  /** @returns parts that came since it was looked at last: at the first look, and of a press that was switched on anew, none */
  came({ handedOn }: Pick<PressSeen, 'handedOn'>): number {
    const before = this.#handedOn ?? handedOn;
    this.#handedOn = handedOn;
    return Math.max(0, handedOn - before);
  }

  /**
   * A full buffer blocks the press whatever else it was told; that there is room again is told once, so that somebody else
   * may block it too.
   * @returns what it must be told now; null: nothing
   */
  tells({ blocked }: Pick<PressSeen, 'blocked'>, isFull: boolean): boolean | null {
    if (blocked !== isFull && (isFull || this.#told !== false)) return isFull;
    this.#told = isFull;
    return null;
  }
  /** @param blocked null: the press did not answer to what it was told */
  wasTold(blocked: boolean | null): void {
    this.#told = blocked;
  }
}

/** @param address of the press's control. @throws Error where it does not take it */
export async function tellBlocked(address: string, on: boolean): Promise<void> {
  const answer = await fetch(new URL('block', address), {
    method: 'POST',
    body: JSON.stringify({ on }),
    signal: AbortSignal.timeout(1_000),
  });
  if (!answer.ok) throw new Error(`the press refuses block: ${answer.status} ${await answer.text()}`);
}
