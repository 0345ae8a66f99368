/** Who is signed in, what they may do, and how the server is. Signing in is plain HTTP (contract/plant/sign-in.ts). */
import type { PlantFault, PlantHealth } from '#contract/plant/base.ts';
import type { PlantRight } from '#contract/plant/roles.ts';
import type { PlantSession } from '#contract/plant/session.ts';
import type { SessionHolds, SignedOut, SignInMethods } from '#contract/plant/sign-in.ts';
import { sessionEnded } from './gate.ts';
import { gate, link, listenToLink } from './link.svelte.ts';

export type SignInAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly faults: readonly PlantFault[] }
  | { readonly ok: null };

class Session {
  /** `asking`: not known yet. `out`: nobody; the sign-in page is shown. */
  phase = $state<'asking' | 'out' | 'in'>('asking');
  value = $state.raw<PlantSession | null>(null);
  health = $state.raw<PlantHealth | null>(null);
  methods = $state.raw<SignInMethods | null>(null);
  /** The server does not even tell how one signs in. */
  unreachable = $state(false);
  /** Somebody was signed in and is not any more, by no act of this page. */
  ended = $state(false);

  may(right: PlantRight): boolean {
    return this.value?.rights.includes(right) ?? false;
  }

  /** Asks how one can sign in. @returns whether the server answered. */
  async askMethods(): Promise<boolean> {
    try {
      const answer = await fetch('session/methods', { signal: AbortSignal.timeout(5_000) });
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
      this.methods = (await answer.json()) as SignInMethods;
      this.unreachable = false;
      return true;
    } catch {
      this.unreachable = true;
      return false;
    }
  }

  /** `ok: null`: the server did not answer. */
  async signIn(address: 'session' | 'session/setup', body: object): Promise<SignInAnswer> {
    try {
      const answer = await fetch(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(15_000),
      });
      const said = (await answer.json()) as SignInAnswer;
      if (said.ok === true) this.#enter();
      return said;
    } catch {
      return { ok: null };
    }
  }

  /** @throws Error when the server did not answer: then nobody was signed out. */
  async signOut(): Promise<void> {
    const answer = await fetch('session', { method: 'DELETE', signal: AbortSignal.timeout(5_000) });
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const { goTo } = (await answer.json()) as SignedOut;
    if (goTo !== null) {
      window.location.assign(goTo);
      return;
    }
    this.#leave(false);
  }

  /** The server lets this account do everything from now on. */
  passwordChanged(): void {
    if (this.value !== null) this.value = { ...this.value, passwordToChange: false };
  }

  /**
   * A connection that was never taken: no session, no room, no database or no server, and a browser does not tell which.
   * Only a server that says that there is no session ends it; with any other the link goes on trying.
   */
  async #turnAway(): Promise<void> {
    if (this.phase === 'out') return;
    try {
      const answer = await fetch('session', { signal: AbortSignal.timeout(5_000) });
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
      const { signedIn } = (await answer.json()) as SessionHolds;
      this.unreachable = false;
      if (!signedIn) this.#leave(true);
    } catch {
      this.unreachable = true;
    }
  }

  #enter(): void {
    this.ended = false;
    this.phase = 'asking';
    gate.open();
  }

  #leave(unasked: boolean): void {
    if (this.phase === 'out') return;
    this.ended = unasked && this.value !== null;
    this.phase = 'out';
    gate.shut();
    void this.askMethods();
  }

  start(): void {
    listenToLink({
      session: (value) => {
        this.value = value;
        this.phase = 'in';
        this.unreachable = false;
      },
      ended: (code, everOpen) => {
        if (code === sessionEnded) this.#leave(true);
        else if (!everOpen) void this.#turnAway();
      },
    });
    link.onHeartbeat((health) => (this.health = health));
    link.start();
  }
}
export const session = new Session();
