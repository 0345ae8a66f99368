/** How a page of screens is built: the station's (`vite.config.ts`) and the plant view's (`vite.plant.config.ts`). */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Plugin, UserConfig } from 'vite';
import { catalogueFaults, readCatalogues, type CatalogueName } from './renderer/i18n/catalogue.ts';
import { compiler, plantCompiler } from './renderer/i18n/compiler.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A screen with a hole in one language must not be built. */
function completeCatalogue(name: CatalogueName, compiledTo: string): Plugin {
  return {
    name: `linewright:complete-catalogue:${name}`,
    buildStart: {
      order: 'post',
      sequential: true,
      async handler() {
        const catalogues = readCatalogues(name);
        const faults = catalogueFaults(catalogues);
        if (faults.length > 0) this.error(`${name}: ${faults.length} fault(s)\n  ${faults.join('\n  ')}`);
        // The compiler only warns when its plugin cannot be loaded, and then makes no messages at all.
        const compiled = await readFile(`${compiledTo}/messages/_index.js`, 'utf8');
        const missing = Object.keys(catalogues.en).filter((key) => !compiled.includes(key));
        if (missing.length > 0) this.error(`messages were not compiled: ${missing.slice(0, 5).join(', ')} ...`);
      },
    },
  };
}

/** @param root folder of the page; @param outDir where it is built to, emptied first. */
export function screens(root: string, outDir: string, options: { readonly plant: boolean }): UserConfig {
  return {
    root: at(root),
    // Relative, so that the page works under file:, app: and http: alike.
    base: './',
    plugins: [
      completeCatalogue('messages', compiler.outdir),
      paraglideVitePlugin(compiler),
      ...(options.plant
        ? [completeCatalogue('plant-messages', plantCompiler.outdir), paraglideVitePlugin(plantCompiler)]
        : []),
      svelte({ configFile: at('svelte.config.js') }),
    ],
    server: { host: '127.0.0.1' },
    build: {
      outDir: at(outDir),
      emptyOutDir: true,
      target: 'chrome140',
      // Inlined data: URLs would need a wider CSP.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      // One file for one screen on the same machine: splitting would only add round trips.
      chunkSizeWarningLimit: 1_500,
    },
  };
}
