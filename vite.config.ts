import { defineConfig } from 'vite';
import { screens } from './vite.screens.ts';

/** Builds the station's screens to `out/renderer`: served by the browser host and loaded by the Electron window alike. */
export default defineConfig(screens('renderer/station', 'out/renderer', { plant: false }));
