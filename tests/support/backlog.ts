/** Facts that a station wrote while nobody listened: put into its log by the store itself, with the station ended. */
import { randomUUID } from 'node:crypto';
import { systemClock } from '#station/clock.ts';
import { projections } from '#station/store/projections/index.ts';
import { openStore } from '#station/store/store.ts';
import { pumps } from '../../bench/simulated-station.ts';
import type { Member } from './member.ts';

/**
 * @param overMs time that the facts are spread over, ending now.
 * @returns events written.
 */
export function writeBacklog(
  { data, stationId }: Pick<Member, 'data' | 'stationId'>,
  count: number,
  overMs = 3_600_000,
): number {
  const store = openStore({ folder: data, stationId, projections, clock: systemClock });
  const facts = pumps(`${stationId}-${randomUUID().slice(0, 6)}-`);
  const from = Date.now() - overMs;
  try {
    for (let written = 0; written < count;) {
      const some = Array.from({ length: Math.min(200, count - written) }, () => facts.next().value);
      store.append(some, {
        actor: { kind: 'person', id: 'sam.okafor' },
        commandId: randomUUID(),
        at: from + Math.floor((overMs * written) / count),
        bootId: 'boot-of-the-backlog',
        monoMs: written,
        config: 'c'.repeat(64),
      });
      written += some.length;
    }
    return count;
  } finally {
    store.close();
  }
}
