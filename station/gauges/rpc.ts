/** The gauges feature of the contract. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { GaugesState } from '#contract/rpc/gauges.ts';
import type { Core } from '#station/core/index.ts';
import { done } from '#station/core/outcomes.ts';
import { unitCode } from '#station/units/unit-code.ts';
import { News } from '#station/core/news.ts';
import type { CheckDrafts } from './check-draft.ts';
import { createMasterChecks } from './check.ts';
import { gaugeList, gaugeView, troubled } from './register.ts';

/** A shift begins and a calibration ends without anybody doing anything. */
const lookAgainMs = 60_000;

/** Units change what recalls show. */
const concerns = (type: string): boolean => /^(?:gauge|unit|study)\.|^measurement\./.test(type);

/** @param drafts where the master check under way outlives a restart. */
export function createGaugesRouter(core: Core, drafts: CheckDrafts) {
  const os = implement(contract.gauges);
  const { dispatch } = core;
  const news = new News(core, { facts: concerns, documents: ['gauge', 'passport'] });
  const checks = createMasterChecks(core, drafts, news.tell);
  const state = (): GaugesState => ({
    revision: news.revision,
    check: checks.view(),
    troubled: troubled(core.facts()),
  });
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      for await (const _ of news.watch(signal, { atLeastMs: lookAgainMs })) yield state();
    }),
    list: os.list.handler(() => gaugeList(core.facts())),
    gauge: os.gauge.handler(({ input }) => gaugeView(input.gaugeId, core.facts())),
    calibrate: os.calibrate.handler(({ input: { commandId, ...calibrate } }) =>
      done(dispatch({ type: 'gauge.calibrate', ...calibrate }, commandId)),
    ),
    condemn: os.condemn.handler(({ input: { commandId, ...condemn } }) =>
      done(dispatch({ type: 'gauge.condemn', ...condemn }, commandId)),
    ),
    return: os.return.handler(({ input: { commandId, ...back } }) =>
      done(dispatch({ type: 'gauge.return', ...back }, commandId)),
    ),
    recall: os.recall.handler(({ input: { commandId, ...recall } }) =>
      done(dispatch({ type: 'gauge.recall', ...recall }, commandId)),
    ),
    recallCodes: os.recallCodes.handler(({ input: { gaugeId, recallId } }) => {
      const recall = gaugeView(gaugeId, core.facts())?.recalls.find((each) => each.recallId === recallId);
      return (recall?.units ?? []).map(({ serial }) => unitCode(serial));
    }),
    startCheck: os.startCheck.handler(({ input }) => checks.start(input.gaugeId, input.masterId)),
    takeReading: os.takeReading.handler(({ input }) => checks.take(input.value)),
    dropReading: os.dropReading.handler(() => checks.drop()),
    finishCheck: os.finishCheck.handler(({ input }) => checks.finish(input.commandId)),
    abandonCheck: os.abandonCheck.handler(() => checks.abandon()),
  });
}
