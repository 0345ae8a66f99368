/** Texts of the plant view: its own and those both apps share. Import `t` from here in `renderer/plant`. */
import { addMessages, t as shared } from './index.svelte.ts';
import { m } from './paraglide-plant/messages.js';

addMessages(m);
export const t = shared as typeof shared & typeof m;
