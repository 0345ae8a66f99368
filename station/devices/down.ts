/** Whether a device is missing, for those who are told from afar. Pure. */
import type { DeviceView } from '#contract/rpc/devices.ts';

/** A first connection that takes longer has failed, whatever the driver still hopes for; ms. */
export const connectingMs = 30_000;

/**
 * A device that the station has just begun to look for (start, new settings) is not known to be missing yet.
 * @param now UTC ms, as `since`
 */
export function isDown({ condition, since }: Pick<DeviceView, 'condition' | 'since'>, now: number): boolean {
  switch (condition.state) {
    case 'connected':
      return false;
    case 'stopped':
    case 'connecting':
      return now - since > connectingMs;
    case 'silent':
    case 'disconnected':
    case 'faulted':
      return true;
  }
}
