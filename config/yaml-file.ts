/** One YAML text with the place of every node, so that each fault can say where it is. */
import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node,
  type Pair,
} from 'yaml';
import type { ConfigurationFault } from '#contract/config/index.ts';

export type Path = readonly (string | number)[];
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface YamlFile {
  readonly file: string;
  /** The plain value; undefined when the text has none that could be read. */
  readonly value: unknown;
  /** Syntax faults; `value` may still hold what could be read. */
  readonly faults: readonly ConfigurationFault[];
  /** Where the value (or, if asked, its key) at `path` is; the nearest enclosing place when it does not exist. */
  locate(path: Path, at?: 'key' | 'value'): Position;
}

/** `operations[1].steps[0].bomLine` */
export function pathText(path: Path): string {
  return path.map((part, at) => (typeof part === 'number' ? `[${part}]` : at === 0 ? part : `.${part}`)).join('');
}

const remedies: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'Indent with spaces, not with tabs.',
  BAD_INDENT: 'Align the line with the others of its group (two spaces per level).',
  DUPLICATE_KEY: 'Keep one of the two and remove the other.',
  MISSING_CHAR: 'Close the quote or bracket, or add the missing colon.',
  MULTIPLE_DOCS: 'Remove the `---` in the middle: one file holds one object.',
  BAD_ALIAS: 'Define the anchor (`&name`) before it is used, or put text with * or & in quotes.',
  IMPOSSIBLE: 'Put text that begins with a special character in quotes.',
  MULTILINE_IMPLICIT_KEY: 'A key is on one line and followed by a colon; put text with colons in quotes.',
  TAG_RESOLVE_FAILED: 'Remove the tag (`!…`), or put the text in quotes.',
};

export function readYaml(file: string, text: string): YamlFile {
  const lines = new LineCounter();
  const doc = parseDocument(text.replace(/^\uFEFF/, ' '), {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: true,
    logLevel: 'error',
  });
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faults: ConfigurationFault[] = [...doc.errors, ...doc.warnings].map((error) => ({
    file,
    ...position(error.pos[0]),
    path: '',
    problem: error.message.replaceAll('\n', ' '),
    remedy: remedies[error.code] ?? 'Correct the YAML here; the line above may be the cause.',
  }));

  const locate = (path: Path, at: 'key' | 'value' = 'value'): Position => {
    let node: unknown = doc.contents;
    let place: Node | null = isNode(node) ? node : null;
    for (const [depth, part] of path.entries()) {
      if (isAlias(node)) node = node.resolve(doc);
      if (isMap(node)) {
        const pair: Pair | undefined = node.items.find(
          (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
        );
        if (!pair) break;
        const wantKey = at === 'key' && depth === path.length - 1;
        // A key without a value (`unit:`) has an empty node after it; the key is what a person looks for.
        const empty = !isNode(pair.value) || (isScalar(pair.value) && (pair.value.source ?? '') === '');
        place = isNode(pair.key) && (wantKey || empty) ? pair.key : isNode(pair.value) ? pair.value : place;
        node = pair.value;
      } else if (isSeq(node) && typeof part === 'number') {
        const item = node.items[part];
        if (!isNode(item)) break;
        place = item;
        node = item;
      } else break;
    }
    return position(place?.range?.[0] ?? 0);
  };

  let value: unknown;
  try {
    value = doc.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (faults.length === 0) {
      faults.push({
        file,
        line: 1,
        column: 1,
        path: '',
        problem: `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        remedy: 'Write the values out instead of using anchors and aliases.',
      });
    }
  }
  return { file, value, faults, locate };
}
