/** A unified diff as rows to look at. Pure. */
export type DiffKind = 'same' | 'added' | 'removed' | 'gap';
export interface DiffLine {
  readonly kind: DiffKind;
  readonly before: number | null;
  readonly after: number | null;
  readonly text: string;
}
/** One row of the view side by side; null: nothing stands there. */
export interface DiffRow {
  readonly left: DiffLine | null;
  readonly right: DiffLine | null;
  /** Number of the change this row begins, from 0; null: it begins none. */
  readonly change: number | null;
}

/** File headers and "no newline" marks are left out; each hunk after the first begins with a gap. */
export function readDiff(unified: string): readonly DiffLine[] {
  const lines: DiffLine[] = [];
  let [before, after] = [0, 0];
  let inHunk = false;
  for (const line of unified.split('\n')) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    if (hunk) {
      [before, after] = [Number(hunk[1]), Number(hunk[2])];
      if (lines.length > 0 || before > 1 || after > 1) lines.push({ kind: 'gap', before: null, after: null, text: '' });
      inHunk = true;
      continue;
    }
    if (!inHunk || line.startsWith('\\')) continue;
    const text = line.slice(1);
    if (line.startsWith('+')) lines.push({ kind: 'added', before: null, after: after++, text });
    else if (line.startsWith('-')) lines.push({ kind: 'removed', before: before++, after: null, text });
    else if (line.startsWith(' ')) lines.push({ kind: 'same', before: before++, after: after++, text });
  }
  return lines;
}

/** Removed and added lines of one change stand beside each other. */
export function sideBySide(lines: readonly DiffLine[]): readonly DiffRow[] {
  const rows: DiffRow[] = [];
  let changes = 0;
  for (let at = 0; at < lines.length;) {
    const line = lines[at];
    if (line === undefined) break;
    if (line.kind === 'same' || line.kind === 'gap') {
      rows.push({ left: line, right: line, change: null });
      at += 1;
      continue;
    }
    const removed: DiffLine[] = [];
    const added: DiffLine[] = [];
    for (let next = lines[at]; next?.kind === 'removed' || next?.kind === 'added'; next = lines[++at])
      (next.kind === 'removed' ? removed : added).push(next);
    for (let row = 0; row < Math.max(removed.length, added.length); row += 1)
      rows.push({ left: removed[row] ?? null, right: added[row] ?? null, change: row === 0 ? changes : null });
    changes += 1;
  }
  return rows;
}

/** For the view in one column: with the number of the change a line begins. */
export function inOne(
  lines: readonly DiffLine[],
): readonly { readonly line: DiffLine; readonly change: number | null }[] {
  let changes = -1;
  return lines.map((line, index) => {
    const changed = line.kind === 'added' || line.kind === 'removed';
    const previous = lines[index - 1]?.kind;
    const begins = changed && previous !== 'added' && previous !== 'removed';
    if (begins) changes += 1;
    return { line, change: begins ? changes : null };
  });
}
