/**
 * The master check under way, in a small file of the data folder: it is no fact before it is finished, but a restart of the
 * station must not cost anybody their readings.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { masterSchema } from '#contract/config/gauges.ts';
import { readingFactSchema } from '#contract/events/shared.ts';
import type { Log } from '#station/log.ts';
import { writeWhole } from '#station/sync/whole-file.ts';

const draftSchema = z.strictObject({
  gaugeId: z.string(),
  master: masterSchema,
  /** UTC ms. */
  startedAt: z.number(),
  readings: z.array(readingFactSchema),
});
export type CheckDraft = z.infer<typeof draftSchema>;

export interface CheckDrafts {
  /** null: none, or none that can be read. */
  read(): CheckDraft | null;
  /** @param draft null: no check is under way. Never throws: without the file the check goes on, in memory only. */
  write(draft: CheckDraft | null): void;
}

export function checkDraftFile(folder: string, log: Log): CheckDrafts {
  const file = join(folder, 'master-check.json');
  return {
    read() {
      try {
        return draftSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
      } catch (error) {
        const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
        if (!missing) log.warn({ err: error, file }, 'the master check under way cannot be read and is begun anew');
        return null;
      }
    },
    write(draft) {
      try {
        if (draft === null) rmSync(file, { force: true });
        else writeWhole(file, JSON.stringify(draft));
      } catch (error) {
        log.warn({ err: error, file }, 'the master check under way cannot be kept: a restart would lose it');
      }
    },
  };
}
