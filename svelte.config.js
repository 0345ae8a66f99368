import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** Read by the vite plugin, svelte-check and editors. */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
};
