/** What the rules of studies ask, answered by the read model. */
import type { StudyFacts } from '#domain/studies/facts.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readStudy } from '#station/store/projections/studies.ts';

export const studyFacts = (db: ReadModelReader): StudyFacts => ({ study: (studyId) => readStudy(db, studyId) });
