/**
 * How a driver joins the conformance suite (tests/conformance): its folder has a `conformance.ts` that exports
 * `conformance: DriverConformance`. No other file is touched.
 */
import type { LinkSettings, TagBinding } from '#contract/driver.ts';
import type { TagValue } from '#contract/reading.ts';

/** The far end of a byte line, made by the suite: in memory, a TCP server or a pty. Absent until `restore`. */
export interface FakeWire {
  readonly link: LinkSettings;
  /** To the station. */
  send(bytes: Uint8Array): void;
  /** From the station. */
  received(listener: (bytes: Uint8Array) => void): void;
}

/** A fake device under the suite's control. Absent until `restore` was called. */
export interface ConformanceFake {
  /** For the driver's manifest. */
  readonly settings: unknown;
  readonly tags: readonly TagBinding[];
  /** Makes the device say its n-th good reading, n = 1, 2, ... */
  sendGood(n: number): Promise<void>;
  /** What the first tag must then hold. */
  expected(n: number): TagValue;
  /** Says part of a reading that must never be accepted. */
  sendHalf?(n: number): Promise<void>;
  /** Says something damaged that must be counted as a problem. */
  sendGarbage?(): Promise<void>;
  /** Only for fakes that bring their own server; a wire is dropped and restored by the suite. */
  drop?(): Promise<void>;
  restore?(): Promise<void>;
  stop(): Promise<void>;
}

export interface DriverConformance {
  /** `own`: the fake brings its own server, `wire` is null. */
  readonly transports: readonly ('memory' | 'tcp' | 'pty' | 'own')[];
  startFake(wire: FakeWire | null): Promise<ConformanceFake>;
}
