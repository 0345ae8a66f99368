import type { Settings } from '#contract/rpc/settings.ts';

const dark = window.matchMedia('(prefers-color-scheme: dark)');

class Look {
  theme = $state<'light' | 'dark'>('light');
  hand = $state<'right' | 'left'>('right');
  sound = $state(true);
  /** Whose calls ring here. */
  calls = $state<Settings['calls']>('line');
}
/** Settings as they are in force on this page. */
export const look = new Look();

let current: Settings | null = null;
dark.addEventListener('change', () => applySettings(current));

/** Writes the settings onto the page: theme, sizes in real millimetres, hand, gloves. */
export function applySettings(settings: Settings | null): void {
  current = settings;
  const theme = settings?.theme ?? 'system';
  look.theme = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
  look.hand = settings?.hand ?? 'right';
  look.sound = settings?.sound ?? true;
  look.calls = settings?.calls ?? 'line';
  const root = document.documentElement;
  root.dataset['theme'] = look.theme;
  root.dataset['hand'] = look.hand;
  root.style.setProperty('--glove', settings?.gloves ? '1.25' : '1');
  if (settings?.pxPerMm) root.style.setProperty('--mm', `${settings.pxPerMm}px`);
  else root.style.removeProperty('--mm');
}
