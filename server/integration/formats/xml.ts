/**
 * XML from outside. What makes XML dangerous is not supported: a document type (and with it entities that expand or
 * fetch) is refused, only the five entities of XML itself and characters by number are put in, depth and size are limited.
 */
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';
import type { RowFault } from '#contract/integration/words.ts';
import { Lines, wholeFault, type Place } from './faults.ts';
import type { Element } from './tree.ts';

export type XmlRead =
  | { readonly root: Element; readonly fault: null }
  | { readonly root: null; readonly fault: RowFault };

const maxDepth = 64;

/** Never throws. @param text decoded (UTF-8 or UTF-16); other encodings in the declaration are refused. */
export function readXml(text: string): XmlRead {
  const lines = new Lines(text);
  const bad = (problem: string, remedy: string, place?: Place): XmlRead => ({
    root: null,
    fault: wholeFault(problem, remedy, place),
  });
  const forbidden = /<!(?:DOCTYPE|ENTITY)/i.exec(text);
  if (forbidden) {
    return bad(
      'it has a document type or entity declaration, which is not allowed',
      'Remove <!DOCTYPE ...> and write the text itself instead of entities.',
      lines.at(forbidden.index),
    );
  }
  const encoding = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)["']/i.exec(text.slice(0, 200))?.[1];
  if (encoding !== undefined && !/^utf-?(?:8|16)$/i.test(encoding)) {
    return bad(`its encoding is "${encoding.slice(0, 40)}"`, 'Send it as UTF-8.', { line: 1, column: 1 });
  }
  try {
    const valid = XMLValidator.validate(text);
    if (valid !== true) {
      const { msg, line, col } = valid.err;
      return bad(`it is not well-formed XML: ${msg}`, 'Correct the XML at this line.', { line, column: col });
    }
    const nodes = parser.parse(text) as Node[];
    const roots = nodes.filter((node) => nameOf(node) !== null);
    const [root] = roots;
    if (root === undefined || roots.length > 1) {
      return bad(
        roots.length > 1 ? 'it has more than one element at the top' : 'there is no element in it',
        'Send one document with one element at the top.',
      );
    }
    const loose = nodes.find((node) => typeof node['#text'] === 'string' && node['#text'].trim() !== '');
    if (loose !== undefined) return bad('there is text outside the element at the top', 'Remove it.');
    return { root: elementOf(root, lines), fault: null };
  } catch (error) {
    if (error instanceof EntityFault) {
      return bad(`unknown entity "${error.entity}"`, 'Write the character itself, or &#x...;.', error.place);
    }
    const message = error instanceof Error ? error.message : String(error);
    return /nested tags/i.test(message)
      ? bad(`it nests deeper than ${maxDepth} levels`, 'Send it less deeply nested.')
      : bad(`it is not well-formed XML: ${message}`, 'Correct the XML.');
  }
}

interface Node {
  readonly [name: string]: unknown;
}

const parser = new XMLParser({
  preserveOrder: true,
  captureMetaData: true,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  processEntities: false,
  parseTagValue: false,
  trimValues: false,
  cdataPropName: '#cdata',
  maxNestedTags: maxDepth,
});
const metaData = XMLParser.getMetaDataSymbol() as unknown as symbol;

const nameOf = (node: Node): string | null => Object.keys(node).find((key) => !/^[#:?]/.test(key)) ?? null;

function elementOf(node: Node, lines: Lines): Element {
  const qualified = nameOf(node) ?? '';
  const inside = (node[qualified] ?? []) as Node[];
  const { startIndex = 0 } = ((node as { [key: symbol]: unknown })[metaData] ?? {}) as { startIndex?: number };
  const place = lines.at(startIndex);
  let text = '';
  const children: Element[] = [];
  for (const each of inside) {
    if (typeof each['#text'] === 'string') text += withEntities(each['#text'], place);
    else if (Array.isArray(each['#cdata'])) {
      for (const part of each['#cdata'] as Node[]) text += String(part['#text'] ?? '');
    } else if (nameOf(each) !== null) children.push(elementOf(each, lines));
  }
  return { name: qualified.slice(qualified.indexOf(':') + 1), text: text.trim(), children, place };
}

class EntityFault extends Error {
  readonly entity: string;
  readonly place: Place;
  constructor(entity: string, place: Place) {
    super(entity);
    this.entity = entity;
    this.place = place;
  }
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function withEntities(text: string, place: Place): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&([^;&\s]{0,32});?/g, (whole, name: string) => {
    const number = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name);
    const code = number ? Number.parseInt(number[1] ?? number[2] ?? '', number[1] === undefined ? 10 : 16) : -1;
    const character = code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : entities[name];
    if (character === undefined || !whole.endsWith(';')) throw new EntityFault(whole.slice(0, 40), place);
    return character;
  });
}

/** An element to be written: its content in the order of the schema. Undefined parts are left out. */
export type Tag = readonly [name: string, content: string | number | readonly (Tag | undefined)[] | undefined];

const builder = new XMLBuilder({ preserveOrder: true, format: true, indentBy: '  ', ignoreAttributes: false });

/** @param namespace default namespace of the whole document. */
export function writeXml(
  [name, content]: Tag,
  namespace: string,
  attributes: Readonly<Record<string, string>> = {},
): string {
  const root: Node = {
    ...nodeOf([name, content]),
    ':@': Object.fromEntries(Object.entries({ xmlns: namespace, ...attributes }).map(([k, v]) => [`@_${k}`, v])),
  };
  return `<?xml version="1.0" encoding="UTF-8"?>${String(builder.build([root]))}\n`;
}

function nodeOf([name, content]: Tag): Node {
  if (typeof content !== 'object') return { [name]: [{ '#text': permitted(String(content ?? '')) }] };
  return {
    [name]: content.filter((tag) => tag !== undefined && tag[1] !== undefined).map((tag) => nodeOf(tag as Tag)),
  };
}

/** Characters that XML 1.0 cannot hold (section 2.2), not even by number, are shown as U+FFFD. */
const permitted = (text: string): string =>
  text.replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
