/** Shares of lines as typed. Pure. */
export type ShareFault = 'not-whole' | 'sum' | 'below-begun';

/** @returns null for what is no whole number of at least 0; empty is 0. */
export function readShare(text: string): number | null {
  const trimmed = text.trim();
  if (trimmed === '') return 0;
  return /^\d{1,7}$/.test(trimmed) ? Number(trimmed) : null;
}

export function sumOf(shares: Readonly<Record<string, string>>): number {
  return Object.values(shares).reduce((sum, text) => sum + (readShare(text) ?? 0), 0);
}

export function shareFault(
  shares: Readonly<Record<string, string>>,
  quantity: number,
  begun: Readonly<Record<string, number>> = {},
): ShareFault | null {
  if (Object.values(shares).some((text) => readShare(text) === null)) return 'not-whole';
  if (Object.entries(begun).some(([lineId, count]) => (readShare(shares[lineId] ?? '') ?? 0) < count))
    return 'below-begun';
  return sumOf(shares) === quantity ? null : 'sum';
}

/** As the contract wants them: lines with nothing are left out. */
export function jobsOf(shares: Readonly<Record<string, string>>): { lineId: string; quantity: number }[] {
  return Object.entries(shares)
    .map(([lineId, text]) => ({ lineId, quantity: readShare(text) ?? 0 }))
    .filter(({ quantity }) => quantity > 0);
}
