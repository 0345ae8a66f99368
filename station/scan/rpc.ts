/** The scan feature of the contract. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { ScanOutcome } from '#contract/rpc/scan.ts';
import { watching } from '#station/streams/mailbox.ts';
import type { ScanRouter } from './scan-router.ts';

export function createScanRouterRpc(scans: ScanRouter) {
  const os = implement(contract.scan);
  return os.router({
    submit: os.submit.handler(({ input }) => scans.submit({ ...input, deviceId: null })),
    watch: os.watch.handler(async function* ({ signal }) {
      yield* watching<ScanOutcome | null>((box) => {
        box.put(scans.last());
        return scans.outcomes.listen((outcome) => box.put(outcome));
      }, signal);
    }),
  });
}
