import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Suites of half a minute and more, longest first: begun last, one of them would keep one core busy and the others waiting. */
const longest = [
  'tests/faults/kill-station.test.ts',
  'tests/faults/sync-server.test.ts',
  'tests/faults/sync-station.test.ts',
  'tests/e2e/quality.test.ts',
  'tests/integration/start-running.test.ts',
  'tests/faults/sync-network.test.ts',
  'tests/e2e/two-stations.test.ts',
  'tests/e2e/machine-time.test.ts',
  'tests/faults/station-store.test.ts',
  'tests/faults/sync-disk-full.test.ts',
  'tests/renderer/plant-overview.test.ts',
  'tests/e2e/server-page.test.ts',
  'tests/conformance/drivers.test.ts',
  'tests/e2e/screen-link.test.ts',
  'server/releases/releases.test.ts',
  'server/accounts/accounts.test.ts',
  'server/ingest/ingest.test.ts',
  'server/accounts/sign-in.test.ts',
];

/** The order in which vitest begins suites when it has no times of an earlier run, as on a fresh machine. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((file) => moduleId.endsWith(file));
      return at === -1 ? longest.length : at;
    };
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project))];
    // Each project in its place; a stable sort: what has no rank keeps its place too.
    return projects.flatMap((project) =>
      sorted.filter((file) => file.project === project).sort((a, b) => rank(a) - rank(b)),
    );
  }
}
