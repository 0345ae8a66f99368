/** How numbers, times and durations are written. Pure: language, time zone and now come in. */
import { isUnitCode, unitSymbols } from '#contract/units.ts';

export type FormatLanguage = 'en' | 'de';
export interface FormatSettings {
  readonly language: FormatLanguage;
  /** IANA zone of the plant; times are the plant's, wherever the screen is. */
  readonly timeZone: string;
}

export const nothing = '–';
/** Between number and unit: never broken over a line. */
const joint = '\u00A0';
const locales: Readonly<Record<FormatLanguage, string>> = { en: 'en-GB', de: 'de-DE' };

/** UCUM code to the symbol shown; an unknown code is shown as it is. */
export function unitSymbol(unit: string | null): string {
  if (unit === null) return '';
  return isUnitCode(unit) ? unitSymbols[unit] : unit;
}

const numberFormats = new Map<string, Intl.NumberFormat>();
function numberFormat(key: string, language: FormatLanguage, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const cacheKey = `${language} ${key}`;
  let format = numberFormats.get(cacheKey);
  if (!format) numberFormats.set(cacheKey, (format = new Intl.NumberFormat(locales[language], options)));
  return format;
}
const timeFormats = new Map<string, Intl.DateTimeFormat>();
function timeFormat(key: string, settings: FormatSettings, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const cacheKey = `${settings.language} ${settings.timeZone} ${key}`;
  let format = timeFormats.get(cacheKey);
  if (!format) {
    format = new Intl.DateTimeFormat(locales[settings.language], { ...options, timeZone: settings.timeZone });
    timeFormats.set(cacheKey, format);
  }
  return format;
}

export class Format {
  readonly #settings: () => FormatSettings;
  constructor(settings: () => FormatSettings) {
    this.#settings = settings;
  }

  get language(): FormatLanguage {
    return this.#settings().language;
  }
  get decimalSeparator(): '.' | ',' {
    return this.language === 'de' ? ',' : '.';
  }

  /** Fixed decimals, no grouping: in a measured value a group mark reads like a decimal mark. */
  number(value: number | null, decimals: number): string {
    if (value === null || !Number.isFinite(value)) return nothing;
    return numberFormat(`f${decimals}`, this.language, {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      useGrouping: false,
    }).format(value === 0 ? 0 : value);
  }
  /** A number whose decimals nobody told: as many as it has, at most six. */
  plain(value: number): string {
    if (!Number.isFinite(value)) return nothing;
    return numberFormat('p', this.language, { maximumFractionDigits: 6, useGrouping: false }).format(value);
  }
  /** Pieces, facts, bytes: grouped. */
  count(value: number): string {
    return numberFormat('c', this.language, { maximumFractionDigits: 0, useGrouping: 'min2' }).format(value);
  }
  /** Number and unit, not to be broken over a line. */
  quantity(value: number | null, decimals: number, unit: string | null): string {
    return withUnit(this.number(value, decimals), unit);
  }
  plainQuantity(value: number, unit: string | null): string {
    return withUnit(this.plain(value), unit);
  }
  bytes(value: number): string {
    const steps = ['B', 'kB', 'MB', 'GB', 'TB'];
    let index = 0;
    let rest = value;
    while (rest >= 1000 && index < steps.length - 1) {
      rest /= 1000;
      index += 1;
    }
    return `${this.number(rest, index === 0 || rest >= 100 ? 0 : 1)}${joint}${steps[index] ?? ''}`;
  }

  /** 14:07:32 */
  time(at: number): string {
    return timeFormat('t', this.#settings(), {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    }).format(at);
  }
  /** Sun 22 Nov / So 22. Nov */
  day(at: number): string {
    const parts = timeFormat('d', this.#settings(), {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
    }).formatToParts(at);
    const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((p) => p.type === type)?.value ?? '';
    const [weekday, month] = [part('weekday').replace('.', ''), part('month').replace('.', '')];
    return this.language === 'de' ? `${weekday} ${part('day')}. ${month}` : `${weekday} ${part('day')} ${month}`;
  }
  /** 22 Nov 2026 / 22.11.2026 */
  date(at: number): string {
    return timeFormat(
      'D',
      this.#settings(),
      this.language === 'de'
        ? { day: '2-digit', month: '2-digit', year: 'numeric' }
        : { day: 'numeric', month: 'short', year: 'numeric' },
    ).format(at);
  }
  /** Nov 2026 / Nov. 2026 */
  month(at: number): string {
    return timeFormat('M', this.#settings(), { month: 'short', year: 'numeric' }).format(at);
  }
  /** Time with seconds; with the day before it when that is not the day of `now`. */
  instant(at: number, now: number): string {
    return this.date(at) === this.date(now) ? this.time(at) : `${this.date(at)} ${this.time(at)}`;
  }

  /** A length of time, ms; what is more than nothing is never written as 0. */
  duration(ms: number): string {
    if (!Number.isFinite(ms)) return nothing;
    const whole = Math.max(0, ms);
    if (whole === 0) return `0${joint}s`;
    if (whole < 1) return `<${joint}1${joint}ms`;
    if (whole < 100) return `${this.number(Math.round(whole), 0)}${joint}ms`;
    if (whole < 9_950) return `${this.number(whole / 1000, 1)}${joint}s`;
    const seconds = Math.round(whole / 1000);
    if (seconds < 60) return `${seconds}${joint}s`;
    if (seconds < 3_600) {
      const rest = seconds % 60;
      return `${Math.floor(seconds / 60)}${joint}min${rest === 0 ? '' : ` ${rest}${joint}s`}`;
    }
    const minutes = Math.round(whole / 60_000);
    if (minutes < 1_440) {
      const rest = minutes % 60;
      return `${Math.floor(minutes / 60)}${joint}h${rest === 0 ? '' : ` ${rest}${joint}min`}`;
    }
    const hours = Math.round(whole / 3_600_000);
    const rest = hours % 24;
    return `${Math.floor(hours / 24)}${joint}d${rest === 0 ? '' : ` ${rest}${joint}h`}`;
  }

  /** Clock running up: 0:42, 12:05, 1:02:09. Whole seconds. */
  stopwatch(ms: number): string {
    const seconds = Math.max(0, Math.floor(ms / 1000));
    const two = (n: number): string => String(n).padStart(2, '0');
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  }
}

function withUnit(number: string, unit: string | null): string {
  const symbol = unitSymbol(unit);
  return symbol === '' ? number : `${number}${symbol === '°' ? '' : joint}${symbol}`;
}

/**
 * What a person keyed in on the number pad, read by the rules of the language. Null: not a number yet.
 * Both marks are taken, but never two of them: "1.234,5" is refused rather than guessed.
 */
export function readNumber(text: string): number | null {
  const trimmed = text.trim().replace('−', '-');
  if (!/^-?\d+([.,]\d*)?$|^-?[.,]\d+$/.test(trimmed)) return null;
  const value = Number(trimmed.replace(',', '.'));
  return Number.isFinite(value) ? value : null;
}
