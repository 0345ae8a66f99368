/**
 * The candidate a person most likely meant, for "did you mean" remedies.
 * Optimal string alignment distance (Levenshtein plus swapped neighbours), ignoring case.
 */
export function distance(a: string, b: string): number {
  const rows: number[][] = [];
  for (let i = 0; i <= a.length; i++) {
    const row: number[] = [];
    for (let j = 0; j <= b.length; j++) {
      if (i === 0 || j === 0) {
        row.push(i + j);
        continue;
      }
      const above = rows[i - 1] ?? [];
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/** @returns the nearest candidate if it is near enough to be a slip of the finger, else null. */
export function closest(wrong: string, candidates: Iterable<string>): string | null {
  const limit = Math.max(1, Math.floor(wrong.length / 3));
  let best: string | null = null;
  let least = limit + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wrong.length) > limit) continue;
    const found = distance(wrong.toLowerCase(), candidate.toLowerCase());
    if (found < least) [best, least] = [candidate, found];
  }
  return best;
}

const shown = 12;

/** "Did you mean X?" when one is near, then what there is; for the remedy of a fault. */
export function choices(wrong: string, candidates: Iterable<string>, what: string): string {
  const all = [...new Set(candidates)].sort();
  const near = closest(wrong, all);
  const list = all.slice(0, shown).join(', ') + (all.length > shown ? `, … (${all.length} in all)` : '');
  const known = all.length === 0 ? `There is no ${what} yet.` : `Known: ${list}.`;
  return near === null ? known : `Did you mean "${near}"? ${known}`;
}
