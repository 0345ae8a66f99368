import { defineConfig } from 'vite';
import { screens } from './vite.screens.ts';

/** Builds the plant view to `out/plant`: served by the plant server. */
export default defineConfig(screens('renderer/plant', 'out/plant', { plant: true }));
