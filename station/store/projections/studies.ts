/** The read model of measurement system studies: each one's state as the rules fold it. */
import { evolveStudy, isOver, studyEvents, type StudyPart } from '#domain/studies/study.ts';
import type { Projection, ReadModelReader } from '../projection.ts';

const ddl = `
  CREATE TABLE study (
    study_id TEXT PRIMARY KEY,
    begun_at INTEGER,
    running INTEGER NOT NULL,
    state TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX study_order ON study (running, begun_at, study_id);
`;

const ofStudy: ReadonlySet<string> = new Set(studyEvents);

export const studies: Projection = {
  name: 'studies',
  version: 1,
  tables: ['study'],
  ddl,
  apply(db, event) {
    if (!ofStudy.has(event.type)) return;
    const { studyId } = event.body as { readonly studyId: string };
    const state = evolveStudy(readStudy(db, studyId), event);
    if (state === null) return;
    db.run(
      `INSERT INTO study (study_id, begun_at, running, state) VALUES (?, ?, ?, ?)
       ON CONFLICT (study_id) DO UPDATE SET begun_at = excluded.begun_at, running = excluded.running,
         state = excluded.state`,
      studyId,
      state.begun === null ? null : Math.trunc(state.begun.at),
      Number(!isOver(state)),
      JSON.stringify(state),
    );
  },
};

export function readStudy(db: ReadModelReader, studyId: string): StudyPart | null {
  const row = db.get<{ readonly state: string }>('SELECT state FROM study WHERE study_id = ?', studyId);
  return row === undefined ? null : (JSON.parse(row.state) as StudyPart);
}
