/** A balance of MT-SICS levels 0 and 1 (and `ST`), over whatever wire it is given. Manual 11781363L, chapter 3. */
import type { FakeWire } from '../kit/conformance.ts';

export class FakeBalance {
  readonly #wire: FakeWire;
  #asked = '';
  /** In `unit`, as the display shows it. */
  load = 0;
  stable = true;
  unit = 'g';
  decimals = 2;
  /** Beyond it the balance says overload. */
  capacity = 4_200;
  serialNumber = 'B021002593';
  /** false: switched off, hears and says nothing. */
  on = true;
  /** Commands it does not know. */
  readonly unknown = new Set<string>();
  /** Busy with something else: answers `I`. */
  busy = false;
  /** Its own menu says that the print key sends. */
  keySends = false;
  /** Sent instead of each weight, e.g. `S S   Error 10b`. */
  instead: string | null = null;
  /** Held back until `release`, as a slow balance would. */
  holds = false;
  readonly #held: string[] = [];
  #armed = false;
  #streaming = false;
  #tare = 0;
  #zero = 0;

  constructor(wire: FakeWire) {
    this.#wire = wire;
    wire.received((bytes) => {
      this.#asked += Buffer.from(bytes).toString('latin1');
      let end: number;
      while ((end = this.#asked.indexOf('\r\n')) !== -1) {
        const command = this.#asked.slice(0, end);
        this.#asked = this.#asked.slice(end + 2);
        if (this.on) this.#answer(command);
      }
    });
  }

  get armed(): boolean {
    return this.#armed;
  }
  get streaming(): boolean {
    return this.#streaming;
  }

  /** The print key; sends only where it was told to, and only a weight at rest. */
  pressKey(load: number = this.load): void {
    this.load = load;
    if (this.on && this.stable && (this.#armed || this.keySends)) this.#say(this.weight('S'));
  }

  /** One more value of the stream. */
  tick(load: number = this.load): void {
    this.load = load;
    if (this.on && this.#streaming) this.#say(this.weight('S'));
  }

  switchOff(): void {
    this.on = false;
    this.#armed = false;
    this.#streaming = false;
    this.#asked = '';
    this.#tare = 0;
  }

  switchOn(): void {
    this.on = true;
    this.#say(`I4 A "${this.serialNumber}"`);
  }

  /** Cable pulled while sending. */
  half(load: number): void {
    this.load = load;
    this.#wire.send(Buffer.from(this.weight('S').slice(0, 12)));
  }

  /** A character lost on the way: still a number, but not the one weighed. */
  garbage(): void {
    this.#wire.send(Buffer.from('S S    1456.2 g\r\n'));
  }

  raw(text: string): void {
    this.#wire.send(Buffer.from(text, 'latin1'));
  }

  /** What was held back goes out. */
  release(): void {
    this.holds = false;
    for (const line of this.#held.splice(0)) this.#say(line);
  }

  weight(id: string): string {
    if (this.instead !== null) return this.instead;
    if (this.busy) return `${id} I`;
    const gross = this.load - this.#zero;
    if (gross > this.capacity) return `${id} +`;
    if (gross < -10) return `${id} -`;
    return `${id} ${this.stable ? 'S' : 'D'} ${this.#field(gross - this.#tare)} ${this.unit}`;
  }

  #field(value: number): string {
    return value.toFixed(this.decimals).padStart(10, ' ');
  }

  #answer(command: string): void {
    if (this.unknown.has(command)) return this.#say('ES');
    switch (command) {
      case 'I1':
        return this.#say('I1 A "01" "2.30" "2.22" "" ""');
      case 'I2':
        return this.#say(`I2 A "MS4002S NewClassic ${this.capacity.toFixed(2)} g"`);
      case 'I3':
        return this.#say('I3 A "2.10 10.28.0.493.142"');
      case 'I4':
        return this.#say(this.busy ? 'I4 I' : `I4 A "${this.serialNumber}"`);
      case '@':
        this.#armed = false;
        this.#streaming = false;
        return this.#say(`I4 A "${this.serialNumber}"`);
      case 'ST 1':
        this.#armed = true;
        return this.#say('ST A');
      case 'SI':
      case 'SIR':
        this.#streaming = command === 'SIR';
        return this.#say(this.weight('S'));
      case 'Z':
      case 'ZI':
        if (this.load > this.capacity) return this.#say(`${command} +`);
        if (command === 'Z' && !this.stable) return this.#say('Z I');
        this.#zero = this.load;
        this.#tare = 0;
        return this.#say(command === 'Z' ? 'Z A' : `ZI ${this.stable ? 'S' : 'D'}`);
      case 'T':
      case 'TI':
        if (command === 'T' && !this.stable) return this.#say('T I');
        this.#tare = this.load - this.#zero;
        return this.#say(`${command} ${this.stable ? 'S' : 'D'} ${this.#field(this.#tare)} ${this.unit}`);
      case 'TAC':
        this.#tare = 0;
        return this.#say('TAC A');
      default:
        return this.#say('ES');
    }
  }

  #say(line: string): void {
    if (this.holds) this.#held.push(line);
    else this.#wire.send(Buffer.from(`${line}\r\n`, 'latin1'));
  }
}
