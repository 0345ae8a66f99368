/** What happens to the press over a time: commands at instants of the machine's time, so that a run repeats itself. */
import { BadInput, type Action } from '#simulator/line/control.ts';

export interface ScriptStep {
  /** Machine ms since the script began. */
  readonly at: number;
  /** A command of the control, e.g. `fault`. */
  readonly do: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

const mostSteps = 1_000;

/** @param commands what a step may say @throws BadInput naming the step that makes no sense */
export function readScript(input: unknown, commands: Readonly<Record<string, Action>>): readonly ScriptStep[] {
  if (!Array.isArray(input) || input.length === 0 || input.length > mostSteps)
    throw new BadInput(`give {"steps":[{"at":60000,"do":"fault","with":{"alarm":"E17"}}]}, 1 to ${mostSteps} steps`);
  const steps = input.map((one: unknown, n): ScriptStep => {
    const { at, do: what, with: how } = (one ?? {}) as Partial<Record<'at' | 'do' | 'with', unknown>>;
    const before = (input[n - 1] as { at?: unknown } | undefined)?.at ?? 0;
    if (typeof at !== 'number' || !(at >= Number(before)))
      throw new BadInput(`step ${n + 1}: "at" is machine ms since the beginning, none before the step before it`);
    if (typeof what !== 'string' || !Object.hasOwn(commands, what))
      throw new BadInput(`step ${n + 1}: "do" is none of ${Object.keys(commands).join(', ')}`);
    if (how !== undefined && (typeof how !== 'object' || how === null || Array.isArray(how)))
      throw new BadInput(`step ${n + 1}: "with" is an object`);
    return { at, do: what, ...(how === undefined ? {} : { with: { ...how } }) };
  });
  return steps;
}

/** Runs the steps of a script as the machine's time passes. */
export class Script {
  readonly #steps: readonly ScriptStep[];
  readonly #commands: Readonly<Record<string, Action>>;
  readonly #refused: (step: ScriptStep, why: string) => void;
  #next = 0;
  /** Machine ms since it began. */
  #at = 0;

  /** @param refused hears of a step that could not be done then */
  constructor(
    steps: readonly ScriptStep[],
    commands: Readonly<Record<string, Action>>,
    refused: (step: ScriptStep, why: string) => void,
  ) {
    this.#steps = steps;
    this.#commands = commands;
    this.#refused = refused;
  }

  get state(): { readonly at: number; readonly done: number; readonly of: number } {
    return { at: Math.round(this.#at), done: this.#next, of: this.#steps.length };
  }

  /**
   * Cuts a stretch of machine time where steps are due.
   * @param pass lets the machine's time pass, ms
   */
  advance(ms: number, pass: (ms: number) => void): void {
    let left = ms;
    for (let step = this.#steps[this.#next]; step !== undefined; step = this.#steps[this.#next]) {
      const until = Math.max(0, step.at - this.#at);
      if (until > left) break;
      if (until > 0) pass(until);
      this.#at += until;
      left -= until;
      this.#next += 1;
      this.#do(step);
    }
    this.#at += left;
    if (left > 0) pass(left);
  }

  #do(step: ScriptStep): void {
    const failed = (error: unknown): void =>
      this.#refused(step, error instanceof Error ? error.message : String(error));
    try {
      const done = this.#commands[step.do]?.(step.with ?? {});
      if (done instanceof Promise) done.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
