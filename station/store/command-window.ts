/**
 * Which events a command led to, for the last commands only: a repeated click or a resent call comes within seconds.
 * The command id is in every record, so the window is read back from the end of the log at start and costs no write;
 * an index over random ids in the file would cost a page per command for ever.
 */
export interface CommandEvents {
  readonly epochId: number;
  readonly first: number;
  last: number;
}

export class CommandWindow {
  readonly #size: number;
  /** Insertion order is age. */
  readonly #commands = new Map<string, CommandEvents>();

  /** @param size how many commands are remembered. */
  constructor(size: number) {
    this.#size = size;
  }

  note(commandId: string, epochId: number, first: number, last: number): void {
    const known = this.#commands.get(commandId);
    if (known && known.epochId === epochId) {
      known.last = last;
      return;
    }
    this.#commands.set(commandId, { epochId, first, last });
    if (this.#commands.size > this.#size) {
      for (const oldest of this.#commands.keys()) {
        this.#commands.delete(oldest);
        break;
      }
    }
  }

  find(commandId: string): CommandEvents | undefined {
    return this.#commands.get(commandId);
  }
}
