/** One measured figure. `floor` is the bare minimum measured in the same run; `ratio` = value / floor. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly floor: number | null;
  readonly ratio: number | null;
  /** As the issue states it. */
  readonly target: string;
  readonly met: boolean;
}

const number = (value: number | null): string =>
  value === null ? '' : Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);

/** Prints rows as a table, or as JSON lines with `--json`. */
export function printRows(rows: readonly BenchRow[], json = process.argv.includes('--json')): void {
  if (json) {
    for (const row of rows) console.log(JSON.stringify(row));
    return;
  }
  const cells = rows.map((row) => [
    row.name,
    `${number(row.value)} ${row.unit}`,
    number(row.floor),
    number(row.ratio),
    row.target,
    row.met ? 'yes' : 'NO',
  ]);
  const head = ['figure', 'value', 'floor', 'ratio', 'target', 'met'];
  const width = head.map((title, column) => Math.max(title.length, ...cells.map((cell) => cell[column]?.length ?? 0)));
  for (const cell of [head, ...cells])
    console.log(cell.map((text, column) => text.padEnd(width[column] ?? 0)).join('  '));
}
