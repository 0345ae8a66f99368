/** A sample whose values are all there, and that waited only because a gauge was found bad: heard to be good, it ends. */
import { nextPlace } from '#domain/bench/sample.ts';
import { suspicion } from '#domain/gauges/suspect.ts';
import type { Core } from '#station/core/index.ts';

/** Looks at what is known now and at everything that comes of gauges. @returns how to stop. */
export function followGauges({
  appended,
  dispatch,
  facts,
  server,
}: Pick<Core, 'appended' | 'dispatch' | 'facts' | 'server'>): () => void {
  const follow = (): void => {
    const known = facts();
    const sample = known.bench.open();
    if (sample !== null && nextPlace(sample, suspicion(known)) === null)
      dispatch({ type: 'sample.complete', sampleId: sample.sampleId }, null);
  };
  follow();
  const stops = [
    appended.listen((events) => {
      if (events.some(({ type }) => type.startsWith('gauge.'))) follow();
    }),
    server.documents.onStored((changed) => {
      if (changed.some(({ kind }) => kind === 'gauge')) follow();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
