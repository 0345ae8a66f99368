/** Short words for what the fault tests do over the contract, one act at a time. */
import { randomUUID } from 'node:crypto';
import type { Outcome } from '#contract/refusal.ts';
import type { DeviceView } from '#contract/rpc/devices.ts';
import type { LiveReading } from '#contract/reading.ts';
import type { StepAction } from '#contract/steps/index.ts';
import type { Client } from './demo-line.ts';
import { nextAction } from './job.ts';

/** Whose name the next facts carry; badges of the demo plant. */
export async function signIn(client: Client, badge = 'BDG-1002', pin: string | null = null): Promise<void> {
  const outcome = await client.people.signIn({ commandId: randomUUID(), badge, pin });
  if (!outcome.ok) throw new Error(`${badge} was refused: ${JSON.stringify(outcome.refusal.reasons)}`);
}

/** Where an act belongs. */
export interface Place {
  readonly executionId: string;
  readonly stepId: string;
  readonly attempt: number;
}

/** The open step now. */
export async function placeNow(client: Client): Promise<Place> {
  const { executionId, step, mode } = await client.execution.get();
  if (executionId === null || step === null) throw new Error(`no step is open (${mode})`);
  return { executionId, stepId: step.definition.id, attempt: step.attempt };
}

/** Takes the unit up and does its steps until this one is open. */
export async function workTo(client: Client, serial: string, stepId: string): Promise<Place> {
  const until = performance.now() + 60_000;
  for (;;) {
    const view = await client.execution.get();
    if (view.mode === 'step' && view.unit?.serial === serial && view.step?.definition.id === stepId)
      return placeNow(client);
    if (performance.now() > until) throw new Error(`${serial} did not come to ${stepId}: ${JSON.stringify(view.step)}`);
    const outcome =
      view.mode === 'step'
        ? await actNow(client, nextAction(view))
        : await client.execution.start({ commandId: randomUUID(), serial });
    if (outcome === null) await new Promise((resolve) => setTimeout(resolve, 50));
    else if (!outcome.ok) throw new Error(`on the way to ${stepId}: ${JSON.stringify(outcome.refusal.reasons)}`);
  }
}

/** Acts in the open step; null for no action. */
export async function actNow(client: Client, action: StepAction | null): Promise<Outcome<unknown> | null> {
  return action === null
    ? null
    : client.execution.act({ commandId: randomUUID(), ...(await placeNow(client)), action });
}

/** Codes of a refusal; empty when it was accepted. */
export const reasonsOf = (outcome: Outcome<unknown> | null): string[] =>
  outcome === null || outcome.ok ? [] : outcome.refusal.reasons.map(({ code }) => code);

export async function deviceNow(client: Client, id: string): Promise<DeviceView> {
  for await (const { devices } of await client.devices.watch()) {
    const found = devices.find((device) => device.id === id);
    if (found !== undefined) return found;
  }
  throw new Error(`there is no device ${id}`);
}

export async function tagNow(client: Client, tagId: string): Promise<LiveReading | undefined> {
  for await (const { readings } of await client.devices.live({ tags: [tagId] })) return readings[0];
  throw new Error('the station sent no frame');
}

/** Waits until the machine can be started. */
export async function machineReady(client: Client): Promise<void> {
  for await (const { readings } of await client.devices.live({ tags: ['press.state'] }))
    if (readings.some(({ value, stale }) => value === 'Idle' && !stale)) return;
}
