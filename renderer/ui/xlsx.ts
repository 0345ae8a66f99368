/**
 * One sheet as an Office Open XML workbook (ECMA-376, transitional): the five parts that a reader needs, in a ZIP archive
 * without compression (PKWARE APPNOTE 6.3.10, 4.3). Numbers stay numbers and instants become dates; a reader never has to
 * guess at a decimal comma. Enough for a table; whoever needs more needs a library.
 */
export type Cell = string | number | null | { readonly at: number };

/**
 * @param rows as they stand; `{ at }` is UTC ms, written as date and time of the zone.
 * @param offsetMs of the zone at an instant, ms (a workbook knows no zones).
 */
export function workbook(sheet: string, rows: readonly (readonly Cell[])[], offsetMs: (at: number) => number): Blob {
  const parts: readonly (readonly [string, string])[] = [
    [
      '[Content_Types].xml',
      `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
    ],
    ['_rels/.rels', relations([['officeDocument', 'xl/workbook.xml']])],
    [
      'xl/workbook.xml',
      `<workbook xmlns="${main}" xmlns:r="${rels}"><sheets><sheet name="${escaped(sheet.replace(/[\\/?*[\]:]/g, ' ').slice(0, 31))}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      relations([
        ['worksheet', 'worksheets/sheet1.xml'],
        ['styles', 'styles.xml'],
      ]),
    ],
    [
      'xl/styles.xml',
      // Format 22 is date and time in the reader's own way.
      `<styleSheet xmlns="${main}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf xfId="0"/><xf xfId="0" numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>`,
    ],
    [
      'xl/worksheets/sheet1.xml',
      `<worksheet xmlns="${main}"><sheetData>${rows.map((row) => `<row>${row.map((cell) => cellXml(cell, offsetMs)).join('')}</row>`).join('')}</sheetData></worksheet>`,
    ],
  ];
  const encoder = new TextEncoder();
  return new Blob(archive(parts.map(([name, xml]) => [encoder.encode(name), encoder.encode(`${declaration}${xml}`)])), {
    type: xlsxType,
  });
}

export const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const rels = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

const relations = (to: readonly (readonly [string, string])[]): string =>
  `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${to.map(([type, target], n) => `<Relationship Id="rId${n + 1}" Type="${rels}/${type}" Target="${target}"/>`).join('')}</Relationships>`;

/** Days since 1899-12-30, as workbooks count (ECMA-376 part 1, 18.17.4.1). */
const serialDay = (wallMs: number): number => wallMs / 86_400_000 + 25_569;

function cellXml(cell: Cell, offsetMs: (at: number) => number): string {
  if (cell === null) return '<c/>';
  if (typeof cell === 'number') return Number.isFinite(cell) ? `<c><v>${cell}</v></c>` : '<c/>';
  if (typeof cell === 'object') return `<c s="1"><v>${serialDay(cell.at + offsetMs(cell.at))}</v></c>`;
  return `<c t="inlineStr"><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`;
}

/** Control characters have no place in XML 1.0. */
const escaped = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');

function archive(files: readonly (readonly [name: Uint8Array, content: Uint8Array])[]): BlobPart[] {
  const local: Uint8Array<ArrayBuffer>[] = [];
  const central: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const [name, content] of files) {
    const crc = crc32(content);
    // Version 2.0, names in UTF-8, stored, 1980-01-01.
    const common = (size: number): DataView<ArrayBuffer> => new DataView(new ArrayBuffer(size));
    const head = common(30 + name.length);
    const entry = common(46 + name.length);
    head.setUint32(0, 0x04034b50, true);
    entry.setUint32(0, 0x02014b50, true);
    entry.setUint16(4, 20, true);
    for (const [view, from] of [
      [head, 4],
      [entry, 6],
    ] as const) {
      view.setUint16(from, 20, true);
      view.setUint16(from + 2, 0x0800, true);
      view.setUint16(from + 8, 0x0021, true);
      view.setUint32(from + 10, crc, true);
      view.setUint32(from + 14, content.length, true);
      view.setUint32(from + 18, content.length, true);
      view.setUint16(from + 22, name.length, true);
    }
    entry.setUint32(42, at, true);
    new Uint8Array(head.buffer).set(name, 30);
    new Uint8Array(entry.buffer).set(name, 46);
    local.push(new Uint8Array(head.buffer), new Uint8Array(content));
    central.push(new Uint8Array(entry.buffer));
    at += head.byteLength + content.length;
  }
  const size = central.reduce((sum, { length }) => sum + length, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, files.length, true);
  end.setUint16(10, files.length, true);
  end.setUint32(12, size, true);
  end.setUint32(16, at, true);
  return [...local, ...central, new Uint8Array(end.buffer)];
}

/** IEEE 802.3, reflected polynomial 0xEDB88320. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
