import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

/** Globals through which time, chance, I/O or concurrency would come in (design law 6). */
const forbiddenNames = new Set([
  'performance',
  'process',
  'console',
  'fetch',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'Promise',
  'localStorage',
  'window',
  'document',
  'globalThis',
  'require',
]);

function faults(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const tell = (node: ts.Node, what: string): void => {
    found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${what}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const from = node.moduleSpecifier.text;
      if (
        !/^(\.|#contract\/|#domain\/)/.test(from) &&
        !(path.startsWith('contract/') && (from === 'zod' || from === '@orpc/contract')) &&
        // Distributions and special functions: pure, and exact to the last digits.
        !(path.startsWith('domain/spc/') && from.startsWith('@stdlib/'))
      ) {
        tell(node, `imports ${from}`);
      }
    }
    if (ts.isPropertyAccessExpression(node)) {
      const name = `${node.expression.getText()}.${node.name.text}`;
      if (name === 'Date.now' || name === 'Math.random') tell(node, `uses ${name}`);
    }
    if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0)
      tell(node, 'reads the clock');
    if (ts.isAwaitExpression(node)) tell(node, 'awaits');
    if (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some((m) => m.kind === ts.SyntaxKind.AsyncKeyword))
      tell(node, 'is async');
    if (ts.isIdentifier(node) && forbiddenNames.has(node.text) && isValueUse(node)) tell(node, `uses ${node.text}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isValueUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false;
  if (ts.isPropertyAssignment(parent) && parent.name === node) return false;
  if (ts.isPropertySignature(parent) || ts.isParameter(parent) || ts.isBindingElement(parent)) return false;
  return !ts.isTypeNode(parent);
}

function sources(folder: string): string[] {
  return readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => `${folder}${name}`);
}

describe('domain is pure', () => {
  it('has no clock, chance, I/O or promise, and sees contract only', () => {
    const files = sources('domain/');
    expect(files.length).toBeGreaterThan(0);
    expect(files.flatMap((path) => faults(path, readFileSync(new URL(path, root), 'utf8')))).toEqual([]);
  });

  it('this check finds each kind of impurity', () => {
    for (const bad of [
      'export const a = Date.now();',
      'export const a = new Date();',
      'export const a = Math.random();',
      "import fs from 'node:fs'; export const a = fs;",
      'export async function a() {}',
      'export const a = Promise.resolve(1);',
      'export const a = () => setTimeout(() => {}, 1);',
      "import { x } from '#station/clock.ts'; export const a = x;",
    ]) {
      expect(faults('domain/x.ts', bad), bad).not.toEqual([]);
    }
    expect(
      faults('domain/x.ts', "import cdf from '@stdlib/stats-base-dists-normal-cdf'; export const a = cdf;"),
    ).not.toEqual([]);
    expect(faults('domain/x.ts', 'export const a = (at: number) => new Date(at).toISOString();')).toEqual([]);
  });
});
