/** Texts that were typed and not saved, by file: kept as long as the page is, wherever on it one goes. */
import { SvelteMap } from 'svelte/reactivity';

export const unsaved = new SvelteMap<
  string,
  { readonly text: string; readonly note: string; readonly version: number }
>();

window.addEventListener('beforeunload', (event) => {
  if (unsaved.size > 0) event.preventDefault();
});
