import { defineConfig } from 'vitest/config';
import LongestFirst from './scripts/test/longest-first.ts';

/**
 * Start processes, browsers and networks and wait for what happens, never for a time.
 */
const system = ['tests/{conformance,e2e,faults,integration,renderer}/**/*.test.ts'];
/** On two cores: a third of their time and more all but the pure ones wait, for databases, processes and screens. */
const maxWorkers = 3;
const pure = ['{contract,domain}/**/*.test.ts'];
const notOurs = ['node_modules/**', 'out/**'];
const common = {
  pool: 'forks',
  // Wide: no test is about them, and a machine may be slow.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 30_000 } },
} as const;

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...common,
          name: 'units',
          include: [
            '{config,publish,station,main,preload,renderer,simulator,server}/**/*.test.ts',
            'tests/{architecture,support}/*.test.ts',
          ],
          exclude: notOurs,
          maxWorkers,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'pure',
          include: pure,
          // Nothing here has a state that outlives a call: to load it anew for each file would take longer than the tests.
          isolate: false,
          maxWorkers,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'system',
          globalSetup: './tests/support/built.ts',
          include: system,
          exclude: notOurs,
          maxWorkers,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
