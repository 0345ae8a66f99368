/** What the scan router needs of the rest of the station. */
import type { StoreState } from '#contract/rpc/system.ts';
import type { BenchFeature } from '#station/bench/index.ts';
import type { Clock } from '#station/clock.ts';
import type { Core } from '#station/core/index.ts';
import type { ExecutionFeature } from '#station/execution/index.ts';
import type { Log } from '#station/log.ts';
import type { People } from '#station/people/people.ts';
import type { Known } from './known.ts';

export interface ScanParts {
  readonly core: Pick<Core, 'catalogue' | 'dispatch' | 'ids' | 'server' | 'stationId'> & {
    readonly execution: Pick<ExecutionFeature, 'view' | 'start' | 'act' | 'dismiss' | 'refuse'>;
    readonly bench: Pick<BenchFeature, 'shown' | 'take' | 'scanned'>;
  };
  readonly people: Pick<People, 'signIn' | 'signOut' | 'lock' | 'active'>;
  readonly known: Known;
  readonly store: { readonly state: StoreState };
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'error'>;
}
