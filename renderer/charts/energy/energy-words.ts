/** Amounts of a meter in words: energy in its unit, power as energy per hour. */
import { nothing, unitSymbol } from '../../state/format.ts';
import { format } from '../../i18n/index.svelte.ts';
import { decimalsOf } from './figures.ts';

const joint = '\u00A0';
/** What is more than nothing is never written as nothing. */
function figure(value: number, decimals: number): string {
  const least = 10 ** -decimals;
  return value > 0 && value < least / 2 ? `<${joint}${format.number(least, decimals)}` : format.number(value, decimals);
}

/** Without its unit, where that stands above the column. */
export const amountText = (value: number | null, decimals: number): string =>
  value === null ? nothing : figure(value, decimals);

/** @param decimals of the column it stands in (`decimalsOf`); left out: its own */
export const energyText = (value: number | null, unit: string, decimals = decimalsOf([value ?? 0])): string =>
  value === null ? nothing : `${figure(value, decimals)}${joint}${unitSymbol(unit)}`;

const hourly: Readonly<Record<string, string>> = { 'kW.h': 'kW' };
/** @param perHour in the meter's unit per hour @param decimals as of `energyText` */
export const powerText = (perHour: number | null, unit: string, decimals = decimalsOf([perHour ?? 0])): string =>
  perHour === null ? nothing : `${figure(perHour, decimals)}${joint}${powerUnit(unit)}`;
export const powerUnit = (unit: string): string => hourly[unit] ?? `${unitSymbol(unit)}/h`;

export const costText = (energy: number, price: { readonly amount: number; readonly currency: string }): string =>
  moneyText({ amount: energy * price.amount, currency: price.currency });
export const moneyText = ({ amount, currency }: { readonly amount: number; readonly currency: string }): string =>
  `${format.number(amount, 2)}${joint}${currency}`;
