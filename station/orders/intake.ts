/** Orders and blocks of numbers that the server sent become facts of this station, each once (docs/server.md). */
import type { Dispatch } from '#station/core/dispatch.ts';
import type { DocumentSource } from '#station/core/ports.ts';
import type { Log } from '#station/log.ts';
import type { ReadModelReader } from '#station/store/projection.ts';

interface IntakeParts {
  readonly documents: DocumentSource;
  readonly dispatch: Dispatch;
  readonly read: ReadModelReader;
  readonly stationId: string;
  readonly log: Pick<Log, 'error'>;
}

/** Takes in what is here already, and from then on what comes. @returns how to stop. */
export function takeInOrders({ documents, dispatch, read, stationId, log }: IntakeParts): () => void {
  const order = (orderId: string): void => {
    const document = documents.document('order', orderId);
    const outcome = dispatch(
      {
        type: 'order.receive',
        orderId,
        order: document?.body ?? null,
        documentVersion: document?.version ?? 0,
      },
      null,
    );
    if (!outcome.ok) log.error({ order: orderId, reasons: outcome.refusal.reasons }, 'an order was not taken in');
  };
  /** Also those that came before their order: what is taken in already changes nothing. */
  const blocks = (): void => {
    for (const { body } of documents.documents('serial-block')) {
      if (body.stationId !== stationId) continue;
      const outcome = dispatch({ type: 'order.receive-block', orderId: body.orderId, block: body }, null);
      if (!outcome.ok)
        log.error({ block: body.blockId, reasons: outcome.refusal.reasons }, 'a block of numbers was not taken in');
    }
  };
  const all = (): void => {
    for (const { id } of documents.documents('order')) order(id);
    const ours = read.all<{ orderId: string }>(
      "SELECT order_id AS orderId FROM work_order WHERE state ->> 'source' = 'server' AND status <> 'closed'",
    );
    for (const { orderId } of ours) if (documents.document('order', orderId) === null) order(orderId);
    blocks();
  };
  all();
  return documents.onStored((changed) => {
    const orders = changed.filter(({ kind }) => kind === 'order');
    for (const { id } of orders) order(id);
    if (orders.length > 0 || changed.some(({ kind }) => kind === 'serial-block')) blocks();
  });
}
