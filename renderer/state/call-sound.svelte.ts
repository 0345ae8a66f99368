/** Rings while a call of the line is not answered, as this screen's settings say. */
import { look } from './settings.svelte.ts';
import { ring } from './sound.ts';
import { station } from './station.svelte.ts';

const everyMs = 4_000;

/** In the shell's script. */
export function ringForCalls(): void {
  const wanted = $derived(
    (station.andon.value?.calls ?? []).some(
      ({ answered, here }) => answered === null && look.calls !== 'off' && (here || look.calls === 'line'),
    ),
  );
  $effect(() => {
    if (!wanted) return;
    ring();
    const timer = setInterval(ring, everyMs);
    return () => clearInterval(timer);
  });
}
