/** Nonconformances of this log that others decided on: what follows from it is written here as soon as the server tells. */
import type { Core } from '#station/core/index.ts';

/** Looks at what is known now and at everything that comes. @returns how to stop. */
export function followNonconformances({ server, dispatch }: Pick<Core, 'server' | 'dispatch'>): () => void {
  const follow = (nonconformanceId: string): void =>
    void dispatch({ type: 'nonconformance.follow', nonconformanceId }, null);
  for (const { id } of server.documents.documents('nonconformance')) follow(id);
  return server.documents.onStored((changed) => {
    for (const { kind, id } of changed) if (kind === 'nonconformance') follow(id);
  });
}
