/**
 * MT-SICS levels 0 and 1, and `ST` of level 2, as METTLER TOLEDO's reference manual 11781363L tells them in chapter 3:
 * every command ends with CR LF and is answered; several at once are answered in order.
 */
import type { LoadCell } from './load-cell.ts';

export interface BalanceText {
  readonly serialNumber: string;
  readonly model: string;
  readonly capacity: number;
  readonly decimals: number;
}

interface Timer {
  cancel(): void;
}
const every = (ms: number, run: () => void): Timer => {
  const timer = setInterval(run, ms);
  return { cancel: () => clearInterval(timer) };
};
const after = (ms: number, run: () => void): Timer => {
  const timer = setTimeout(run, ms);
  return { cancel: () => clearTimeout(timer) };
};

/** 10 weights a second. */
const streamMs = 100;
/** How long the balance waits for rest by itself. */
const restLimitMs = 10_000;
const longestCommand = 80;
/** Grams in one of the unit. */
const unitGrams: Readonly<Record<string, number>> = { g: 1, kg: 1_000, mg: 0.001 };
const known = ['I0', 'I1', 'I2', 'I3', 'I4', '@', 'S', 'SI', 'SIR', 'Z', 'ZI', 'T', 'TA', 'TAC', 'TI', 'ST'];
const levelOf = (command: string): number => (command === 'ST' ? 2 : command.startsWith('T') ? 1 : 0);

export class BalanceCommands {
  readonly #cell: LoadCell;
  readonly #text: BalanceText;
  readonly #send: (line: string) => void;
  #received = '';
  #stream: Timer | null = null;
  #waiting: Timer | null = null;
  #queue: string[] = [];
  #keySends = false;
  unit = 'g';

  constructor(cell: LoadCell, text: BalanceText, send: (line: string) => void) {
    this.#cell = cell;
    this.#text = text;
    this.#send = send;
  }

  /** Whether the print key sends. */
  get keySends(): boolean {
    return this.#keySends;
  }

  hear(bytes: Uint8Array): void {
    this.#received += Buffer.from(bytes).toString('latin1');
    let end: number;
    while ((end = this.#received.indexOf('\r\n')) !== -1) {
      this.#queue.push(this.#received.slice(0, end));
      this.#received = this.#received.slice(end + 2);
    }
    if (this.#received.length > longestCommand) {
      this.#received = '';
      this.#send('ES');
    }
    this.#next();
  }

  /** Says who it is, as after switching on. */
  wakeUp(): void {
    this.#forget();
    this.#who();
  }

  /** Nothing is said any more. */
  sleep(): void {
    this.#forget();
  }

  /** The print key. @returns false: it was not told to send. */
  key(): boolean {
    if (this.#keySends) this.#send(this.#weight());
    return this.#keySends;
  }

  #forget(): void {
    this.#stream?.cancel();
    this.#waiting?.cancel();
    this.#stream = this.#waiting = null;
    this.#queue = [];
    this.#received = '';
    this.#keySends = false;
  }

  #next(): void {
    // `@` is always carried out, whatever waits.
    if (this.#queue.includes('@')) {
      this.#queue = this.#queue.slice(this.#queue.indexOf('@') + 1);
      const rest = this.#queue;
      this.#forget();
      this.#queue = rest;
      this.#who();
    }
    while (this.#waiting === null) {
      const command = this.#queue.shift();
      if (command === undefined) return;
      this.#carryOut(command);
    }
  }

