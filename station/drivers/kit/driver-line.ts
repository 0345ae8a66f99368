/** Keeps one byte link open for a driver: opens, retries with growing pauses, reports the condition, never two links. */
import { LinkError } from '#contract/driver.ts';
import type { ByteLink, DeviceCondition, DeviceProblem, DriverHost, LinkSettings } from '#contract/driver.ts';

export const retryMs = { first: 250, most: 2_000 } as const;
/** A link that lived this long, or that carried a byte, was a real one: the next pause is short again. */
const provenMs = 2_000;

export interface LineListener {
  opened(): void;
  data(bytes: Uint8Array): void;
  /** The link is gone; what was half received must be forgotten. */
  lost(): void;
}

export class DriverLine {
  readonly #host: DriverHost;
  readonly #settings: LinkSettings;
  readonly #listener: LineListener;
  #link: ByteLink | null = null;
  #opening: Promise<void> = Promise.resolve();
  #retry: { cancel(): void } | null = null;
  #pauseMs: number = retryMs.first;
  #stopped = false;

  constructor(host: DriverHost, settings: LinkSettings, listener: LineListener) {
    this.#host = host;
    this.#settings = settings;
    this.#listener = listener;
  }

  get isOpen(): boolean {
    return this.#link !== null;
  }

  start(): void {
    this.#host.condition({ state: 'connecting', problem: null, params: { target: this.#target() } });
    this.#open();
  }

  /** Resolves when no link is open; the host and the listener hear nothing any more from the first moment on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#retry?.cancel();
    await this.#opening;
    const link = this.#link;
    this.#link = null;
    await link?.close();
  }

  /** @returns false when there is no link or the bytes did not go out; the loss itself is reported by the link. */
  async send(bytes: Uint8Array): Promise<boolean> {
    const link = this.#link;
    if (!link || this.#stopped) return false;
    this.#host.bytes('out', bytes);
    try {
      await link.write(bytes);
      return true;
    } catch {
      return false;
    }
  }

  /** Says how the device behind an open link does; ignored while there is none. */
  report(condition: DeviceCondition): void {
    if (this.#link && !this.#stopped) this.#host.condition(condition);
  }

  connected(): DeviceCondition {
    return { state: 'connected', problem: null, params: { target: this.#target() } };
  }

  #open(): void {
    const openedAt = this.#host.clock.monotonic();
    let heard = false;
    let closed: { readonly problem: DeviceProblem | null; readonly detail: string } | null = null;
    const lost = (): void => {
      if (this.#stopped || !closed) return;
      this.#link = null;
      if (heard || this.#host.clock.monotonic() - openedAt > provenMs) this.#pauseMs = retryMs.first;
      this.#listener.lost();
      this.#again(closed.problem ?? 'closed-by-device', closed.detail);
    };
    const link = this.#host.openLink(this.#settings, {
      data: (bytes) => {
        if (this.#stopped) return;
        heard = true;
        this.#host.bytes('in', bytes);
        this.#listener.data(bytes);
      },
      closed: (problem, detail) => {
        closed = { problem, detail };
        // A link that closes before its opening was even told is handled where the opening is.
        if (this.#link) lost();
      },
    });
    this.#opening = link.then(
      (opened) => {
        this.#link = opened;
        if (this.#stopped) return;
        if (closed) return lost();
        this.#host.condition(this.connected());
        this.#listener.opened();
      },
      (error: unknown) => {
        if (this.#stopped) return;
        const problem = error instanceof LinkError ? error.problem : 'port-missing';
        this.#again(problem, error instanceof Error ? error.message : String(error));
      },
    );
  }

  #again(problem: DeviceProblem, detail: string): void {
    // Wrong settings need a person, yet a retry costs nothing and the person may be at the cabinet, not at the screen.
    const state = problem === 'settings-invalid' ? 'faulted' : 'disconnected';
    this.#host.condition({ state, problem, params: { target: this.#target(), detail } });
    this.#retry = this.#host.clock.setTimer(this.#pauseMs, () => this.#open());
    this.#pauseMs = Math.min(this.#pauseMs * 2, retryMs.most);
  }

  #target(): string {
    return this.#settings.kind === 'tcp' ? `${this.#settings.host}:${this.#settings.port}` : this.#settings.path;
  }
}
