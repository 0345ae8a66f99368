/** The workbook is read back as any reader would: central directory, checksums, XML of the sheet. */
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { workbook, type Cell } from './xlsx.ts';

async function partsOf(rows: readonly (readonly Cell[])[], offset = 0): Promise<ReadonlyMap<string, string>> {
  const bytes = Buffer.from(await workbook('Shift 06/26 [a]', rows, () => offset).arrayBuffer());
  const end = bytes.length - 22;
  expect(bytes.readUInt32LE(end)).toBe(0x06054b50);
  const found = new Map<string, string>();
  let at = bytes.readUInt32LE(end + 16);
  for (let n = bytes.readUInt16LE(end + 10); n > 0; n -= 1) {
    expect(bytes.readUInt32LE(at)).toBe(0x02014b50);
    const [size, nameLength, local] = [
      bytes.readUInt32LE(at + 20),
      bytes.readUInt16LE(at + 28),
      bytes.readUInt32LE(at + 42),
    ];
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    expect(bytes.readUInt32LE(local)).toBe(0x04034b50);
    expect(bytes.toString('utf8', local + 30, local + 30 + nameLength)).toBe(name);
    const content = bytes.subarray(local + 30 + nameLength, local + 30 + nameLength + size);
    expect(crc32(content)).toBe(bytes.readUInt32LE(at + 16));
    found.set(name, content.toString('utf8'));
    at += 46 + nameLength;
  }
  expect(at).toBe(end);
  return found;
}

describe('a workbook', () => {
  it('has the parts that a reader needs, and a name that is allowed', async () => {
    const parts = await partsOf([['a']]);
    expect([...parts.keys()]).toEqual([
      '[Content_Types].xml',
      '_rels/.rels',
      'xl/workbook.xml',
      'xl/_rels/workbook.xml.rels',
      'xl/styles.xml',
      'xl/worksheets/sheet1.xml',
    ]);
    expect(parts.get('xl/workbook.xml')).toContain('<sheet name="Shift 06 26  a "');
  });

  it('keeps numbers, texts, nothing and instants apart', async () => {
    const noon = Date.UTC(2026, 10, 26, 12);
    const sheet = (await partsOf([['Größe <b> & "c"\u0001', 0.5, null, { at: noon }, Number.NaN]], 6 * 3_600_000)).get(
      'xl/worksheets/sheet1.xml',
    );
    expect(sheet).toContain(
      '<row><c t="inlineStr"><is><t xml:space="preserve">Größe &lt;b&gt; &amp; &quot;c&quot;</t></is></c><c><v>0.5</v></c><c/>',
    );
    // 2026-11-26 is day 46352; 18:00 by the clock of the plant.
    expect(sheet).toContain(`<c s="1"><v>46352.75</v></c><c/></row>`);
  });
});
