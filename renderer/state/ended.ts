import { onDestroy } from 'svelte';

/**
 * In a component's script: tells whether the component has gone. What waited for an answer asks it before it reads anything of the
 * component: a derived of one that has gone is never computed again, and nobody would see the answer.
 */
export function ended(): () => boolean {
  let gone = false;
  onDestroy(() => void (gone = true));
  return () => gone;
}
