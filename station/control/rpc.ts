/** The control feature of the contract. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { ControlState } from '#contract/rpc/control.ts';
import { characteristicText } from '#domain/control/follow.ts';
import type { Core } from '#station/core/index.ts';
import { done } from '#station/core/outcomes.ts';
import { News } from '#station/core/news.ts';
import { chartList, chartView, type ChartSources } from './charts.ts';
import { pointRecords } from './records.ts';
import { signalList, signalView, suspectCodes } from './signals.ts';

/** Of the facts that charts and signals are made of; units change the state of suspects, gauges what can be relied on. */
const concerns = (type: string): boolean => /^(?:point|phase|signal|reaction|unit|gauge)\./.test(type);

export function createControlRouter(core: Core) {
  const os = implement(contract.control);
  const { dispatch } = core;
  const news = new News(core, { facts: concerns, documents: ['signal', 'passport', 'gauge'] });
  const sources = (): ChartSources => ({ read: core.read, facts: core.facts() });
  const state = (): ControlState => {
    const facts = core.facts();
    const open = facts.control.openSignals();
    return {
      revision: news.revision,
      open: open.map(({ signalId, raised }) => ({ signalId, title: characteristicText(raised, facts) })),
    };
  };
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      for await (const _ of news.watch(signal)) yield state();
    }),
    charts: os.charts.handler(() => chartList(sources())),
    chart: os.chart.handler(({ input }) => chartView(input, sources())),
    signals: os.signals.handler(({ input }) => signalList(input, sources())),
    signal: os.signal.handler(({ input }) => signalView(input.signalId, sources())),
    suspectCodes: os.suspectCodes.handler(({ input }) => suspectCodes(input.signalId, core)),
    records: os.records.handler(({ input }) => pointRecords(input.pointId, sources())),
    doStep: os.doStep.handler(({ input: { commandId, ...step } }) =>
      done(dispatch({ type: 'reaction.do-step', ...step }, commandId)),
    ),
    closeSignal: os.closeSignal.handler(({ input: { commandId, ...close } }) =>
      done(dispatch({ type: 'signal.close', ...close }, commandId)),
    ),
    liftHolds: os.liftHolds.handler(({ input: { commandId, ...lift } }) =>
      done(dispatch({ type: 'signal.lift-holds', ...lift }, commandId)),
    ),
    beginPhase: os.beginPhase.handler(({ input: { commandId, ...begin } }) =>
      done(dispatch({ type: 'phase.begin', ...begin }, commandId)),
    ),
    excludePoint: os.excludePoint.handler(({ input: { commandId, ...exclude } }) =>
      done(dispatch({ type: 'point.exclude', ...exclude }, commandId)),
    ),
    notePoint: os.notePoint.handler(({ input: { commandId, ...note } }) =>
      done(dispatch({ type: 'point.note', ...note }, commandId)),
    ),
  });
}
