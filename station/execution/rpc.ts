/** The execution feature of the contract. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { Core } from '#station/core/index.ts';
import { done } from '#station/core/outcomes.ts';
import { watching } from '#station/streams/mailbox.ts';

export function createExecutionRouter(core: Core) {
  const os = implement(contract.execution);
  const { execution } = core;
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      const revisions = watching<number>((box) => {
        const leave = execution.changes.attend();
        box.put(execution.changes.revision);
        const unlisten = execution.changes.signal.listen((revision) => box.put(revision));
        return () => {
          unlisten();
          leave();
        };
      }, signal);
      // The view is made when the reader takes it: a slow screen costs nothing and sees the newest.
      for await (const _revision of revisions) yield execution.view();
    }),
    get: os.get.handler(() => execution.view()),
    start: os.start.handler(({ input }) => done(execution.start(input.serial, input.commandId))),
    act: os.act.handler(({ input: { commandId, ...place } }) => done(execution.act(place, commandId))),
    retry: os.retry.handler(({ input: { commandId, ...place } }) =>
      done(core.dispatch({ type: 'step.retry', ...place }, commandId)),
    ),
    dismiss: os.dismiss.handler(() => {
      execution.dismiss();
      return null;
    }),
    trace: os.trace.handler(async function* ({ input, signal }) {
      yield* execution.trace(input.executionId, input.stepId, signal);
    }),
    series: os.series.handler(({ input }) => execution.series(input.definitionId, input.characteristicId, input.limit)),
  });
}
