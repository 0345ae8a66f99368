import { createTwoFilesPatch } from 'diff';
import { describe, expect, it } from 'vitest';
import { inOne, readDiff, sideBySide } from './diff.ts';

const before = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`);
const after = before.with(2, 'line three').toSpliced(20, 2).toSpliced(37, 0, 'new at the end', 'and another');
const patch = createTwoFilesPatch('a', 'b', `${before.join('\n')}\n`, `${after.join('\n')}\n`);

describe('a unified diff', () => {
  const lines = readDiff(patch);

  it('gives back both texts of its hunks with their numbers', () => {
    for (const line of lines) {
      if (line.before !== null) expect(line.text).toBe(before[line.before - 1]);
      if (line.after !== null) expect(line.text).toBe(after[line.after - 1]);
    }
    expect(lines.filter(({ kind }) => kind === 'removed')).toHaveLength(3);
    expect(lines.filter(({ kind }) => kind === 'added')).toHaveLength(3);
    expect(lines.filter(({ kind }) => kind === 'gap').length).toBeGreaterThan(0);
  });
  it('puts what was and what is beside each other, and counts changes alike in both views', () => {
    const rows = sideBySide(lines);
    const changed = rows.find(({ change }) => change === 0);
    expect([changed?.left?.text, changed?.right?.text]).toEqual(['line 3', 'line three']);
    const counted = rows.flatMap(({ change }) => (change === null ? [] : [change]));
    expect(counted).toEqual([0, 1, 2]);
    expect(inOne(lines).flatMap(({ change }) => (change === null ? [] : [change]))).toEqual(counted);
  });
  it('of a new file has nothing at the left; of no change nothing at all', () => {
    const fresh = sideBySide(readDiff(createTwoFilesPatch('a', 'b', '', 'x\ny\n')));
    expect(fresh.map(({ left, right }) => [left?.text ?? null, right?.text ?? null])).toEqual([
      [null, 'x'],
      [null, 'y'],
    ]);
    expect(readDiff('')).toEqual([]);
  });
});
