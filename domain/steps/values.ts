/** Judging one number: shared by every step type that takes one. */
import type { Characteristic } from '#contract/config/definition.ts';
import type { Localized } from '#contract/config/text.ts';
import type { ReadingFact, Verdict } from '#contract/events/shared.ts';
import type { LiveReading } from '#contract/reading.ts';
import type { Reason } from '#contract/refusal.ts';
import { reason } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';

/** Limits are inclusive: a value equal to a limit is good (a drawing's "9.95 to 10.05" contains both). */
export function verdictOf(value: number, lower: number | null, upper: number | null): Verdict {
  if (lower !== null && value < lower) return 'below';
  if (upper !== null && value > upper) return 'above';
  return 'ok';
}

export function outOfLimits(
  value: number,
  of: {
    readonly unit: string;
    readonly lower: number | null;
    readonly upper: number | null;
    readonly title: Localized;
  },
  /** Which of several points; null: there is only one. */
  point: Localized | null = null,
): Reason {
  return reason('value.out-of-limits', {
    value,
    unit: of.unit,
    lower: of.lower,
    upper: of.upper,
    characteristicText: of.title,
    pointText: point,
  });
}

/** A number a person keyed in: finite, not finer than asked for, not absurd. All that is wrong is told. */
export function typedNumberFaults(
  value: number,
  of: {
    readonly unit: string;
    readonly decimals: number;
    readonly plausible?: { readonly lower: number; readonly upper: number } | undefined;
  },
): readonly Reason[] {
  if (!Number.isFinite(value)) return [reason('value.not-a-number', { entered: String(value) })];
  const faults: Reason[] = [];
  if (Number(value.toFixed(of.decimals)) !== value)
    faults.push(reason('value.too-many-decimals', { value, decimals: of.decimals }));
  return [...faults, ...implausible(value, of)];
}

export function implausible(
  value: number,
  of: { readonly unit: string; readonly plausible?: { readonly lower: number; readonly upper: number } | undefined },
): readonly Reason[] {
  const { plausible, unit } = of;
  if (plausible === undefined || (value >= plausible.lower && value <= plausible.upper)) return [];
  return [reason('value.implausible', { value, unit, lower: plausible.lower, upper: plausible.upper })];
}

/** Why a reading may not be believed now; empty = fresh and good. */
export function readingFaults(tagId: string, reading: LiveReading | null, facts: Facts): readonly Reason[] {
  const tag = facts.catalogue.tag(tagId)?.tag;
  const tagText = tag?.title ?? null;
  if (reading === null) return [reason('tag.no-value', { tag: tagId, tagText })];
  const faults: Reason[] = [];
  if (reading.stale) {
    const ageMs = Math.max(0, facts.now - (reading.lastGoodAt ?? reading.receivedAt));
    faults.push(reason('tag.stale', { tag: tagId, tagText, ageMs, limitMs: tag?.staleAfterMs ?? null }));
  }
  if (reading.quality !== 'good')
    faults.push(reason('tag.bad-quality', { tag: tagId, tagText, status: reading.status }));
  else if (reading.value === null) faults.push(reason('tag.no-value', { tag: tagId, tagText }));
  return faults;
}

/** Why a device cannot be worked with now; empty = connected and delivering. */
export function deviceFaults(deviceId: string, facts: Facts): readonly Reason[] {
  const deviceText = facts.catalogue.device(deviceId)?.title ?? null;
  const device = facts.device(deviceId);
  if (device === null) return [reason('device.unknown', { device: deviceId })];
  const sinceMs = Math.max(0, facts.now - device.since);
  if (device.state === 'connected') return [];
  if (device.state === 'silent') return [reason('device.silent', { device: deviceId, deviceText, silentMs: sinceMs })];
  return [reason('device.not-connected', { device: deviceId, deviceText, state: device.state, sinceMs })];
}

/**
 * A value of a device, as it will stand in the record.
 * @returns the fact, or every reason why it cannot be taken for this characteristic.
 */
export function deviceValue(
  tagId: string,
  reading: LiveReading | null,
  characteristic: Characteristic,
  facts: Facts,
): { readonly fact: ReadingFact } | { readonly faults: readonly Reason[] } {
  const faults = readingFaults(tagId, reading, facts);
  if (reading === null || faults.length > 0) return { faults };
  const { value, unit, quality, status, sourceAt, receivedAt } = reading;
  if (typeof value !== 'number' || !Number.isFinite(value))
    return { faults: [reason('value.not-a-number', { entered: String(value) })] };
  if (unit !== characteristic.unit)
    return { faults: [reason('value.wrong-unit', { unit, expected: characteristic.unit })] };
  const absurd = implausible(value, characteristic);
  if (absurd.length > 0) return { faults: absurd };
  const deviceId = facts.catalogue.tag(tagId)?.device.id ?? null;
  return { fact: { value, unit, entry: 'device', deviceId, tagId, quality, status, sourceAt, receivedAt } };
}
