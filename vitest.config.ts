import { defineConfig } from 'vitest/config';

/** Look at times, or work a device to its limits: one after the other, with the machine to themselves. */
const alone = [
  'tests/conformance/**/*.test.ts',
  'tests/faults/{opcua,station}-*.test.ts',
  'tests/e2e/{main-job,screen-link}.test.ts',
];
/** Start processes, browsers and networks and wait for what happens, never for a time: two disturb nobody. */
const system = ['tests/{e2e,faults,integration,renderer}/**/*.test.ts'];
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
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'system',
          globalSetup: './tests/support/built.ts',
          include: system,
          exclude: [...notOurs, ...alone],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...common,
          name: 'alone',
          globalSetup: './tests/support/built.ts',
          include: alone,
          exclude: notOurs,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
