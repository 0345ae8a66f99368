/** Charts without a station, for their own tests and figures: `stage` is what those call in the page. */
import { mount, flushSync } from 'svelte';
import uPlot from 'uplot';
import '@fontsource-variable/inter';
import '../../../renderer/ui/tokens.css';
import '../../../renderer/ui/base.css';
import { speech } from '../../../renderer/i18n/index.svelte.ts';
import Stage from './stage.svelte';
import { stage as shown } from './stage.svelte.js';
import { bore, long, share } from './scenes.browser.js';

mount(Stage, { target: document.getElementById('app') });
speech.timeZone = 'Europe/Berlin';

// uPlot draws in a microtask after its data were set.
const drawn = () => new Promise((resolve) => setTimeout(resolve, 0));
/** Until the pixels are there: reading one makes the canvas carry out what was drawn. */
async function timed(act, canvases = document.querySelectorAll('canvas')) {
  const began = performance.now();
  act();
  flushSync();
  await Promise.resolve();
  await Promise.resolve();
  for (const canvas of canvases) canvas.getContext('2d').getImageData(0, 0, 1, 1);
  const took = performance.now() - began;
  await drawn();
  return took;
}

globalThis.stage = {
  language: (language) => (speech.language = language),
  theme: (theme) => (document.documentElement.dataset.theme = theme),
  scene(name) {
    shown.charts = { bore: () => [bore()], share: () => [share()], none: () => [bore(0)] }[name]();
    shown.selected = null;
    flushSync();
  },
  get selected() {
    return shown.selected;
  },
  select: (index) => {
    shown.selected = index;
    flushSync();
  },
  /**
   * Bare uPlot and the control chart, turn by turn told `times` that there is a point more; ms of each until its pixels are
   * there. Bare: the same points as one line of the same width on a canvas of the same size, axes and grid as uPlot comes with,
   * no cursor, no legend, scales from the data; nothing is thinned before it is handed over on either side.
   */
  async race(points, times) {
    const warm = 3;
    const growing = long(points + times + warm);
    const host = document.createElement('div');
    host.style.cssText = 'position:fixed;left:0;top:0;width:1200px;height:400px';
    document.body.append(host);
    const bare = new uPlot(
      {
        width: 1200,
        height: 400,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false } },
        series: [{}, { stroke: '#363d44', width: 1, points: { show: false } }],
      },
      [growing.x.subarray(0, points), growing.values.subarray(0, points)],
      host,
    );
    shown.size = { width: 1200, height: 400 };
    shown.charts = [growing.upTo(points)];
    shown.span = points + times + warm;
    flushSync();
    await drawn();
    const chart = [...document.querySelectorAll('canvas')].filter((canvas) => !host.contains(canvas));
    const bareMs = [];
    const chartMs = [];
    for (let i = 1; i <= times + warm; i += 1) {
      const more = [growing.x.subarray(0, points + i), growing.values.subarray(0, points + i)];
      bareMs.push(await timed(() => bare.setData(more), [bare.ctx.canvas]));
      const series = growing.upTo(points + i);
      chartMs.push(await timed(() => (shown.charts = [series]), chart));
    }
    bare.destroy();
    host.remove();
    shown.size = null;
    return { bareMs: bareMs.slice(warm), chartMs: chartMs.slice(warm) };
  },
  /** `count` charts on the page, each with one more point at each tick; ms of a tick. */
  async many(count, ticks) {
    const growing = Array.from({ length: count }, (_, i) => long(200 + ticks, i + 1));
    shown.bare = true;
    shown.span = 200;
    shown.size = { width: 380, height: 220 };
    shown.charts = growing.map((one) => one.upTo(200));
    flushSync();
    await drawn();
    const found = [];
    for (let i = 1; i <= ticks; i += 1) {
      found.push(await timed(() => (shown.charts = growing.map((one) => one.upTo(200 + i)))));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    shown.bare = false;
    shown.size = null;
    return found;
  },
};
