/** What unplug tests leave in the data folder: `link-tests/` with a report each, as JSON and as a page to read. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { linkTestReportSchema, type LinkTestReport } from '#contract/rpc/sync.ts';
import { parseJson } from './enrolment.ts';
import { reportPage } from './link-test-page.ts';
import { writeWhole } from './whole-file.ts';

/** The test under way, so that a start after a crash knows of it. */
const underWaySchema = z.object({
  testId: z.string(),
  startedAt: z.number(),
  untilAt: z.number(),
  startedBy: z.string().nullable(),
  from: z.object({ epoch: z.string(), seq: z.number().int() }),
});
export type UnderWay = z.infer<typeof underWaySchema>;

export class LinkTestFiles {
  readonly #folder: string;

  /** @param folder the data folder */
  constructor(folder: string) {
    this.#folder = join(folder, 'link-tests');
  }

  begin(test: UnderWay): void {
    mkdirSync(this.#folder, { recursive: true });
    writeWhole(this.#underWay, JSON.stringify(test));
  }

  /** A test that was not ended; null: none, or one that cannot be read. */
  underWay(): UnderWay | null {
    if (!existsSync(this.#underWay)) return null;
    const parsed = underWaySchema.safeParse(parseJson(readFileSync(this.#underWay)));
    return parsed.success ? parsed.data : null;
  }

  over(): void {
    rmSync(this.#underWay, { force: true });
  }

  write(report: LinkTestReport, timeZone: string): void {
    mkdirSync(this.#folder, { recursive: true });
    const name = join(this.#folder, `${report.startedAt}-${report.testId}`);
    writeWhole(`${name}.json`, `${JSON.stringify(report, null, 2)}\n`);
    writeWhole(`${name}.html`, reportPage(report, timeZone));
  }

  read(testId: string): LinkTestReport | null {
    const file = this.#names().find((name) => name.endsWith(`-${testId}.json`));
    if (file === undefined) return null;
    const parsed = linkTestReportSchema.safeParse(parseJson(readFileSync(join(this.#folder, file))));
    return parsed.success ? parsed.data : null;
  }

  /** Newest first, at most `limit`. */
  list(limit: number): { testId: string; startedAt: number; passed: boolean; file: string }[] {
    return this.#names()
      .slice(0, limit)
      .flatMap((name) => {
        const parsed = linkTestReportSchema.safeParse(parseJson(readFileSync(join(this.#folder, name))));
        if (!parsed.success) return [];
        const { testId, startedAt, passed } = parsed.data;
        return [{ testId, startedAt, passed, file: join(this.#folder, name.replace(/json$/, 'html')) }];
      });
  }

  get #underWay(): string {
    return join(this.#folder, 'under-way.json');
  }

  #names(): string[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .filter((name) => /^\d+-.+\.json$/.test(name))
      .sort()
      .reverse();
  }
}
