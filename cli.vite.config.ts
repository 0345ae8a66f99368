/**
 * Builds the command line to out/cli: Node runs no TypeScript from below node_modules, where an installed `linewright`
 * lies. Packages stay outside; they are its dependencies.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: at('.'),
  publicDir: false,
  build: {
    ssr: true,
    outDir: at('out/cli'),
    emptyOutDir: true,
    target: 'node24',
    rollupOptions: {
      input: { linewright: at('station/cli/bundle.entry.ts') },
      output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
});
