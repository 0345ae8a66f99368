import { defineConfig } from 'vitest/config';

/** Start processes and wait for what happens, never for a time: two of them beside each other disturb nobody. */
const roads = ['tests/faults/{sync-*,kill-station}.test.ts', 'tests/integration/{scale-sites,sync-plant}.test.ts'];
/** Start processes, browsers and networks, and some look at times: one after the other. */
const system = ['tests/{conformance,e2e,faults,integration,renderer}/**/*.test.ts'];
const notOurs = ['node_modules/**', 'out/**'];
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
          exclude: notOurs,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'roads',
          include: roads,
          exclude: notOurs,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...common,
          name: 'system',
          globalSetup: './tests/support/built.ts',
          include: system,
          exclude: [...notOurs, ...roads],
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
