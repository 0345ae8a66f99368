/** The studies feature of the contract. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { Outcome } from '#contract/refusal.ts';
import { mayManage } from '#domain/studies/rights.ts';
import type { Core } from '#station/core/index.ts';
import { done } from '#station/core/outcomes.ts';
import { News } from '#station/core/news.ts';
import { Measuring } from './measuring.ts';
import { studyChoices, studyList, studyView, type StudySources } from './views.ts';

/** Facts of studies; of gauges, as one may become unfit; of people, as another one takes up the parts. */
const concerns = (type: string): boolean => /^(?:study|gauge|operator|station)\./.test(type);

export function createStudiesRouter(core: Core) {
  const os = implement(contract.studies);
  const { dispatch } = core;
  const news = new News(core, { facts: concerns, documents: ['gauge'] });
  const measuring = new Measuring(core, news.tell);
  core.execution.claimPushes((tagId, reading) => measuring.pushed(tagId, reading));
  core.devicesChanged(news.tell);
  const sources = (): StudySources => ({ read: core.read, facts: core.facts() });
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      for await (const _ of news.watch(signal)) yield { revision: news.revision, mayManage: mayManage(core.facts()) };
    }),
    list: os.list.handler(({ input }) => studyList(input, sources())),
    choices: os.choices.handler(() => studyChoices(sources())),
    begin: os.begin.handler(({ input: { commandId, plan } }): Outcome<string> => {
      const outcome = dispatch({ type: 'study.begin', plan }, commandId);
      return outcome.ok ? { ok: true, value: outcome.value?.['studyId'] ?? '' } : outcome;
    }),
    measure: os.measure.handler(async function* ({ input: { studyId }, signal }) {
      const close = measuring.attend(studyId);
      try {
        for await (const _ of news.watch(signal)) yield measuring.view(studyId);
      } finally {
        close();
      }
    }),
    type: os.type.handler(({ input: { commandId, studyId, value } }) =>
      done(measuring.take(studyId, { type: 'study.record', source: { from: 'typed', value } }, commandId)),
    ),
    take: os.take.handler(({ input: { commandId, studyId } }) =>
      done(measuring.take(studyId, { type: 'study.record', source: { from: 'take' } }, commandId)),
    ),
    judge: os.judge.handler(({ input: { commandId, studyId, verdict } }) =>
      done(measuring.take(studyId, { type: 'study.judge', verdict }, commandId)),
    ),
    again: os.again.handler(({ input: { studyId, reason } }) => measuring.again(studyId, reason)),
    finish: os.finish.handler(({ input: { commandId, studyId } }) =>
      done(dispatch({ type: 'study.finish', studyId }, commandId)),
    ),
    abandon: os.abandon.handler(({ input: { commandId, ...abandon } }) =>
      done(dispatch({ type: 'study.abandon', ...abandon }, commandId)),
    ),
    study: os.study.handler(({ input }) => studyView(input.studyId, sources())),
  });
}
