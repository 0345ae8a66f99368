/** Signals of this log that were closed at another station: written here as soon as the server tells. */
import type { Core } from '#station/core/index.ts';

/** Looks at what is known now and at everything that comes. @returns how to stop. */
export function followSignals({ server, dispatch }: Pick<Core, 'server' | 'dispatch'>): () => void {
  const follow = (signalId: string): void => {
    const heard = server.documents.document('signal', signalId)?.body ?? null;
    if (heard !== null && heard.closed !== null) dispatch({ type: 'signal.follow', signalId, heard }, null);
  };
  for (const { id } of server.documents.documents('signal')) follow(id);
  return server.documents.onStored((changed) => {
    for (const { kind, id } of changed) if (kind === 'signal') follow(id);
  });
}
