/** The bench of a scripted station. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { BenchView } from '#contract/rpc/bench.ts';
import { benchScene } from './bench-scene.ts';
import type { Shown } from './shown.ts';

type Act = (path: string) => (call: { input: unknown }) => Promise<{ readonly ok: true; readonly value: undefined }>;

export function scriptedBench(view: Shown<BenchView>, act: Act) {
  const os = implement(contract.bench);
  return os.router({
    watch: os.watch.handler(({ signal }) => view.watch(signal)),
    get: os.get.handler(() => view.value),
    start: os.start.handler(act('bench.start')),
    skip: os.skip.handler(act('bench.skip')),
    take: os.take.handler(act('bench.take')),
    remeasure: os.remeasure.handler(act('bench.remeasure')),
    stop: os.stop.handler(act('bench.stop')),
    dismiss: os.dismiss.handler(() => null),
    forgetScanned: os.forgetScanned.handler(() => null),
    setUps: os.setUps.handler(() => benchScene.setUps),
    recordSetUp: os.recordSetUp.handler(act('bench.recordSetUp')),
  });
}
