import { defineConfig } from 'vitest/config';

/** Unit tests beside their source and the suites under tests/; the browser run (tests/e2e) is part of it. */
export default defineConfig({
  test: {
    include: ['{contract,domain,station,main,preload,renderer,simulator,server}/**/*.test.ts', 'tests/**/*.test.ts'],
    exclude: ['node_modules/**', 'out/**'],
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
