/** Handovers of shifts over all stations. */
import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import { pageInput, type Page } from '../rpc/base.ts';
import type { HandoverView } from '../rpc/handover.ts';
import { plantBase } from './base.ts';

export interface PlantHandover extends HandoverView {
  readonly lineId: string | null;
}

export const handover = {
  watch: plantBase.output(eventIterator(type<{ readonly revision: number }>())),
  /** Newest first; of one line, or with null of all. */
  list: plantBase
    .input(pageInput.extend({ lineId: z.string().min(1).max(64).nullable().default(null) }))
    .output(type<Page<PlantHandover>>()),
};
