/**
 * All keys go through here first: a scan is taken out of the stream whatever has the focus; what a person types goes
 * to the field with the focus, to a keypad on the screen, or is a shortcut.
 */
import { minLength, Wedge } from './wedge.ts';

/** @returns true when the key was for it. `key` is `KeyboardEvent.key`. */
export type KeyHandler = (key: string) => boolean;
interface Listener {
  readonly handler: KeyHandler;
  readonly level: 'field' | 'page';
  /** With a dialog open only what is inside it hears keys. */
  readonly element: () => HTMLElement | null | undefined;
}
const keyListeners: Listener[] = [];
const wedge = new Wedge();
/** A shortcut is a key by itself; keys closer than this are text, e.g. of a scanner that is too slow to be known as one. */
const aloneMs = 250;
/** Enter so soon after such text ends the text and is nobody's "do it". */
const textMs = 600;
let onScan: (text: string) => void = () => undefined;
let onBroken: () => void = () => undefined;
let timer: ReturnType<typeof setTimeout> | null = null;
/** Keys whose press was taken: their release must not act either (Space clicks on release). */
const eaten = new Set<string>();

/** In an effect: keys for a keypad (`field`, heard first) or a screen (`page`). @returns how to stop. */
export function listenToKeys(
  handler: KeyHandler,
  level: Listener['level'],
  element: Listener['element'] = () => null,
): () => void {
  const listener: Listener = { handler, level, element };
  keyListeners.push(listener);
  return () => void keyListeners.splice(keyListeners.indexOf(listener), 1);
}

/** @param broken text ended by Enter came in that was neither a scan nor meant for a field. */
export function startKeyboard(scan: (text: string) => void, broken: () => void): void {
  onScan = scan;
  onBroken = broken;
  window.addEventListener('keydown', pressed, { capture: true });
  window.addEventListener('keyup', released, { capture: true });
}

/** For a page without a scanner of its own: nothing is held back, a shortcut acts at once. */
export function startShortcuts(): void {
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
      // A list that is open takes letters itself.
      if (!(document.activeElement instanceof HTMLSelectElement)) passOn(event);
    },
    { capture: true },
  );
}

function pressed(event: KeyboardEvent): void {
  if (event.isComposing) return;
  const answer = wedge.press({
    key: event.key,
    at: event.timeStamp,
    ctrl: event.ctrlKey,
    alt: event.altKey,
    meta: event.metaKey,
    repeat: event.repeat,
  });
  for (const key of answer.typed) typed(key);
  if (timer !== null) clearTimeout(timer);
  timer = wedge.holding ? setTimeout(expired, wedge.holdMs) : null;
  if (answer.eat) {
    eaten.add(event.code);
    swallow(event);
    if (answer.scan !== null) onScan(answer.scan);
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.repeat && event.key.length === 1) {
    if (editable() === null && dispatch(event.key)) swallow(event);
    return;
  }
  if (event.key === 'Enter' && endsText()) {
    swallow(event);
    return;
  }
  passOn(event);
}

function passOn(event: KeyboardEvent): void {
  // Enter on a focused button or in a text area, arrows in a field: the browser's own.
  if (editable() !== null && event.key !== 'Escape' && event.key !== 'Enter') return;
  if (event.key === 'Enter' && isPressable(document.activeElement)) return;
  if (dispatch(event.key)) swallow(event);
}

function released(event: KeyboardEvent): void {
  if (event.key === 'Alt' && wedge.altUp(event.timeStamp)) {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(expired, wedge.holdMs);
    swallow(event);
  }
  if (eaten.delete(event.code)) swallow(event);
}

function expired(): void {
  timer = null;
  for (const key of wedge.expire()) typed(key);
}

/** One key that a person typed, after it was held back. */
function typed(key: string): void {
  const field = editable();
  if (field !== null) {
    insert(field, key);
    return;
  }
  // A keypad on the screen takes every character; a focused key takes Space only when there is none.
  if (dispatch(key, ['field'])) return;
  if (key === ' ' && isPressable(document.activeElement)) document.activeElement.click();
  else shortcut(key);
}

let text = 0;
let textAt = Number.NEGATIVE_INFINITY;
let waiting: ReturnType<typeof setTimeout> | null = null;

function shortcut(key: string): void {
  const at = performance.now();
  const alone = at - textAt > aloneMs;
  textAt = at;
  if (waiting !== null) clearTimeout(waiting);
  waiting = null;
  text = alone ? 1 : text + 1;
  if (!alone) return;
  waiting = setTimeout(() => {
    waiting = null;
    textAt = Number.NEGATIVE_INFINITY;
    dispatch(key, ['page']);
  }, aloneMs);
}

function endsText(): boolean {
  if (performance.now() - textAt > textMs) return false;
  if (waiting !== null) clearTimeout(waiting);
  waiting = null;
  if (text >= minLength) onBroken();
  textAt = Number.NEGATIVE_INFINITY;
  return true;
}

function dispatch(key: string, levels: readonly Listener['level'][] = ['field', 'page']): boolean {
  const dialogs = document.querySelectorAll<HTMLDialogElement>('dialog[open]');
  const top = dialogs[dialogs.length - 1] ?? null;
  const heard = keyListeners.filter((one) => top === null || top.contains(one.element() ?? null));
  for (const level of levels)
    for (const one of heard.filter((listener) => listener.level === level).toReversed())
      if (one.handler(key)) return true;
  return false;
}

type Editable = HTMLInputElement | HTMLTextAreaElement;
const notText = new Set(['checkbox', 'radio', 'button', 'submit', 'reset', 'range', 'color', 'file', 'image']);

function editable(): Editable | null {
  const element = document.activeElement;
  if (element instanceof HTMLTextAreaElement) return element.readOnly ? null : element;
  if (element instanceof HTMLInputElement && !notText.has(element.type)) return element.readOnly ? null : element;
  return null;
}

function insert(field: Editable, text: string): void {
  // Number and date inputs have no selection; this product uses its own keypads for those.
  const [start, end] = [field.selectionStart, field.selectionEnd];
  const room = field.maxLength >= 0 ? field.maxLength - field.value.length + ((end ?? 0) - (start ?? 0)) : 1;
  if (room <= 0) return;
  if (start === null || end === null) field.value += text;
  else field.setRangeText(text, start, end, 'end');
  field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertText', data: text }));
}

function isPressable(element: Element | null): element is HTMLElement {
  return element instanceof HTMLElement && element.matches('button, a[href], summary, [role="button"]');
}

function swallow(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}
