/**
 * Bytes to gauge readings. Pure: no clock, no I/O; never throws; bounded memory.
 *
 * `0cA+dddd.ddd` CR: code number 0, channel c, measurement item A, sign, number with decimal point (Mitutoyo QM-Height
 * user's manuals 99MAF029B section 5.3.2 and 99MAF600B section 6.3.2). `9cn` CR: error n of channel c (not verified, see
 * README).
 */
import { LineSplitter, shown, type RawFrame } from '../kit/line-splitter.ts';

export type GaugeFault = 'overlong' | 'terminator-missing' | 'format' | 'wrong-channel' | 'wrong-unit';

export type GaugeFrame =
  | {
      readonly kind: 'value';
      readonly channel: number;
      readonly value: number;
      /** Digits after the point: the resolution the gauge was set to. */
      readonly decimals: number;
      /** UCUM code if the gauge said a unit; the documented form has none. */
      readonly unit: 'mm' | '[in_i]' | null;
      readonly shown: string;
    }
  | { readonly kind: 'error'; readonly channel: number; readonly code: number; readonly shown: string }
  | { readonly kind: 'invalid'; readonly fault: GaugeFault; readonly shown: string };

/** Longest documented line is 12 characters; the rest is for a unit and for blanks. */
const maxLength = 32;

const valueForm = /^0([1-9])A([+-])(\d+\.?\d*|\.\d+)(?: *(mm|in|M|I))?$/;
const errorForm = /^9([1-9])(\d)$/;

export class DigimaticParser {
  readonly #splitter = new LineSplitter('any', maxLength);
  readonly #fieldLength: number;

  /** @param fieldLength characters of the number, decimal point included. */
  constructor(fieldLength: number) {
    this.#fieldLength = fieldLength;
  }

  get pending(): boolean {
    return this.#splitter.pending;
  }

  push(chunk: Uint8Array): GaugeFrame[] {
    return this.#splitter.push(chunk).map((frame) => this.#read(frame));
  }

  /** The line went quiet inside a frame. */
  idle(): GaugeFrame | null {
    const frame = this.#splitter.flush();
    return frame === null ? null : this.#read(frame);
  }

  /** The link is gone: forgets what was half received and says what it was, if anything. */
  cut(): string | null {
    const frame = this.#splitter.flush();
    return frame === null ? null : shown(frame.bytes);
  }

  #read(frame: RawFrame): GaugeFrame {
    const visible = shown(frame.bytes);
    if (frame.kind === 'overlong') return { kind: 'invalid', fault: 'overlong', shown: visible };
    if (frame.kind === 'unterminated') return { kind: 'invalid', fault: 'terminator-missing', shown: visible };
    const text = String.fromCharCode(...frame.bytes);
    const error = errorForm.exec(text);
    if (error) return { kind: 'error', channel: Number(error[1]), code: Number(error[2]), shown: visible };
    const [, channel, sign, digits = '', unit] = valueForm.exec(text) ?? [];
    if (digits.length !== this.#fieldLength) return { kind: 'invalid', fault: 'format', shown: visible };
    const size = Number(digits);
    const point = digits.indexOf('.');
    return {
      kind: 'value',
      channel: Number(channel),
      // Not -0: a gauge at zero may show either sign.
      value: sign === '-' && size !== 0 ? -size : size,
      decimals: point === -1 ? 0 : digits.length - point - 1,
      unit: unit === undefined ? null : unit === 'mm' || unit === 'M' ? 'mm' : '[in_i]',
      shown: visible,
    };
  }
}

/** What a frame means for a tag: a value, a gauge that says it has none, or something that must not be believed. */
export type Judgement =
  | { readonly kind: 'good'; readonly value: number; readonly decimals: number }
  | { readonly kind: 'gauge-error'; readonly code: number; readonly shown: string }
  | { readonly kind: 'damaged'; readonly fault: GaugeFault; readonly shown: string };

/** @param unit UCUM code of the tag; null: the tag takes whatever the gauge says. */
export function judge(frame: GaugeFrame, channel: number, unit: string | null): Judgement {
  if (frame.kind === 'invalid') return { kind: 'damaged', fault: frame.fault, shown: frame.shown };
  if (frame.channel !== channel) return { kind: 'damaged', fault: 'wrong-channel', shown: frame.shown };
  if (frame.kind === 'error') return { kind: 'gauge-error', code: frame.code, shown: frame.shown };
  // A calliper switched to inches: 24.005 mm would come as 0.9451. Never converted silently.
  if (frame.unit !== null && unit !== null && frame.unit !== unit) {
    return { kind: 'damaged', fault: 'wrong-unit', shown: frame.shown };
  }
  return { kind: 'good', value: frame.value, decimals: frame.decimals };
}
