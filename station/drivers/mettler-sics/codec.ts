/**
 * Bytes to answers of a balance. Pure: no clock, no I/O; never throws; bounded memory.
 *
 * METTLER TOLEDO, Reference Manual MT-SICS Interface Command for Weigh Modules, 11781363L (12/2018): weights 2.1.2.1,
 * other answers 2.1.2.2, errors 2.1.3, error in place of a weight 2.1.4, the commands in chapter 3.
 */
import { LineSplitter, shown, type RawFrame } from '../kit/line-splitter.ts';

export type SicsFault = 'overlong' | 'terminator-missing' | 'format';

/** Why a balance gave no weight, or did not do what it was told. */
export type SicsRefusal = 'overload' | 'underload' | 'not-ready' | 'refused';

export type SicsFrame =
  | {
      readonly kind: 'weight';
      /** The command it answers: S (also SI, SIR and the print key), T, TI, TA. */
      readonly id: string;
      /** false: the load was still moving (`D`). */
      readonly stable: boolean;
      readonly value: number;
      /** Digits after the point: the resolution in force. */
      readonly decimals: number;
      /** UCUM code; null: a unit that is none of mass, or unknown. */
      readonly unit: string | null;
      readonly unitText: string;
      readonly shown: string;
    }
  | { readonly kind: 'refusal'; readonly id: string; readonly refusal: SicsRefusal; readonly shown: string }
  /** The balance is out of order: `code` as 2.1.4 numbers it, e.g. `10b`. */
  | { readonly kind: 'fault'; readonly id: string; readonly code: string; readonly shown: string }
  /** Done (`A`), more to come (`B`), done with or without rest (`S`, `D`, of ZI). `texts` are the quoted parameters. */
  | {
      readonly kind: 'done';
      readonly id: string;
      readonly status: 'A' | 'B' | 'S' | 'D';
      readonly texts: readonly string[];
      readonly shown: string;
    }
  /** ES: command unknown or not allowed. ET: it arrived damaged. EL: it cannot be executed. */
  | { readonly kind: 'error'; readonly error: 'ES' | 'ET' | 'EL'; readonly shown: string }
  | { readonly kind: 'invalid'; readonly fault: SicsFault; readonly shown: string };

/** Of every unit the manual names in SIS and M21 that is in the station's list (contract/units.ts). */
const units: Readonly<Record<string, string>> = {
  g: 'g',
  kg: 'kg',
  mg: 'mg',
  ug: 'ug',
  // As ISO 8859-1 and as code page 437 say it.
  '\u00b5g': 'ug',
  '\u00e6g': 'ug',
  t: 't',
  ct: '[car_m]',
  lb: '[lb_av]',
  oz: '[oz_av]',
  ozt: '[oz_tr]',
  GN: '[gr]',
  dwt: '[pwt_tr]',
};
export const massUnits: readonly string[] = [...new Set(Object.values(units))];

/** Weights and errors are short; texts of the I commands are not. */
const maxLength = 160;

const refusals: Readonly<Record<string, SicsRefusal>> = {
  '+': 'overload',
  '-': 'underload',
  I: 'not-ready',
  L: 'refused',
};
const faultForm = /^S S +Error +(\d{1,2}[a-z])$/;
const numberForm = /^ *(-?)(\d+(?:\.\d+)?) ?$/;
const errorForm = /^(E[STL])$/;
const weightForm = /^(S|TI?) ([SD]) |^(TA) (A) /;
const answerForm = /^([A-Z]+\d*) ([ABSDIL+-])(?: (.*))?$/;
const unitForm = /^\S{1,5}$/;
const textForm = /"((?:[^"\\]|\\.)*)"/g;

export class SicsParser {
  readonly #splitter = new LineSplitter('any', maxLength);
  readonly #fieldLength: number;

  /** @param fieldLength characters of a weight, blanks before it included. */
  constructor(fieldLength: number) {
    this.#fieldLength = fieldLength;
  }

  get pending(): boolean {
    return this.#splitter.pending;
  }

  push(chunk: Uint8Array): SicsFrame[] {
    return this.#splitter.push(chunk).map((frame) => this.#read(frame));
  }

  /** The line went quiet inside a frame. */
  idle(): SicsFrame | null {
    const frame = this.#splitter.flush();
    return frame === null ? null : this.#read(frame);
  }

