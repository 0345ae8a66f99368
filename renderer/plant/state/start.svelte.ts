import { localized, speech } from '../../i18n/index.svelte.ts';
import { setPaperHead } from '../../state/paper.svelte.ts';
import { startShortcuts } from '../../state/keyboard.svelte.ts';
import { setStationClock, startTicking } from '../../state/time.svelte.ts';
import { link } from './link.svelte.ts';
import { look } from './look.svelte.ts';
import { session } from './session.svelte.ts';

/** Once per page: clock, keys, language, colours, and the link. */
export function startPlant(): void {
  startTicking();
  startShortcuts();
  setPaperHead(() => ({
    plant: localized(session.value?.plant.title ?? { en: '', de: '' }),
    place: session.value?.plant.id ?? '',
    person: session.value?.account.name ?? null,
  }));
  link.onHeartbeat(({ now }) => setStationClock(now));
  $effect.root(() => {
    $effect(() => {
      speech.timeZone = session.value?.plant.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
      speech.language =
        look.language ?? session.value?.account.language ?? session.methods?.plant.language ?? browserLanguage();
    });
    $effect(() => {
      document.documentElement.lang = speech.language;
      document.documentElement.dataset['theme'] = look.dark ? 'dark' : 'light';
    });
  });
  session.start();
}

function browserLanguage(): 'en' | 'de' {
  return navigator.language.startsWith('de') ? 'de' : 'en';
}
