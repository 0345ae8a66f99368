import { unzipSync, strFromU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { workbook, type Cell } from './xlsx.ts';

async function sheetOf(rows: readonly (readonly Cell[])[]): Promise<Readonly<Record<string, string>>> {
  const blob = await workbook('Shift 06/26 [a]', rows, 'Asia/Almaty');
  const parts = unzipSync(new Uint8Array(await blob.arrayBuffer()));
  return Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, strFromU8(bytes)]));
}

describe('a workbook', () => {
  it('has a name that is allowed', async () => {
    expect((await sheetOf([['a']]))['xl/workbook.xml']).toContain('name="Shift 06 26  a "');
  });

  it('keeps numbers, texts, nothing and instants apart', async () => {
    const parts = await sheetOf([['Größe <b> & "c"\u0001', 0.5, null, { at: Date.UTC(2026, 10, 26, 13) }, Number.NaN]]);
    const sheet = parts['xl/worksheets/sheet1.xml'] ?? '';
    expect(Object.values(parts).join('')).toMatch(/Größe &lt;b&gt; &amp; (?:&quot;|")c(?:&quot;|")</);
    expect(sheet).toContain('<v>0.5</v>');
    // 2026-11-26 is day 46352; 18:00 by the clock of the plant, five hours ahead of Greenwich.
    expect(sheet).toContain('<v>46352.75</v>');
    expect(sheet).not.toContain('NaN');
  });
});