  /** The link is gone: forgets what was half received and says what it was, if anything. */
  cut(): string | null {
    const frame = this.#splitter.flush();
    return frame === null ? null : shown(frame.bytes);
  }

  #read(frame: RawFrame): SicsFrame {
    const visible = shown(frame.bytes);
    if (frame.kind === 'overlong') return { kind: 'invalid', fault: 'overlong', shown: visible };
    if (frame.kind === 'unterminated') return { kind: 'invalid', fault: 'terminator-missing', shown: visible };
    const text = String.fromCharCode(...frame.bytes);
    return this.#weight(text, visible) ?? readAnswer(text, visible);
  }

  /** null: not a weight by its beginning. */
  #weight(text: string, visible: string): SicsFrame | null {
    const fault = faultForm.exec(text);
    if (fault) return { kind: 'fault', id: 'S', code: fault[1] ?? '', shown: visible };
    const head = weightForm.exec(text);
    if (!head) return null;
    const at = head[0].length;
    const end = at + this.#fieldLength;
    // By position, not by blanks: a weight that lost a digit on the way is still a number, but no longer in its place.
    const number = numberForm.exec(text.slice(at, end));
    const unitText = text.slice(end + 1);
    if (!number || text[end] !== ' ' || !unitForm.test(unitText)) {
      return { kind: 'invalid', fault: 'format', shown: visible };
    }
    const [, sign, digits = ''] = number;
    const size = Number(digits);
    return {
      kind: 'weight',
      id: head[1] ?? head[3] ?? '',
      stable: head[2] !== 'D',
      // Not -0: an empty pan may show either sign.
      value: sign === '-' && size !== 0 ? -size : size,
      decimals: digits.split('.')[1]?.length ?? 0,
      unit: units[unitText] ?? null,
      unitText,
      shown: visible,
    };
  }
}

function readAnswer(text: string, visible: string): SicsFrame {
  const error = errorForm.exec(text)?.[1];
  if (error === 'ES' || error === 'ET' || error === 'EL') return { kind: 'error', error, shown: visible };
  const [, id = '', status = '', rest = ''] = answerForm.exec(text) ?? [];
  const refusal = rest === '' ? refusals[status] : undefined;
  if (refusal !== undefined) return { kind: 'refusal', id, refusal, shown: visible };
  // A weight command never answers "A"; where a weight belongs and none is, the line is damaged.
  if ((status === 'A' || status === 'B') && id !== 'S') {
    const texts = [...rest.matchAll(textForm)].map(([, inside = '']) => inside.replaceAll(/\\(.)/g, '$1'));
    // A text that lost its quotation mark is a damaged one, not an empty one.
    if (rest.includes('"') && rest.replaceAll(textForm, '').includes('"')) {
      return { kind: 'invalid', fault: 'format', shown: visible };
    }
    return { kind: 'done', id, status, texts, shown: visible };
  }
  if ((status === 'S' || status === 'D') && id === 'ZI' && rest === '') {
    return { kind: 'done', id, status, texts: [], shown: visible };
  }
  return { kind: 'invalid', fault: 'format', shown: visible };
}

/** What a line about weight means for a tag. Short words for `status`, see docs of the driver. */
export interface Judgement {
  readonly value: number | null;
  readonly quality: 'good' | 'uncertain' | 'bad';
  readonly status: string;
}

/**
 * @param unit UCUM code of the tag. A weight in another unit is refused, never converted: somebody changed the balance.
 */
export function judge(frame: SicsFrame, unit: string | null): Judgement {
  const bad = (status: string): Judgement => ({ value: null, quality: 'bad', status });
  switch (frame.kind) {
    case 'weight':
      if (frame.unit === null || frame.unit !== unit) return bad('wrong-unit');
      return frame.stable
        ? { value: frame.value, quality: 'good', status: 'Good' }
        : { value: frame.value, quality: 'uncertain', status: 'not-stable' };
    case 'refusal':
      return bad(frame.refusal);
    case 'fault':
      return bad('device-fault');
    case 'error':
    case 'done':
      return bad('refused');
    case 'invalid':
      return bad(frame.fault === 'overlong' ? 'frame-overlong' : 'frame-invalid');
  }
}
