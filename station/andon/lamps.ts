/**
 * Brings the lamps of the stack light to what is asked for, through the device's own road of writing, which reads back. A
 * lamp is written when it is to change, and anew when its device was away: nobody knows what it shows then.
 */
import type { StackLight as LampTags } from '#contract/config/andon.ts';
import type { Lamp, LampState } from '#contract/rpc/andon.ts';
import type { Clock } from '#station/clock.ts';
import type { DeviceSource } from '#station/core/ports.ts';
import type { Log } from '#station/log.ts';

/** A device that refuses is asked again after so long, ms. */
const againMs = 5_000;

interface Wire {
  readonly lamp: Lamp;
  readonly tagId: string;
  readonly deviceId: string;
  wanted: boolean | null;
  /** What the device said that it shows; null: not known. */
  shown: boolean | null;
  writing: boolean;
  connected: boolean;
  fault: string | null;
}

export interface LampParts {
  readonly tags: LampTags;
  readonly deviceOf: (tagId: string) => string | null;
  readonly devices: Pick<DeviceSource, 'condition' | 'write' | 'onChange'>;
  readonly clock: Clock;
  readonly log: Log;
  /** What could be written changed. */
  readonly changed: () => void;
}

export class Lamps {
  readonly #parts: LampParts;
  readonly #wires: readonly Wire[];
  readonly #unlisten: () => void;
  #timer: { cancel(): void } | null = null;
  #ended = false;

  constructor(parts: LampParts) {
    this.#parts = parts;
    const { tags } = parts;
    this.#wires = (['red', 'amber', 'green', 'blue', 'white'] as const).flatMap((lamp): Wire[] => {
      const tagId = tags[lamp];
      const deviceId = tagId === undefined ? null : parts.deviceOf(tagId);
      if (tagId === undefined || deviceId === null) return [];
      const start = { wanted: null, shown: null, writing: false, connected: false, fault: null };
      return [{ lamp, tagId, deviceId, ...start }];
    });
    this.#unlisten = parts.devices.onChange.listen(() => this.#look());
  }

  get faults(): readonly { readonly lamp: Lamp; readonly tagId: string; readonly status: string }[] {
    return this.#wires.flatMap(({ lamp, tagId, fault }) => (fault === null ? [] : [{ lamp, tagId, status: fault }]));
  }

  /** A lamp that blinks on the screen is lit. */
  show(lamps: Readonly<Record<Lamp, LampState>>): void {
    for (const wire of this.#wires) wire.wanted = lamps[wire.lamp] !== 'off';
    this.#look();
  }

  /** All dark, as far as it can be done: a lamp that nobody keeps up to date would lie. Waits 2 s at most. */
  async stop(): Promise<void> {
    this.#unlisten();
    this.#timer?.cancel();
    this.#ended = true;
    const lit = this.#wires.filter(({ shown, connected }) => connected && shown !== false);
    if (lit.length === 0) return;
    let timer: { cancel(): void } | null = null;
    const limit = new Promise<void>((resolve) => (timer = this.#parts.clock.setTimer(2_000, resolve)));
    await Promise.race([limit, Promise.all(lit.map(({ tagId }) => this.#parts.devices.write(tagId, false)))]);
    (timer as { cancel(): void } | null)?.cancel();
  }

  #look(): void {
    for (const wire of this.#wires) {
      const connected = this.#parts.devices.condition(wire.deviceId)?.state === 'connected';
      if (!connected && wire.connected) wire.shown = null;
      wire.connected = connected;
      if (!connected) this.#note(wire, wire.wanted === null ? null : 'not-connected');
      else void this.#write(wire);
    }
  }

  async #write(wire: Wire): Promise<void> {
    const { wanted } = wire;
    if (this.#ended || wire.writing || wanted === null || wire.shown === wanted) return;
    wire.writing = true;
    const done = await this.#parts.devices.write(wire.tagId, wanted);
    wire.writing = false;
    if (this.#ended) return;
    if (!wire.connected) return;
    if (done.ok && done.value === wanted) {
      wire.shown = wanted;
      this.#note(wire, null);
      // It may be wanted otherwise by now.
      void this.#write(wire);
      return;
    }
    wire.shown = null;
    this.#note(wire, done.ok ? 'read-back' : done.status);
    this.#timer ??= this.#parts.clock.setTimer(againMs, () => {
      this.#timer = null;
      this.#look();
    });
  }

  #note(wire: Wire, fault: string | null): void {
    if (wire.fault === fault) return;
    wire.fault = fault;
    const { lamp, tagId } = wire;
    // A device that is not there is said by the device; the lamp is written when it comes back.
    if (fault !== null && fault !== 'not-connected')
      this.#parts.log.warn({ lamp, tag: tagId, status: fault }, 'a lamp of the stack light was not written');
    this.#parts.changed();
  }
}
