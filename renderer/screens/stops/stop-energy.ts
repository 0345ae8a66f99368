/** What a stop used and cost, in words. */
import type { EnergyCost } from '#contract/rpc/energy.ts';
import type { StopView } from '#contract/rpc/stops.ts';
import { energyText, moneyText } from '../../charts/energy/energy-words.ts';
import { t } from '../../i18n/index.svelte.ts';

/** The longest that one call sums up. */
const longestMs = 31 * 86_400_000;

/** Of a stop longer than a month, its first month. @param now UTC ms */
export function stretchOf(
  { machineId, from, to }: Pick<StopView, 'machineId' | 'from' | 'to'>,
  now: number,
): { readonly machineId: string; readonly from: number; readonly to: number } {
  const begin = Math.trunc(from);
  return { machineId, from: begin, to: Math.trunc(Math.min(begin + longestMs, Math.max(to ?? now, begin + 1))) };
}

/** "This stop cost 4.2 kWh, 1.26 EUR", and what nobody can say of it. */
export function usedWords({ unit, energy, open, knownMs, cost }: EnergyCost): string {
  if (knownMs === 0 && open === 0) return t.stops_energy_unknown();
  const used = [energyText(energy, unit), ...(cost === null ? [] : [moneyText(cost)])].join(', ');
  return [
    t.stops_energy({ used }),
    ...(open > 0 ? [t.stops_energy_open({ energy: energyText(open, unit) })] : []),
  ].join(' ');
}
