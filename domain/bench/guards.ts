/** Values that cannot be of the characteristic asked for: of another one, or read in another unit. */
import type { Characteristic } from '#contract/config/definition.ts';
import type { Localized } from '#contract/config/text.ts';
import type { Reason } from '#contract/refusal.ts';
import { reason } from '#domain/decision.ts';
import { implausible } from '#domain/steps/values.ts';

/** Millimetres of an inch. */
const inchMm = 25.4;
/** Where the definition says nothing of plausible values nobody doubts one within so many widths of the tolerance. */
const widths = 5;

interface Range {
  readonly lower: number;
  readonly upper: number;
}

/** Values that nobody doubts to be of this characteristic; null: any. */
function plausibleRange({ plausible, lower, upper }: Characteristic): Range | null {
  if (plausible !== undefined) return plausible;
  if (lower === null || upper === null) return null;
  const room = widths * (upper - lower);
  return { lower: lower - room, upper: upper + room };
}

const inside = (value: number, range: Range | null): boolean =>
  range !== null && value >= range.lower && value <= range.upper;

/** The tolerance and as much again on each side: what a value read in the right unit is near. */
function near({ lower, upper, nominal }: Characteristic, range: Range | null): Range | null {
  if (lower !== null && upper !== null) return { lower: 2 * lower - upper, upper: 2 * upper - lower };
  if (nominal !== null) return { lower: nominal * 0.9, upper: nominal * 1.1 };
  return range;
}

const inches: Localized = { en: 'inches', de: 'Zoll' };
const millimetres: Localized = { en: 'millimetres', de: 'Millimetern' };

/**
 * What is wrong with a value that is not plausible for the characteristic: first the unit (a jump by 25.4 either way), then
 * the place (it fits another characteristic that is measured with it), else only that it is implausible, where the definition
 * says so: otherwise a part may be that bad. Empty: it counts.
 */
export function guardFaults(
  value: number,
  characteristic: Characteristic,
  others: readonly Characteristic[],
): readonly Reason[] {
  const range = plausibleRange(characteristic);
  if (range === null || inside(value, range)) return [];
  const { unit, title: characteristicText } = characteristic;
  for (const factor of [inchMm, 1 / inchMm]) {
    if (!inside(value * factor, near(characteristic, range))) continue;
    // Too small by it: read in inches. Too large: millimetres that were taken for inches and converted once more.
    const shownText = factor > 1 ? inches : millimetres;
    return [reason('value.other-unit', { value, unit, shownText, characteristicText })];
  }
  const other = others.find(
    (each) => each.id !== characteristic.id && each.unit === unit && inside(value, near(each, plausibleRange(each))),
  );
  if (other !== undefined)
    return [reason('value.other-feature', { value, unit, characteristicText, otherText: other.title })];
  return implausible(value, characteristic);
}
