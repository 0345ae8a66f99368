import { defineConfig } from 'vitest/config';

/** Suites that start processes, browsers and networks: one after the other, when the units are done. */
const system = ['tests/{conformance,e2e,faults,integration,renderer}/**/*.test.ts'];
const common = {
  pool: 'forks',
  testTimeout: 20_000,
  hookTimeout: 30_000,
  expect: { poll: { timeout: 10_000 } },
} as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'units',
          include: [
            '{contract,domain,config,station,main,preload,renderer,simulator,server}/**/*.test.ts',
            'tests/{architecture,support}/*.test.ts',
          ],
          exclude: ['node_modules/**', 'out/**'],
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...common, name: 'system', include: system, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
