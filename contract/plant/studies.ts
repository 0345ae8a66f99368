/** Measurement system studies over all stations, and the reports of those that are over. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import { pageInput, type Page } from '../rpc/base.ts';
import type { StudyRow, StudyView } from '../rpc/studies.ts';
import { plantBase } from './base.ts';

export interface PlantStudy extends StudyRow {
  readonly stationId: string;
  readonly lineId: string | null;
}

export const studies = {
  watch: plantBase.output(eventIterator(type<{ readonly revision: number }>())),
  /** Those that run first, then the newest. */
  list: plantBase.input(pageInput).output(type<Page<PlantStudy>>()),
  /** null: not over yet (it is blind here too), or not known. */
  report: plantBase.input(z.strictObject({ studyId: z.string().min(1).max(64) })).output(type<StudyView | null>()),
};
