/** What follows from a release, in the background: units judged anew, numbers for stations that begin units now. */
import type { Clock } from './clock.ts';
import type { ReleasedConfiguration } from './configuration.ts';
import type { Db } from './db/db.ts';
import type { Log } from './log.ts';
import { numbersAgain } from './orders/numbers-again.ts';
import { judgeAgain } from './projections/judge-again.ts';

/** Without a change: what another instance folded under the configuration before. ms */
const lookEveryMs = 60_000;

export interface AfterRelease {
  /** Something may have been released. */
  wake(): void;
  stop(): Promise<void>;
}

/** Begins with a look at once: a server may have ended in the middle. */
export function followReleases(parts: {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly configuration: ReleasedConfiguration;
}): AfterRelease {
  const { db, clock, log, configuration } = parts;
  const end = new AbortController();
  let again = true;
  let numbered: string | null = null;
  let working: Promise<void> | null = null;
  let timer = clock.setTimer(lookEveryMs, () => wake());

  const work = async (): Promise<void> => {
    while (again && !end.signal.aborted) {
      again = false;
      try {
        const { hash } = configuration().configuration;
        const units = await judgeAgain(db, configuration, end.signal);
        if (units > 0) log.info({ units }, 'units judged anew under the configuration in force');
        if (numbered !== hash) await numbersAgain(db, configuration, () => clock.now(), end.signal);
        numbered = hash;
      } catch (error) {
        log.warn({ err: error }, 'units could not be judged anew; it is tried again');
      }
    }
  };
  const wake = (): void => {
    again = true;
    timer.cancel();
    if (end.signal.aborted) return;
    timer = clock.setTimer(lookEveryMs, () => wake());
    working ??= work().finally(() => (working = null));
  };
  wake();
  return {
    wake,
    async stop() {
      end.abort();
      timer.cancel();
      await working;
    },
  };
}
