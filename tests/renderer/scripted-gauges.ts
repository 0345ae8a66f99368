/** The calls about gauges, answered from an invented register. */
import { implement } from '@orpc/server';
import type { Outcome } from '#contract/refusal.ts';
import { contract } from '#contract/rpc/index.ts';
import type { GaugesState } from '#contract/rpc/gauges.ts';
import { controlScene } from './control-scene.ts';
import { gaugesScene } from './gauges-scene.ts';
import type { Shown } from './shown.ts';

type Act = (path: string) => (asked: { input: unknown }) => Promise<Outcome>;

export function scriptedGauges(state: Shown<GaugesState>, act: Act) {
  const os = implement(contract.gauges);
  return os.router({
    watch: os.watch.handler(({ signal }) => state.watch(signal)),
    list: os.list.handler(() => gaugesScene.rows),
    gauge: os.gauge.handler(({ input }) => gaugesScene.view(input.gaugeId)),
    calibrate: os.calibrate.handler(act('gauges.calibrate')),
    condemn: os.condemn.handler(act('gauges.condemn')),
    return: os.return.handler(act('gauges.return')),
    recall: os.recall.handler(act('gauges.recall')),
    recallCodes: os.recallCodes.handler(() => [...controlScene.codes]),
    startCheck: os.startCheck.handler(act('gauges.startCheck')),
    takeReading: os.takeReading.handler(act('gauges.takeReading')),
    dropReading: os.dropReading.handler(act('gauges.dropReading')),
    finishCheck: os.finishCheck.handler(act('gauges.finishCheck')),
    abandonCheck: os.abandonCheck.handler(act('gauges.abandonCheck')),
  });
}
