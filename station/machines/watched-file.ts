/**
 * Until when the machines were watched, and where their counters stood then: what a station that died cannot tell any more. One
 * small file, written whole or not at all, never trusted when read; it is no fact, and without it less is known.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Log } from '#station/log.ts';

const baseline = z.object({ at: z.number(), value: z.number() }).nullable();
const schema = z.object({
  /** UTC ms. */
  until: z.number(),
  baselines: z.record(z.string(), z.object({ produced: baseline, judged: baseline })),
});
export type Watched = z.infer<typeof schema>;

export class WatchedFile {
  readonly #path: string;
  readonly #log: Pick<Log, 'warn'>;
  #failed = false;

  /** @param folder the data folder; the file is `watched.json` in it */
  constructor(folder: string, log: Pick<Log, 'warn'>) {
    this.#path = path.join(folder, 'watched.json');
    this.#log = log;
  }

  /** @returns null: there is none, or it cannot be read. */
  read(): Watched | null {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      return null;
    }
    try {
      return schema.parse(JSON.parse(text));
    } catch (error) {
      this.#log.warn({ file: this.#path, error: String(error) }, 'until when machines were watched cannot be read');
      return null;
    }
  }

  /** A disk that takes nothing is told once; the store tells the people. */
  write(watched: Watched): void {
    try {
      writeFileSync(`${this.#path}.new`, JSON.stringify(watched));
      renameSync(`${this.#path}.new`, this.#path);
      this.#failed = false;
    } catch (error) {
      if (!this.#failed)
        this.#log.warn({ file: this.#path, error: String(error) }, 'cannot write until when machines were watched');
      this.#failed = true;
    }
  }
}
