import { describe, expect, it } from 'vitest';
import { eventDefinitions } from '#contract/events/index.ts';
import type { HistoryEntry } from '#contract/rpc/units.ts';
import { entryLook, isTyped, possible, queryOfScan, statusLook } from './unit-words.ts';

const measured = (verdict: 'ok' | 'above', entry: 'typed' | 'device'): HistoryEntry['detail'] => ({
  kind: 'measurement',
  title: { en: 'Bore B', de: 'Bohrung B' },
  reading: {
    value: 24.04,
    unit: 'mm',
    entry,
    deviceId: 'calliper',
    tagId: 'calliper.value',
    quality: 'good',
    status: 'Good',
    sourceAt: null,
    receivedAt: 1,
  },
  decimals: 3,
  lower: 23.98,
  upper: 24.03,
  verdict,
  gaugeId: 'G-114',
});
const none: HistoryEntry['detail'] = { kind: 'none' };

describe('a unit’s words', () => {
  it('mark what is out of limits by shape, whatever the event is called', () => {
    expect(entryLook({ type: 'measurement.recorded', detail: measured('above', 'device') })).toEqual({
      shape: 'failed',
      tone: 'bad',
    });
    expect(entryLook({ type: 'measurement.recorded', detail: measured('ok', 'device') }).tone).toBe('quiet');
  });
  it('have a look for every event there is, abnormal only where something went wrong', () => {
    const abnormal = eventDefinitions
      .map(({ type }) => type)
      .filter((type) => entryLook({ type, detail: none }).tone !== 'quiet');
    expect(abnormal.toSorted()).toEqual([
      'execution.stopped',
      'machine-cycle.aborted',
      'step.failed',
      'unit.held',
      'unit.scrapped',
    ]);
  });
  it('mark what was typed', () => {
    expect(isTyped({ detail: measured('ok', 'typed') })).toBe(true);
    expect(isTyped({ detail: measured('ok', 'device') })).toBe(false);
    expect(isTyped({ detail: none })).toBe(false);
  });
  it('offer only what can follow', () => {
    expect(possible('held')).toEqual({ work: false, hold: false, lift: true, scrap: true });
    expect(possible('scrapped')).toEqual({ work: false, hold: false, lift: false, scrap: false });
    expect(possible('waiting').work).toBe(true);
  });
  it('have a shape of their own for each status', () => {
    const shapes = Object.values(statusLook).map(({ shape }) => shape);
    expect(new Set(shapes).size).toBe(shapes.length);
  });
});

describe('a scan on the units screen', () => {
  it('is looked for by its most telling part', () => {
    expect(queryOfScan({ kind: 'unit', text: 'X', fields: { serial: 'PMP-1' } })).toBe('PMP-1');
    expect(queryOfScan({ kind: 'component', text: 'HSG;L1', fields: { material: 'HSG', lot: 'L1' } })).toBe('L1');
    expect(queryOfScan({ kind: 'unknown', text: 'abc', fields: {} })).toBe('abc');
  });
  it('is none when it is a badge or a command', () => {
    expect(queryOfScan({ kind: 'badge', text: '…1001', fields: {} })).toBeNull();
    expect(queryOfScan({ kind: 'command', text: 'CMD-OK', fields: { command: 'OK' } })).toBeNull();
  });
});
