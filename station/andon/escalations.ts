/**
 * Calls the next when nobody comes: looks when a call may be due, after every change, and from the start on, so that what
 * was due while the station was off is made up for.
 */
import { isUnanswered } from '#domain/andon/call.ts';
import { nextEscalationAt } from '#domain/andon/escalate.ts';
import type { Core } from '#station/core/index.ts';

/** Without anything being due: the wall clock may have been set. ms */
const lookEveryMs = 30_000;

/** @returns how to stop. */
export function escalateCalls({
  appended,
  catalogue,
  clock,
  dispatch,
  facts,
  server,
}: Pick<Core, 'appended' | 'catalogue' | 'clock' | 'dispatch' | 'facts' | 'server'>): () => void {
  let timer: { cancel(): void } | null = null;
  let ended = false;

  const look = (): void => {
    timer?.cancel();
    timer = null;
    if (ended) return;
    const now = facts();
    const own = now.andon.open().filter((call) => isUnanswered(call) && call.raised.stationId === now.station.id);
    for (const { callId } of own) dispatch({ type: 'call.escalate', callId }, null);
    if (own.length === 0) return;
    const after = facts();
    const nexts = after.andon.open().flatMap((call) => {
      if (call.raised.stationId !== after.station.id) return [];
      const kind = after.catalogue.andon?.calls.find(({ id }) => id === call.raised.kind) ?? null;
      return nextEscalationAt(call, after.now, kind, after.catalogue.plant) ?? [];
    });
    const inMs = nexts.length === 0 ? lookEveryMs : Math.min(...nexts) - after.now;
    // What was told just now has looked already.
    if (timer === null) timer = clock.setTimer(Math.min(Math.max(inMs, 10), lookEveryMs), look);
  };
  const stops = [
    appended.listen((events) => {
      if (events.some(({ type }) => type.startsWith('call.') && type !== 'call.escalated')) look();
    }),
    catalogue.changed.listen(look),
    server.documents.onStored((changed) => {
      if (changed.some(({ kind }) => kind === 'call')) look();
    }),
  ];
  look();
  return () => {
    ended = true;
    timer?.cancel();
    for (const stop of stops) stop();
  };
}
