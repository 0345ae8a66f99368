/** Text must be readable in sunlight and by tired eyes: contrast at least 7:1 (WCAG 2.2, 1.4.6) in both themes. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

function theme(selector: string): Record<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`), css.indexOf('\n}', css.indexOf(`${selector} {`)));
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1]!, m[2]!]));
}

/** Relative luminance of sRGB, WCAG 2.2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

const panes = ['pane', 'pane-2', 'pane-3'];
const pairs: [text: string, ground: string][] = [
  ...['ink', 'ink-2', 'ink-3', 'bad', 'help', 'ok'].flatMap((ink) =>
    panes.map((pane): [string, string] => [ink, pane]),
  ),
  ['act-ink', 'act'],
  ['bad', 'bad-bg'],
  ['ink', 'bad-bg'],
  ['warn', 'warn-bg'],
  ['warn', 'pane'],
  ['pane', 'ink'],
];

describe.each([
  ['light', ':root'],
  ['dark', "[data-theme='dark']"],
])('%s theme', (_name, selector) => {
  const colors = theme(selector);
  it.each(pairs)('%s on %s', (text, ground) => {
    expect(contrast(colors[text]!, colors[ground]!)).toBeGreaterThanOrEqual(7);
  });
});
