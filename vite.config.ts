import { svelte } from '@sveltejs/vite-plugin-svelte';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { catalogueFaults, readCatalogues } from './renderer/i18n/catalogue.ts';
import { compiler } from './renderer/i18n/compiler.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A screen with a hole in one language must not be built. */
function completeCatalogue(): Plugin {
  return {
    name: 'linewright:complete-catalogue',
    buildStart: {
      order: 'post',
      sequential: true,
      async handler() {
        const catalogues = readCatalogues();
        const faults = catalogueFaults(catalogues);
        if (faults.length > 0) this.error(`message catalogue: ${faults.length} fault(s)\n  ${faults.join('\n  ')}`);
        // The compiler only warns when its plugin cannot be loaded, and then makes no messages at all.
        const compiled = await readFile(at('renderer/i18n/paraglide/messages/_index.js'), 'utf8');
        const missing = Object.keys(catalogues.en).filter((key) => !compiled.includes(key));
        if (missing.length > 0) this.error(`messages were not compiled: ${missing.slice(0, 5).join(', ')} ...`);
      },
    },
  };
}

/** Builds the screens to `out/renderer`: served by the browser host and loaded by the Electron window alike. */
export default defineConfig({
  root: at('renderer/station'),
  // Relative, so that the page works under file:, app: and http: alike.
  base: './',
  plugins: [completeCatalogue(), paraglideVitePlugin(compiler), svelte({ configFile: at('svelte.config.js') })],
  server: { host: '127.0.0.1' },
  build: {
    outDir: at('out/renderer'),
    emptyOutDir: true,
    target: 'chrome140',
    // Inlined data: URLs would need a wider CSP.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // One file for one screen on the same machine: splitting would only add round trips.
    chunkSizeWarningLimit: 1_500,
  },
});