  #carryOut(command: string): void {
    const [name = '', ...rest] = command.split(' ');
    const parameters = rest.join(' ');
    if (!known.includes(name)) return this.#send('ES');
    if (name === 'ST') return this.#transferKey(parameters);
    if (name === 'TA' && parameters !== '') return this.#presetTare(parameters);
    if (parameters !== '') return this.#send(`${name} L`);
    switch (name) {
      case 'I0':
        known.forEach((one, at) => this.#send(`I0 ${at === known.length - 1 ? 'A' : 'B'} ${levelOf(one)} "${one}"`));
        return;
      case 'I1':
        return this.#send('I1 A "01" "2.30" "2.20" "" ""');
      case 'I2':
        return this.#send(`I2 A "${this.#text.model} ${this.#text.capacity.toFixed(this.#text.decimals)} g"`);
      case 'I3':
        return this.#send('I3 A "1.00 0.0.0.0.0"');
      case 'I4':
        return this.#who();
      case 'S':
        this.#endStream();
        return this.#atRest('S', () => this.#weight());
      case 'SI':
        this.#endStream();
        return this.#send(this.#weight());
      case 'SIR':
        this.#endStream();
        this.#send(this.#weight());
        this.#stream = every(streamMs, () => this.#send(this.#weight()));
        return;
      case 'Z':
        return this.#atRest('Z', () => `Z ${this.#cell.zero() ?? 'A'}`);
      case 'ZI': {
        const { stable } = this.#cell;
        return this.#send(`ZI ${this.#cell.zero() ?? (stable ? 'S' : 'D')}`);
      }
      case 'T':
        return this.#atRest('T', () => this.#tare('T', true));
      case 'TI':
        return this.#send(this.#tare('TI', this.#cell.stable));
      case 'TA':
        return this.#send(`TA A ${this.#field(this.#cell.tare)}`);
      case 'TAC':
        this.#cell.presetTare(0);
        return this.#send('TAC A');
    }
  }

  #who(): void {
    this.#send(`I4 A "${this.#text.serialNumber}"`);
  }

  #endStream(): void {
    this.#stream?.cancel();
    this.#stream = null;
  }

  /** Answers once the load is at rest; other commands wait behind. */
  #atRest(name: string, answer: () => string): void {
    const restsInMs = this.#cell.restsInMs;
    if (restsInMs === 0) return this.#send(answer());
    const since = performance.now();
    const look = (): void => {
      const left = this.#cell.restsInMs;
      if (left > 0 && performance.now() - since < restLimitMs) {
        this.#waiting = after(Math.min(left, 50), look);
        return;
      }
      this.#waiting = null;
      this.#send(left > 0 ? `${name} I` : answer());
      this.#next();
    };
    this.#waiting = after(Math.min(restsInMs, 50), look);
  }

  #tare(name: string, stable: boolean): string {
    const tare = this.#cell.takeTare();
    return typeof tare === 'number' ? `${name} ${stable ? 'S' : 'D'} ${this.#field(tare)}` : `${name} ${tare}`;
  }

  #transferKey(parameter: string): void {
    if (parameter === '') return this.#send(`ST A ${this.#keySends ? 1 : 0}`);
    if (parameter !== '0' && parameter !== '1') return this.#send('ST L');
    this.#keySends = parameter === '1';
    this.#send('ST A');
  }

  #presetTare(parameters: string): void {
    const [, value = '', unit = ''] = /^(\d+(?:\.\d+)?) (\w+)$/.exec(parameters) ?? [];
    const grams = Number(value) * (unitGrams[unit] ?? NaN);
    if (value === '' || !(grams <= this.#text.capacity)) return this.#send('TA L');
    this.#cell.presetTare(grams);
    this.#send(`TA A ${this.#field(this.#cell.tare)}`);
  }

  #weight(): string {
    const shown = this.#cell.shown();
    if (shown.kind !== 'weight') return `S ${shown.kind}`;
    return `S ${shown.stable ? 'S' : 'D'} ${this.#field(shown.value)}`;
  }

  #field(grams: number): string {
    const factor = unitGrams[this.unit] ?? 1;
    const decimals = Math.max(0, this.#text.decimals + Math.round(Math.log10(factor)));
    return `${(grams / factor).toFixed(decimals).padStart(10, ' ')} ${this.unit}`;
  }
}
