/** Arrow keys in a list: up and down, home and end move the focus among its rows (`[data-row]`). */
import type { Attachment } from 'svelte/attachments';

const steps: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

export const roving: Attachment<HTMLElement> = (list) => {
  const pressed = (event: KeyboardEvent): void => {
    const step = steps[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target instanceof HTMLElement && event.target.matches('input, textarea, select')) return;
    const rows = [...list.querySelectorAll<HTMLElement>('[data-row]')];
    if (rows.length === 0) return;
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const to = rows[Math.min(rows.length - 1, Math.max(0, (at === -1 && step > 0 ? -1 : at) + step))];
    to?.focus();
    to?.scrollIntoView({ block: 'nearest' });
    event.preventDefault();
    event.stopPropagation();
  };
  list.addEventListener('keydown', pressed);
  return () => list.removeEventListener('keydown', pressed);
};
