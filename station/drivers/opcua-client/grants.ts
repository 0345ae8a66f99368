/** What is asked of the server per tag, and how what it granted compares. */
import type { TagBinding } from '#contract/driver.ts';
import type { ReasonParams } from '#contract/refusal.ts';
import type { OpcuaSettings } from './manifest.ts';
import type { ItemRequest, ItemResult, Subscription } from './subscription.ts';

/** How fast a tag without a sampling interval is taken to change, to size its queue; ms. */
const everyChangeMs = 50;
const leastQueue = 10;

/** At least twice what comes in over the longest outage to bridge. */
export function queueSizeFor(tag: Pick<TagBinding, 'bridgeMs' | 'samplingMs'>): number {
  const interval = tag.samplingMs > 0 ? tag.samplingMs : everyChangeMs;
  return Math.max(leastQueue, Math.ceil((2 * tag.bridgeMs) / interval));
}

/** Requests for those of `wanted` that have a node. */
export function itemRequests(
  tags: readonly TagBinding[],
  wanted: readonly number[],
  nodeIds: readonly (string | null)[],
): ItemRequest[] {
  return wanted.flatMap((tag) => {
    const binding = tags[tag];
    const nodeId = nodeIds[tag];
    if (binding === undefined || nodeId === null || nodeId === undefined) return [];
    const numeric = binding.type === 'number' || binding.type === 'numbers';
    return [
      {
        tag,
        nodeId,
        samplingMs: binding.samplingMs,
        queueSize: queueSizeFor(binding),
        deadband: numeric ? binding.deadband : 0,
      },
    ];
  });
}

export interface Grants {
  readonly failed: readonly { readonly tag: number; readonly status: string }[];
  /** Where the server gave less than asked. */
  readonly revised: { readonly count: number; readonly params: ReasonParams };
  readonly info: Readonly<Record<string, string | number | boolean>>;
}

export function judgeGrants(
  requests: readonly ItemRequest[],
  results: readonly ItemResult[],
  subscription: Pick<Subscription, 'lifetimeMs' | 'keepAliveMs'>,
  settings: Pick<OpcuaSettings, 'subscriptionLifetimeMs'>,
): Grants {
  const failed: { tag: number; status: string }[] = [];
  let queueShort = 0;
  let samplingSlower = 0;
  let withoutDeadband = 0;
  let leastGranted = Number.POSITIVE_INFINITY;
  let leastAsked = 0;
  requests.forEach((request, at) => {
    const result = results[at];
    if (result === undefined || !result.status.startsWith('Good')) {
      failed.push({ tag: request.tag, status: result?.status ?? 'BadUnexpectedError' });
      return;
    }
    if (result.queueSize < request.queueSize) queueShort += 1;
    // 0 asks for "as fast as you can": whatever comes back is that.
    if (request.samplingMs > 0 && result.samplingMs > request.samplingMs) samplingSlower += 1;
    if (result.withoutDeadband) withoutDeadband += 1;
    if (result.queueSize < leastGranted) {
      leastGranted = result.queueSize;
      leastAsked = request.queueSize;
    }
  });
  const lifetimeShort = subscription.lifetimeMs < settings.subscriptionLifetimeMs;
  const count = queueShort + samplingSlower + withoutDeadband + (lifetimeShort ? 1 : 0);
  return {
    failed,
    revised: {
      count,
      params: {
        queueShort,
        leastGranted: Number.isFinite(leastGranted) ? leastGranted : 0,
        leastAsked,
        samplingSlower,
        withoutDeadband,
        lifetimeMs: subscription.lifetimeMs,
      },
    },
    info: {
      leastQueue: Number.isFinite(leastGranted) ? leastGranted : 0,
      queueShort,
      samplingSlower,
      lifetimeMs: subscription.lifetimeMs,
      keepAliveMs: subscription.keepAliveMs,
    },
  };
}
