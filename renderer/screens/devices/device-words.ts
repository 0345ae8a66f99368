/** How a device's state looks: a shape and whether it asks for a person. The word is `device_state_<state>`. */
import type { DeviceState } from '#contract/driver.ts';

export type Tone = 'quiet' | 'warn' | 'bad';
export const stateLook: Readonly<
  Record<DeviceState, { readonly shape: 'done' | 'open' | 'box' | 'warning' | 'link' | 'stop'; readonly tone: Tone }>
> = {
  connected: { shape: 'done', tone: 'quiet' },
  connecting: { shape: 'open', tone: 'quiet' },
  stopped: { shape: 'box', tone: 'quiet' },
  silent: { shape: 'warning', tone: 'warn' },
  disconnected: { shape: 'link', tone: 'bad' },
  faulted: { shape: 'stop', tone: 'bad' },
};

export function wantsPerson(state: DeviceState): boolean {
  return stateLook[state].tone !== 'quiet';
}

const order: readonly Tone[] = ['bad', 'warn', 'quiet'];
/** Those that want a person first; otherwise the order of the station's file. */
export function abnormalFirst<T extends { readonly condition: { readonly state: DeviceState } }>(
  devices: readonly T[],
): readonly T[] {
  return devices.toSorted(
    (a, b) => order.indexOf(stateLook[a.condition.state].tone) - order.indexOf(stateLook[b.condition.state].tone),
  );
}
