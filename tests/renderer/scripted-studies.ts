/** The calls of studies, answered from the invented scene. */
import { implement } from '@orpc/server';
import { contract } from '#contract/rpc/index.ts';
import type { MeasuringView, StudiesState } from '#contract/rpc/studies.ts';
import { Shown } from './shown.ts';
import { studiesScene } from './studies-scene.ts';

type Act = (path: string) => (from: { input: unknown }) => Promise<{ readonly ok: true; readonly value: undefined }>;

export function scriptedStudies(act: Act) {
  const os = implement(contract.studies);
  const state = new Shown<StudiesState>({ revision: 1, mayManage: true });
  const measuring = new Shown<MeasuringView | null>(studiesScene.measuring);
  const suspect = new Shown<MeasuringView | null>(studiesScene.suspect);
  return os.router({
    watch: os.watch.handler(({ signal }) => state.watch(signal)),
    list: os.list.handler(() => ({ items: [...studiesScene.rows], next: null, total: studiesScene.rows.length })),
    choices: os.choices.handler(() => studiesScene.choices),
    begin: os.begin.handler(async (from) => ({ ...(await act('studies.begin')(from)), value: 'study-runs' })),
    measure: os.measure.handler(({ input, signal }) =>
      (input.studyId === 'study-suspect' ? suspect : measuring).watch(signal),
    ),
    type: os.type.handler(act('studies.type')),
    take: os.take.handler(act('studies.take')),
    judge: os.judge.handler(act('studies.judge')),
    again: os.again.handler(act('studies.again')),
    finish: os.finish.handler(act('studies.finish')),
    abandon: os.abandon.handler(act('studies.abandon')),
    study: os.study.handler(({ input }) => studiesScene.study(input.studyId)),
  });
}
