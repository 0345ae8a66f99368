/** Colours and language of this browser, kept in it. */
export type Theme = 'system' | 'light' | 'dark';
const themes: readonly Theme[] = ['system', 'light', 'dark'];

function kept(key: string): string | null {
  try {
    return localStorage.getItem(`linewright.${key}`);
  } catch {
    return null;
  }
}
function keep(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`linewright.${key}`);
    else localStorage.setItem(`linewright.${key}`, value);
  } catch {
    // A browser that keeps nothing: it holds until the page is left.
  }
}

const systemDark = window.matchMedia('(prefers-color-scheme: dark)');

class Look {
  theme = $state<Theme>(themes.find((one) => one === kept('theme')) ?? 'system');
  /** null: the account's. */
  language = $state<'en' | 'de' | null>((['en', 'de'] as const).find((one) => one === kept('language')) ?? null);
  #systemDark = $state(systemDark.matches);

  constructor() {
    systemDark.addEventListener('change', () => (this.#systemDark = systemDark.matches));
  }
  get dark(): boolean {
    return this.theme === 'dark' || (this.theme === 'system' && this.#systemDark);
  }
  setTheme(theme: Theme): void {
    this.theme = theme;
    keep('theme', theme === 'system' ? null : theme);
  }
  setLanguage(language: 'en' | 'de' | null): void {
    this.language = language;
    keep('language', language);
  }
}
export const look = new Look();
