/** Lost time by reason, the largest first, with its cost. */
import type { Localized } from '#contract/config/text.ts';
import type { MachineState } from '#contract/machine-state.ts';
import type { OeeSpan } from '#contract/rpc/oee.ts';

/** `reason`: somebody said so. `minor-stops`: all of them. `unexplained`: longer ones by what the machine told. */
export type ParetoKey =
  | { readonly kind: 'reason'; readonly id: string; readonly title: Localized }
  | { readonly kind: 'minor-stops' }
  | { readonly kind: 'setup' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unexplained'; readonly state: MachineState };

export interface ParetoBar {
  readonly key: ParetoKey;
  readonly ms: number;
  /** Stops that it was said of. */
  readonly count: number;
  /** Of all that was lost, 0 to 1; this one, and with those before it. */
  readonly share: number;
  readonly cumulated: number;
  /** null: nobody told what an hour costs. */
  readonly cost: number | null;
}

function keyOf({ because, loss, element, state, stop }: OeeSpan): ParetoKey {
  if (because === 'reason' && stop?.reason) return { kind: 'reason', id: stop.reason.id, title: stop.reason.title };
  if (element === 'unknown') return { kind: 'unknown' };
  if (loss === 'minor-stop') return { kind: 'minor-stops' };
  if (loss === 'setup') return { kind: 'setup' };
  return { kind: 'unexplained', state };
}

/** @param costPerHour of the machine, in any currency */
export function paretoOf(spans: readonly OeeSpan[], costPerHour: number | null): readonly ParetoBar[] {
  const bars = new Map<string, { readonly key: ParetoKey; ms: number; readonly stops: Set<number> }>();
  let all = 0;
  for (const span of spans) {
    if (!['AUST', 'ADET', 'ADOT', 'unknown'].includes(span.element)) continue;
    const key = keyOf(span);
    const name = JSON.stringify(key.kind === 'reason' ? ['reason', key.id] : key);
    const bar = bars.get(name) ?? { key, ms: 0, stops: new Set<number>() };
    bars.set(name, bar);
    bar.ms += span.to - span.from;
    bar.stops.add(span.stopAt ?? span.sliceAt);
    all += span.to - span.from;
  }
  let sum = 0;
  return [...bars.values()]
    .sort((a, b) => b.ms - a.ms)
    .map(({ key, ms, stops }) => {
      sum += ms;
      return {
        key,
        ms,
        count: stops.size,
        share: ms / all,
        cumulated: sum / all,
        cost: costPerHour === null ? null : (ms / 3_600_000) * costPerHour,
      };
    });
}
