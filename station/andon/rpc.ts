/** The andon feature of the contract. */
import { implement } from '@orpc/server';
import type { Outcome } from '#contract/refusal.ts';
import { contract } from '#contract/rpc/index.ts';
import type { Core } from '#station/core/index.ts';
import { done } from '#station/core/outcomes.ts';
import { watching } from '#station/streams/mailbox.ts';
import type { AndonFeature } from './index.ts';
import { pastCalls } from './view.ts';

export function createAndonRouter(core: Core, andon: AndonFeature) {
  const os = implement(contract.andon);
  const { dispatch } = core;
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      const news = watching<null>((box) => {
        box.put(null);
        return andon.changed.listen(() => box.put(null));
      }, signal);
      // Made when the reader takes it: a slow screen costs nothing and sees the newest.
      for await (const _news of news) yield andon.view();
    }),
    past: os.past.handler(({ input }) => pastCalls(input, core.read, core.facts())),
    raise: os.raise.handler(({ input: { commandId, ...call } }): Outcome<{ callId: string }> => {
      const outcome = dispatch({ type: 'call.raise', ...call }, commandId);
      if (!outcome.ok) return outcome;
      return { ok: true, value: { callId: outcome.value?.['callId'] ?? '' } };
    }),
    answer: os.answer.handler(({ input: { commandId, ...answer } }) =>
      done(dispatch({ type: 'call.answer', ...answer }, commandId)),
    ),
    close: os.close.handler(({ input: { commandId, ...close } }) =>
      done(dispatch({ type: 'call.close', ...close }, commandId)),
    ),
  });
}
