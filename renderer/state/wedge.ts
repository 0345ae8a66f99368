/**
 * Tells a scanner that types ("keyboard wedge") from a person. A scan is a burst: every key within `gapMs` of the one
 * before, at least `minLength` characters, ended by Enter or Tab. Printable keys are held back until it is clear which
 * of the two they are, so a scan never types into a field or triggers a button, and typing is never lost.
 */
export interface WedgeKey {
  /** `KeyboardEvent.key`. */
  readonly key: string;
  /** `KeyboardEvent.timeStamp`: when it was pressed, not when we came to it. ms, monotonic. */
  readonly at: number;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly meta: boolean;
  /** Held down by a finger; scanners never do that. */
  readonly repeat: boolean;
}
export interface WedgeAnswer {
  /** Nobody else may see this key. */
  readonly eat: boolean;
  /** Keys that were held back and turned out to be typed, in order; to be handled before this one. */
  readonly typed: readonly string[];
  readonly scan: string | null;
}

export const gapMs = 35;
/** Once a burst is longer than any person types, a stall of the cable or the computer inside it is forgiven. */
export const stallMs = 120;
export const minLength = 4;
const maxLength = 4_096;

const modifiers = new Set(['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock', 'NumLock', 'Fn']);

export class Wedge {
  #held: { readonly text: string; readonly typed: string }[] = [];
  #lastAt = Number.NEGATIVE_INFINITY;
  #altDigits = '';

  get holding(): boolean {
    return this.#held.length > 0;
  }

  /** How long to wait for the next key; longer than the gap, so that a late timer does not cut a scan in two. */
  get holdMs(): number {
    return this.#gapMs + 25;
  }
  get #gapMs(): number {
    return this.#held.length >= minLength ? stallMs : gapMs;
  }

  press(key: WedgeKey): WedgeAnswer {
    if (modifiers.has(key.key)) return { eat: false, typed: [], scan: null };
    // The gap ends a burst whatever the key; what was held is typed text.
    const typed = key.at - this.#lastAt > this.#gapMs || key.repeat ? this.#take() : [];
    if (key.repeat) return { eat: false, typed, scan: null };
    if (key.key === 'Enter' || key.key === 'Tab') {
      if (this.#held.length < minLength) return { eat: false, typed: [...typed, ...this.#take()], scan: null };
      const scan = this.#held.map((held) => held.text).join('');
      this.#clear();
      return { eat: true, typed, scan };
    }
    if (key.alt && !key.ctrl && /^\d$/.test(key.key)) {
      this.#altDigits += key.key;
      this.#lastAt = key.at;
      return { eat: true, typed, scan: null };
    }
    const text = characterOf(key, this.holding);
    if (text === null || this.#held.length >= maxLength)
      return { eat: false, typed: [...typed, ...this.#take()], scan: null };
    this.#held.push({ text, typed: key.key.length === 1 && !isControl(text) ? key.key : '' });
    this.#lastAt = key.at;
    return { eat: true, typed, scan: null };
  }

  /** Alt was released: Alt + digits on the number block is how some scanners send control characters. */
  altUp(at: number): boolean {
    if (this.#altDigits === '') return false;
    const code = Number(this.#altDigits);
    this.#altDigits = '';
    if (code === 0 || code > 255) return true;
    this.#held.push({ text: String.fromCharCode(code), typed: '' });
    this.#lastAt = at;
    return true;
  }

  /** Nothing came for `holdMs`: what is held was typed. */
  expire(): readonly string[] {
    return this.#take();
  }

  #take(): string[] {
    const typed = this.#held.map((held) => held.typed).filter((key) => key !== '');
    this.#clear();
    return typed;
  }

  #clear(): void {
    this.#held = [];
    this.#altDigits = '';
    this.#lastAt = Number.NEGATIVE_INFINITY;
  }
}

const controlKeys: Readonly<Record<string, string>> = {
  '[': '\x1b',
  '\\': '\x1c',
  ']': '\x1d',
  '^': '\x1e',
  _: '\x1f',
};

/** The character a key stands for inside a scan; null: not part of any scan. */
function characterOf(key: WedgeKey, inBurst: boolean): string | null {
  // F8 is what many scanners send for GS (FNC1) when control characters are set to function keys.
  if (key.key === 'F8') return '\x1d';
  if (key.key === 'Dead' && inBurst) return '\uFFFD';
  if (key.key.length !== 1) return null;
  const altGr = key.ctrl && key.alt;
  if (key.meta || (key.alt && !altGr)) return null;
  if (key.ctrl && !altGr) {
    // Ctrl + letter is a command of the browser or the person unless it comes inside a burst.
    if (!inBurst) return null;
    const control = controlKeys[key.key];
    if (control !== undefined) return control;
    return /^[a-z]$/i.test(key.key) ? String.fromCharCode(key.key.toUpperCase().charCodeAt(0) - 64) : null;
  }
  return key.key;
}

function isControl(text: string): boolean {
  return text.charCodeAt(0) < 32;
}
