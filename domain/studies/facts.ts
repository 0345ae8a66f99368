/** What the rules of studies may know (the station's read model). */
import type { StudyPart } from './study.ts';

export interface StudyFacts {
  /** Of this log; null: never heard of. */
  study(studyId: string): StudyPart | null;
}
