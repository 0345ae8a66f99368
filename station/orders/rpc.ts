/** The orders feature of the contract. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { Core } from '#station/core/index.ts';
import { done } from '#station/core/outcomes.ts';
import { watching } from '#station/streams/mailbox.ts';
import { orderList, orderOf } from './view.ts';

/** Pulls of a list are not worth more often than this. */
const leastMs = 200;

export function createOrdersRouter(core: Core) {
  const os = implement(contract.orders);
  const { dispatch, read, catalogue } = core;
  return os.router({
    watch: os.watch.handler(async function* ({ signal }) {
      // Facts change rows; so do interlocks (who is signed in, devices), which the work screen's revision tells of too.
      yield* watching<{ readonly revision: number }>(
        (box) => {
          const { changes } = core.execution;
          const leave = changes.attend();
          box.put({ revision: changes.revision });
          const unlisten = changes.signal.listen((revision) => box.put({ revision }));
          return () => {
            unlisten();
            leave();
          };
        },
        signal,
        undefined,
        leastMs,
      );
    }),
    list: os.list.handler(({ input }) => orderList(read, core.facts(), input)),
    get: os.get.handler(({ input }) => orderOf(read, core.facts(), input.orderId)),
    create: os.create.handler(({ input: { commandId, ...order } }) =>
      done(dispatch({ type: 'order.create', ...order }, commandId)),
    ),
    release: os.release.handler(({ input }) =>
      done(dispatch({ type: 'order.release', orderId: input.orderId }, input.commandId)),
    ),
    hold: os.hold.handler(({ input: { commandId, ...hold } }) =>
      done(dispatch({ type: 'order.hold', ...hold }, commandId)),
    ),
    close: os.close.handler(({ input }) =>
      done(dispatch({ type: 'order.close', orderId: input.orderId }, input.commandId)),
    ),
    createUnit: os.createUnit.handler(({ input }) => {
      const outcome = dispatch({ type: 'unit.create', orderId: input.orderId }, input.commandId);
      return outcome.ok ? { ok: true, value: { serial: outcome.value?.['serial'] ?? '' } } : outcome;
    }),
    definitions: os.definitions.handler(() =>
      catalogue.definitions
        .filter((d) => d.status === 'released')
        .map(({ id, revision, title, material }) => ({ id, revision, title, material })),
    ),
  });
}
