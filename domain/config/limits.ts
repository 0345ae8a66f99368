/** Limits that contradict each other. */
import type { Findings, Path } from './finding.ts';

interface Limits {
  readonly lower: number | null;
  readonly upper: number | null;
  readonly nominal?: number | null;
  readonly plausible?: { readonly lower: number; readonly upper: number } | undefined;
  readonly decimals: number;
}

/** How many decimals a number needs, e.g. 23.98 -> 2. */
export function decimalsOf(value: number): number {
  const text = Math.abs(value).toString();
  const [mantissa = '', exponent = '0'] = text.split('e');
  return Math.max(0, (mantissa.split('.')[1] ?? '').length - Number(exponent));
}

export function checkLimits(file: string, path: Path, limits: Limits, findings: Findings): void {
  const { lower, upper, plausible } = limits;
  const nominal = limits.nominal ?? null;
  if (lower !== null && upper !== null && lower > upper) {
    findings.add(
      file,
      [...path, 'lower'],
      `the lower limit ${lower} is above the upper limit ${upper}`,
      'Swap or correct the limits.',
    );
  } else if (nominal !== null && ((lower !== null && nominal < lower) || (upper !== null && nominal > upper))) {
    findings.add(
      file,
      [...path, 'nominal'],
      `the nominal ${nominal} is outside the limits ${lower ?? '-∞'} to ${upper ?? '∞'}`,
      'Correct the nominal or the limits.',
    );
  }
  if (plausible) {
    if (plausible.lower >= plausible.upper) {
      findings.add(
        file,
        [...path, 'plausible'],
        `the plausible range ${plausible.lower} to ${plausible.upper} is empty`,
        'Give the smaller number as lower and the larger as upper.',
      );
    } else {
      for (const [name, limit] of [
        ['lower', lower],
        ['upper', upper],
      ] as const) {
        if (limit !== null && (limit < plausible.lower || limit > plausible.upper)) {
          findings.add(
            file,
            [...path, name],
            `the ${name} limit ${limit} is outside the plausible range ${plausible.lower} to ${plausible.upper}`,
            'Widen `plausible`: values outside it are refused before they are judged.',
          );
        }
      }
    }
  }
  for (const [name, value] of [
    ['nominal', nominal],
    ['lower', lower],
    ['upper', upper],
  ] as const) {
    if (value !== null && decimalsOf(value) > limits.decimals) {
      findings.add(
        file,
        [...path, name],
        `${value} has more decimals than are shown (${limits.decimals})`,
        `Raise \`decimals\` to ${decimalsOf(value)}: a limit must be readable on the screen.`,
      );
    }
  }
}
