/** The bench feature of the contract. */
import { implement } from '@orpc/server';
import type { Actor } from '#contract/envelope.ts';
import type { SetUpKind } from '#contract/events/shared.ts';
import { contract } from '#contract/rpc/index.ts';
import type { SetUpView } from '#contract/rpc/bench.ts';
import { actorName } from '#domain/units/holder.ts';
import type { Core } from '#station/core/index.ts';
import { done } from '#station/core/outcomes.ts';
import { watching } from '#station/streams/mailbox.ts';

export function createBenchRouter(core: Core) {
  const os = implement(contract.bench);
  const { bench, dispatch } = core;
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      const revisions = watching<number>((box) => {
        const leave = bench.attend();
        box.put(bench.revision);
        const unlisten = bench.changed.listen((revision) => box.put(revision));
        return () => {
          unlisten();
          leave();
        };
      }, signal);
      for await (const _revision of revisions) yield bench.view();
    }),
    get: os.get.handler(() => bench.view()),
    start: os.start.handler(({ input }) => bench.start(input.dueId, input.serials, input.commandId)),
    skip: os.skip.handler(({ input: { commandId, dueIds, reason } }) =>
      done(dispatch({ type: 'sample.skip', dueIds, reason }, commandId)),
    ),
    take: os.take.handler(({ input }) => bench.take(input.sampleId, input.commandId)),
    remeasure: os.remeasure.handler(({ input }) => bench.remeasure(input.sampleId, input.valueId, input.reason)),
    stop: os.stop.handler(({ input: { commandId, sampleId, reason } }) =>
      done(dispatch({ type: 'sample.stop', sampleId, reason }, commandId)),
    ),
    dismiss: os.dismiss.handler(() => {
      bench.dismiss();
      return null;
    }),
    forgetScanned: os.forgetScanned.handler(() => {
      bench.forgetScanned();
      return null;
    }),
    setUps: os.setUps.handler(() => setUpView(core)),
    recordSetUp: os.recordSetUp.handler(({ input: { commandId, ...setUp } }) =>
      done(dispatch({ type: 'set-up.record', ...setUp }, commandId)),
    ),
  });
}

interface SetUpRow {
  readonly setUpId: string;
  readonly kind: SetUpKind;
  readonly operationId: string | null;
  readonly note: string;
  readonly at: number;
  readonly actor: string;
}

function setUpView({ read, facts, stationId }: Core): SetUpView {
  const known = facts();
  const operations = new Map(
    known.catalogue.definitions
      .filter(({ status }) => status === 'released')
      .flatMap(({ operations: all }) => all)
      .filter(({ stations }) => stations.includes(stationId))
      .map(({ id, title }) => [id, { id, title }]),
  );
  return {
    operations: [...operations.values()],
    newest: read
      .all<SetUpRow>(
        `SELECT set_up_id AS setUpId, kind, operation_id AS operationId, note, at, actor FROM bench_set_up
         ORDER BY id DESC LIMIT 5`,
      )
      .map(({ actor, ...row }) => ({ ...row, by: actorName(JSON.parse(actor) as Actor, stationId, known) })),
  };
}
