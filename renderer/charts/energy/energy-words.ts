/** Amounts of a meter in words: energy in its unit, power as energy per hour. */
import { nothing, unitSymbol } from '../../state/format.ts';
import { format } from '../../i18n/index.svelte.ts';

const joint = '\u00A0';
/** Small meters need more digits than large ones; three that count are enough for a person. */
const decimals = (value: number): number =>
  value === 0 ? 0 : Math.max(0, Math.min(4, 2 - Math.floor(Math.log10(Math.abs(value)))));
const figure = (value: number): string => format.number(value, decimals(value));

export const energyText = (value: number | null, unit: string): string =>
  value === null ? nothing : `${figure(value)}${joint}${unitSymbol(unit)}`;

const hourly: Readonly<Record<string, string>> = { 'kW.h': 'kW' };
/** @param perHour in the meter's unit per hour */
export const powerText = (perHour: number | null, unit: string): string =>
  perHour === null ? nothing : `${figure(perHour)}${joint}${hourly[unit] ?? `${unitSymbol(unit)}/h`}`;

export const costText = (energy: number, price: { readonly amount: number; readonly currency: string }): string =>
  moneyText({ amount: energy * price.amount, currency: price.currency });
export const moneyText = ({ amount, currency }: { readonly amount: number; readonly currency: string }): string =>
  `${format.number(amount, 2)}${joint}${currency}`;
