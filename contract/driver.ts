/**
 * What a driver is and what it is given. A driver is one folder under `station/drivers/<id>` (manifest, codec, driver,
 * fake-device, fixtures, README) and sees only `contract` and its own folder: clock, byte links and logging come in.
 */
import type { z } from 'zod';
import type { TagReading, TagValue } from './reading.ts';
import type { ReasonParams } from './refusal.ts';

/**
 * `connected`: delivering. `silent`: the link or session is up but nothing has arrived for longer than it should
 * ("connected but silent"). `disconnected`: no link or session, being retried. `faulted`: will not come back without a
 * person (wrong settings, refused credentials). `stopped`: switched off by configuration or shutdown.
 */
export const deviceStates = ['stopped', 'connecting', 'connected', 'silent', 'disconnected', 'faulted'] as const;
export type DeviceState = (typeof deviceStates)[number];

/** Device problem codes; `device_problem_<code>` and `device_todo_<code>` (what to do) in the message catalogue. */
export const deviceProblems = [
  'port-missing',
  'port-busy',
  'port-denied',
  'host-refused',
  'host-unreachable',
  'host-timeout',
  'closed-by-device',
  'no-session',
  'session-lost',
  'subscription-lost',
  'security-refused',
  'credentials-refused',
  'address-unknown',
  'namespace-unknown',
  'frame-invalid',
  'frame-overlong',
  'no-answer',
  'silent',
  'settings-invalid',
  'queue-overflow',
  'revised-by-server',
  'driver-failed',
  'overload',
  'underload',
  'not-ready',
  'wrong-unit',
  'device-fault',
] as const;
export type DeviceProblem = (typeof deviceProblems)[number];

export interface DeviceCondition {
  readonly state: DeviceState;
  readonly problem: DeviceProblem | null;
  readonly params: ReasonParams;
}

/** One tag as configured, handed to the driver; readings refer to it by its place in the list. */
export interface TagBinding {
  readonly id: string;
  /** Driver-specific, e.g. `nsu=urn:press;s=Ram.Force` or `value`. */
  readonly address: string;
  readonly type: 'number' | 'boolean' | 'text' | 'numbers';
  readonly unit: string | null;
  readonly samplingMs: number;
  /** Absolute, in the tag's unit; 0 = every change. */
  readonly deadband: number;
  /** The longest outage over which no change of this tag may be lost, in ms. */
  readonly bridgeMs: number;
}

/** A byte stream over a serial port or a TCP socket; opening, closing and retrying are the caller's. */
export interface ByteLink {
  readonly description: string;
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}
export interface ByteLinkEvents {
  data(bytes: Uint8Array): void;
  /** Called exactly once, whoever closed it. */
  closed(problem: DeviceProblem | null, detail: string): void;
}

export type LinkSettings =
  | {
      readonly kind: 'serial';
      readonly path: string;
      readonly baudRate: number;
      readonly dataBits: 5 | 6 | 7 | 8;
      readonly parity: 'none' | 'even' | 'odd';
      readonly stopBits: 1 | 2;
    }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** Thrown (rejected) by `openLink`. */
export class LinkError extends Error {
  readonly problem: DeviceProblem;
  constructor(problem: DeviceProblem, message: string) {
    super(message);
    this.name = 'LinkError';
    this.problem = problem;
  }
}

export interface DriverClock {
  /** UTC ms. */
  now(): number;
  /** ms, never steps. */
  monotonic(): number;
  setTimer(ms: number, run: () => void): { cancel(): void };
}

export interface DriverHost {
  readonly deviceId: string;
  readonly clock: DriverClock;
  /** Rejects with LinkError. */
  openLink(settings: LinkSettings, events: ByteLinkEvents): Promise<ByteLink>;
  /** Lossless: every reading given here reaches the tag hub in this order. */
  readings(batch: readonly TagReading[]): void;
  /** State changes; repeated equal conditions are ignored. */
  condition(condition: DeviceCondition): void;
  /** Counted on the device screen and logged; the connection may be fine (e.g. one damaged frame). */
  problem(problem: DeviceProblem, params: ReasonParams): void;
  /** For the live byte view; cheap when nobody watches. Text protocols and binary alike; not used by opcua-client. */
  bytes(direction: 'in' | 'out', bytes: Uint8Array): void;
  /** For the live view of protocols that are not bytes to us: one short line per exchange. */
  trace(direction: 'in' | 'out', line: string): void;
  /** Facts about the device found on the way (serial number, server product, revised sampling), shown on its screen. */
  info(facts: Readonly<Record<string, string | number | boolean>>): void;
}

export type DriverResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly status: string; readonly message: string };

export interface Driver {
  /** Never throws for an absent device: it keeps trying and reports through `condition`. */
  start(): void;
  /** Resolves when nothing is open any more and no further call to the host will be made. */
  stop(): Promise<void>;
  /** Writes and reads back; `value` is what the device says it holds now. Missing where the driver cannot write. */
  write?(tag: number, value: TagValue): Promise<DriverResult<TagValue>>;
  /** Reads now, past any cache. Missing where the driver cannot be asked. */
  read?(tags: readonly number[]): Promise<DriverResult<readonly TagReading[]>>;
  /** Calls a method of the device. `object` and `method` are addresses; arguments carry their OPC UA type name. */
  call?(object: string, method: string, args: readonly DriverArgument[]): Promise<DriverResult<readonly TagValue[]>>;
}
export interface DriverArgument {
  readonly type: string;
  readonly value: TagValue;
}

/** `driver_<id>_title`, `driver_<id>_text` and, per setting, `driver_<id>_setting_<key>` are in the message catalogue. */
export interface DriverManifest<Settings = unknown> {
  /** Folder name. */
  readonly id: string;
  /** Bumped when settings or readings change meaning. */
  readonly version: number;
  /** Settings of a device file; the settings form is drawn from its JSON schema. */
  readonly settings: z.ZodType<Settings>;
  /** Fixed tag addresses, or null when addresses are free text checked by `checkAddress`. */
  readonly addresses:
    | readonly {
        readonly address: string;
        readonly type: TagBinding['type'];
        /** What a needle shows: a state, never an act of a person, although the device pushes. */
        readonly live?: true;
        /** UCUM codes a tag of it may have, where the device says the unit with each value; else any or none. */
        readonly units?: readonly string[];
      }[]
    | null;
  /** Returns null when fine, else what is wrong, in English, for `linewright check`. */
  checkAddress?(address: string): string | null;
  readonly canWrite: boolean;
  /** Of a driver that can write: null, else why this address cannot be written, in English, for `linewright check`. */
  readOnly?(address: string): string | null;
  readonly canCall: boolean;
  /** True for scanners and gauges with a button: each reading is an act of a person, not a state. */
  readonly pushes: boolean;
  /** Where it depends on the settings (a gauge is asked or has a button); wins over `pushes`. */
  pushesWith?(settings: Settings): boolean;
}

export interface DriverModule<Settings = unknown> {
  readonly manifest: DriverManifest<Settings>;
  create(host: DriverHost, settings: Settings, tags: readonly TagBinding[]): Driver;
}
