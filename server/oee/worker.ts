/** Keeps the sums of all machines made, in the background; any number of instances share the work (sum-up.ts). */
import { tellChanged } from '../changes-feed.ts';
import type { Clock } from '../clock.ts';
import type { ReleasedConfiguration } from '../configuration.ts';
import type { Db } from '../db/db.ts';
import type { GiveWay } from '../give-way.ts';
import type { Log } from '../log.ts';
import { repeat } from '../repeat.ts';
import { sumUp } from './sum-up.ts';

/** What changed is summed up anew after this long at most, ms. */
const everyMs = 2_000;
/** Hours that have ended, and what another configuration makes otherwise: every machine is looked at. ms */
const allEveryMs = 60_000;
const restMs = 400;

export interface SumWorker {
  stop(): Promise<void>;
}

export function keepSums(parts: {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly configuration: ReleasedConfiguration;
  readonly giveWay: GiveWay;
}): SumWorker {
  const { db, clock, log, configuration, giveWay } = parts;
  const end = new AbortController();
  let allAt = -Infinity;
  let hash = '';
  let working: Promise<unknown> = Promise.resolve();

  const work = async (): Promise<void> => {
    const force = configuration();
    const all = clock.now() - allAt >= allEveryMs || hash !== force.configuration.hash;
    if (all) [allAt, hash] = [clock.now(), force.configuration.hash];
    const rows = all ? [] : await db.query<{ id: string }>('SELECT DISTINCT machine_id AS id FROM machine_unsummed');
    const wanted = new Set(rows.map(({ id }) => id));
    let summed = false;
    for (const machine of force.catalogue.machines) {
      if (!all && !wanted.has(machine.id)) continue;
      for (let more = true; more && !end.signal.aborted;) {
        await giveWay.rest(restMs);
        more = await sumUp(db, force, machine, clock.now());
        summed ||= more;
      }
    }
    if (summed) await tellChanged(db, 'oee');
  };
  const repeating = repeat(
    clock,
    everyMs,
    () => (working = end.signal.aborted ? Promise.resolve() : work()),
    log,
    'sums of machine time could not be made; it is tried again',
  );
  return {
    async stop() {
      end.abort();
      repeating.cancel();
      await working.catch(() => undefined);
    },
  };
}
