/**
 * Texts of the screen. `t.<key>(params)` is a message in the language in force and re-renders when the language changes;
 * `localized` picks a text that comes from the configuration; `reason` words a reason from the core.
 */
import type { Language, Localized } from '#contract/config/text.ts';
import type { Met, Next, Reason } from '#contract/refusal.ts';
import { stationNow } from '../state/time.svelte.ts';
import { Format } from '../state/format.ts';
import { m } from './paraglide/messages.js';
import { messageKey, metWords, nextWords, reasonWords, type ReasonWords, type Words } from './reason.ts';

type Messages = typeof m;
export type MessageKey = keyof Messages;

class Speech {
  language = $state<Language>('en');
  timeZone = $state('UTC');
}
/** Set by the station state; read by everything that writes text. */
export const speech = new Speech();

type AnyMessage = (inputs: object, options: { locale: Language }) => string;
type AnyMessages = Readonly<Record<string, AnyMessage | undefined>>;
const catalogues: AnyMessages[] = [m as unknown as AnyMessages];
/** Messages that only one of the apps has; before the first text is asked for. */
export function addMessages(messages: object): void {
  catalogues.push(messages as AnyMessages);
}
const bound = new Map<string, (inputs?: object) => string>();

function lookUp(key: string): ((inputs?: object) => string) | null {
  const known = bound.get(key);
  if (known) return known;
  const message = catalogues.map((messages) => messages[key]).find((found) => typeof found === 'function');
  if (message === undefined) return null;
  const speaking = (inputs: object = {}): string => message(inputs, { locale: speech.language });
  bound.set(key, speaking);
  return speaking;
}

export const t = new Proxy({} as Messages, {
  get: (_target, key) => (typeof key === 'string' ? (lookUp(key) ?? (() => key)) : undefined),
});

/** A message whose key is made of data, e.g. `message('device_problem_' + code)`; null when there is none. */
export function message(key: string, params: Readonly<Record<string, string>> = {}): string | null {
  return lookUp(messageKey(key))?.(params) ?? null;
}

/** What a person wrote comes as it was written. */
export function localized(text: Localized | string): string {
  return typeof text === 'string' ? text : text[speech.language];
}

export const format = new Format(() => ({ language: speech.language, timeZone: speech.timeZone }));

export const words: Words = { message, format, now: stationNow };

export function reason(of: Reason): ReasonWords {
  return reasonWords(of, words);
}
export function met(of: Met): string {
  return metWords(of, words);
}
export function next(of: Next): string {
  return nextWords(of, words);
}
