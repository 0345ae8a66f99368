/** What is known of the link to the server, in one place; who changes it is the sender, who shows it are the screens. */
import type { ServerState, SyncProblem } from '#contract/rpc/sync.ts';
import { Signal } from '#station/streams/signal.ts';

export class LinkState {
  /** The state or its problem became another one. */
  readonly changed: Signal<void>;
  readonly #now: () => number;
  #state: ServerState = 'not-configured';
  #since: number | null = null;
  #problem: SyncProblem | null = null;
  #reached = false;
  lastProblem: SyncProblem | null = null;
  /** Station clock minus server clock, ms. */
  clockDriftMs: number | null = null;

  constructor(now: () => number, onError: (error: unknown) => void) {
    this.#now = now;
    this.changed = new Signal<void>(onError);
  }

  get state(): ServerState {
    return this.#state;
  }
  get since(): number | null {
    return this.#since;
  }
  get problem(): SyncProblem | null {
    return this.#problem;
  }
  get linked(): boolean {
    return this.#state === 'linked';
  }

  notConfigured(): void {
    this.#reached = false;
    this.clockDriftMs = null;
    this.#set('not-configured', null);
  }
  configured(): void {
    this.#set('never-reached', null);
  }
  linkedNow(): void {
    this.#reached = true;
    this.#set('linked', null);
  }
  cut(): void {
    this.#set('cut', null);
  }
  /** Not reached; how long it has been so goes on. */
  unreachable(code: string, detail: string): void {
    this.#set(this.#reached ? 'unreachable' : 'never-reached', { code, detail, at: this.#now() });
  }
  refused(code: string, detail: string): void {
    this.#reached = true;
    this.#set('refused', { code, detail, at: this.#now() });
  }

  #set(state: ServerState, problem: SyncProblem | null): void {
    const same = state === this.#state && problem?.code === this.#problem?.code;
    if (state !== this.#state) this.#since = state === 'not-configured' ? null : this.#now();
    this.#state = state;
    this.#problem = problem;
    if (problem !== null) this.lastProblem = problem;
    if (!same) this.changed.emit();
  }
}
