/** Calls of this log that were closed at another station: written here as soon as the server tells. */
import type { Core } from '#station/core/index.ts';

/** Looks at what is known now and at everything that comes. @returns how to stop. */
export function followCalls({ server, dispatch }: Pick<Core, 'server' | 'dispatch'>): () => void {
  const follow = (callId: string): void => {
    const heard = server.documents.document('call', callId)?.body ?? null;
    if (heard !== null && heard.closed !== null) dispatch({ type: 'call.follow', callId, heard }, null);
  };
  for (const { id } of server.documents.documents('call')) follow(id);
  return server.documents.onStored((changed) => {
    for (const { kind, id } of changed) if (kind === 'call') follow(id);
  });
}
