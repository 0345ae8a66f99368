/** Codes and live values from the core become sentences here, and only here (design law 3). Pure. */
import type { Met, Next, Reason, ReasonParam, ReasonParams } from '#contract/refusal.ts';
import { nothing, unitSymbol, type Format } from '../state/format.ts';

export interface Words {
  /** A message by its key; null when the catalogue has none. */
  message(key: string, params?: Readonly<Record<string, string>>): string | null;
  readonly format: Format;
  /** UTC ms by the station's clock; decides whether a time needs its date. */
  now(): number;
}

/** `device.not-connected` to `device_not_connected`. */
export function messageKey(code: string): string {
  return code.replaceAll(/[.-]/g, '_');
}

/** Parameters whose values are words of the contract, and the catalogue prefixes that translate them. */
const wordPrefixes: Readonly<Record<string, readonly string[]>> = {
  status: ['status_', 'reading_status_'],
  wanted: ['status_'],
  state: ['device_state_', 'machine_state_', 'store_state_', 'server_state_'],
  problem: ['sync_problem_', 'study_problem_'],
  what: ['study_size_'],
  expected: ['scan_kind_', 'machine_state_'],
  kind: ['scan_kind_', 'case_kind_', 'study_kind_'],
  stepType: ['step_type_'],
  permission: ['permission_'],
  of: ['grr_of_'],
};

const dates: ReadonlySet<string> = new Set(['expiredAt', 'validToAt', 'dueAt', 'calibratedAt', 'dateAt']);

function written(name: string, value: ReasonParam, words: Words): string {
  if (value === null) return nothing;
  if (typeof value === 'object') return value[words.format.language];
  if (typeof value === 'boolean') return words.message(value ? 'word_yes' : 'word_no') ?? String(value);
  if (typeof value === 'number') {
    // A day: its first or last second would only be noise.
    if (dates.has(name)) return words.format.date(value);
    if (name.endsWith('At')) return words.format.instant(value, words.now());
    if (name.endsWith('Ms')) return words.format.duration(value);
    return words.format.plain(value);
  }
  if (name === 'unit' || (name === 'expected' && unitSymbol(value) !== value)) return unitSymbol(value);
  for (const prefix of wordPrefixes[name] ?? []) {
    const word = words.message(prefix + messageKey(value));
    if (word !== null) return word;
  }
  return value;
}

/** Every parameter as text, plus `limits` ("23.98 to 24.03 mm") where there are `lower` and `upper`. */
export function writtenParams(params: ReasonParams, words: Words): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) texts[name] = written(name, value, words);
  if ('lower' in params || 'upper' in params) texts['limits'] = limits(params, words);
  return texts;
}

/** Decimals a number is written with, at most six. */
function decimalsOf(value: number): number {
  return value.toFixed(6).replace(/0+$/, '').split('.')[1]?.length ?? 0;
}

function limits(params: ReasonParams, words: Words): string {
  const unit = typeof params['unit'] === 'string' ? params['unit'] : null;
  // Figures that are compared have the same decimals: 23.980 to 24.030 beside 24.052.
  const compared = [params['lower'], params['upper'], params['value']].filter((one) => typeof one === 'number');
  const decimals = Math.max(0, ...compared.map(decimalsOf));
  const side = (value: ReasonParam | undefined, withUnit: boolean): string | null =>
    typeof value === 'number' ? words.format.quantity(value, decimals, withUnit ? unit : null) : null;
  const upper = side(params['upper'], true);
  if (upper === null) {
    const lower = side(params['lower'], true);
    return lower === null ? nothing : (words.message('limits_at_least', { lower }) ?? lower);
  }
  const lower = side(params['lower'], false);
  return (
    (lower === null ? words.message('limits_at_most', { upper }) : words.message('limits_between', { lower, upper })) ??
    upper
  );
}

export interface ReasonWords {
  readonly title: string;
  readonly text: string;
}

/**
 * Where a value is not there, the sentence is another one: a device without a state has no age to tell, a qualification
 * without an end no date. The variant of a message has the suffix in its key.
 */
const withoutValue: Readonly<Record<string, string>> = {
  ageMs: 'unaged',
  validToAt: 'unending',
  pointText: 'unplaced',
  checkedAt: 'unchecked',
  sinceAt: 'ever',
};

function variant(
  key: string,
  of: ReasonParams,
  written: Readonly<Record<string, string>>,
  words: Words,
): string | null {
  for (const [name, suffix] of Object.entries(withoutValue)) {
    // Records of older programs do not have the parameter at all.
    const found = of[name] === null || of[name] === undefined ? words.message(`${key}_${suffix}`, written) : null;
    if (found !== null) return found;
  }
  return words.message(key, written);
}

/** A code that this screen does not know (newer station) is said to be so, never swallowed. */
export function reasonWords(reason: Reason, words: Words): ReasonWords {
  const key = `reason_${messageKey(reason.code)}`;
  const params = writtenParams(reason.params, words);
  const title = words.message(key, params);
  const text = variant(`${key}_text`, reason.params, params, words);
  if (title !== null && text !== null) return { title, text };
  return {
    title: words.message('reason_unknown') ?? reason.code,
    text: words.message('reason_unknown_text', { code: reason.code }) ?? reason.code,
  };
}

export function metWords(met: Met, words: Words): string {
  return variant(`met_${messageKey(met.code)}`, met.params, writtenParams(met.params, words), words) ?? met.code;
}

export function nextWords(next: Next, words: Words): string {
  return words.message(`next_${messageKey(next.code)}`, writtenParams(next.params, words)) ?? next.code;
}
