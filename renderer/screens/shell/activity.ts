/** Tells the station that somebody is here, so that it does not lock under their hands; at most every 10 s. */
import { connection } from '../../state/connection.svelte.ts';
import { client } from '../../state/link.svelte.ts';

const atMostEveryMs = 10_000;

export function watchActivity(): () => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  const tell = (): void => {
    if (!connection.live || performance.now() - toldAt < atMostEveryMs) return;
    toldAt = performance.now();
    client.people.active().catch(() => undefined);
  };
  const options = { capture: true, passive: true };
  window.addEventListener('pointerdown', tell, options);
  window.addEventListener('keydown', tell, options);
  return () => {
    window.removeEventListener('pointerdown', tell, options);
    window.removeEventListener('keydown', tell, options);
  };
}
