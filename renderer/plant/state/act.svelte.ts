import type { PlantFault, PlantOutcome } from '#contract/plant/base.ts';
import { t } from '../../i18n/plant.svelte.ts';
import { faultWords } from './fault.ts';
import { CallTimedOut, LinkLost, NotConnected } from '../../link/errors.ts';

/** What the server says of an error beside its message (server/rpc/judged.ts). */
function dataOf(error: unknown): Readonly<Record<string, unknown>> {
  const { data } = (error ?? {}) as { readonly data?: unknown };
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
}

/** Why there was no answer, in words. */
export function problemText(error: unknown): string {
  if (error instanceof NotConnected) return t.server_not_connected();
  if (error instanceof LinkLost) return t.server_link_lost();
  if (error instanceof CallTimedOut) return t.server_timed_out();
  const { code, errorId, ...params } = dataOf(error);
  if (code === 'database.unreachable') return t.server_no_database();
  if (code === 'failed') return t.server_failed({ number: String(errorId ?? '–') });
  if (code === 'right.missing') {
    const { title, text } = faultWords({ code, params: params as PlantFault['params'], field: null });
    return `${title}. ${text}`;
  }
  return t.server_defect({ message: error instanceof Error ? error.message : String(error) });
}

/** One thing a person can do: busy while it is under way, and what came back when it was not done. */
export class PlantAct {
  busy = $state(false);
  faults = $state.raw<readonly PlantFault[]>([]);
  problem = $state<string | null>(null);

  /** @returns the outcome's value in a box when it was done, null when it was refused or not answered. */
  async run<T>(call: () => Promise<PlantOutcome<T>>): Promise<{ readonly value: T } | null> {
    if (this.busy) return null;
    this.busy = true;
    this.clear();
    try {
      const outcome = await call();
      if (outcome.ok) return { value: outcome.value };
      this.faults = outcome.faults;
    } catch (error) {
      this.problem = problemText(error);
    } finally {
      this.busy = false;
    }
    return null;
  }

  get failed(): boolean {
    return this.faults.length > 0 || this.problem !== null;
  }
  clear(): void {
    this.faults = [];
    this.problem = null;
  }
}
