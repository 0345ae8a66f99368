/** How a unit's status, its operations and the lines of its history look on the screen. */
import type { HistoryEntry, UnitDetail, UnitStatus } from '#contract/rpc/units.ts';

export const statusLook: Readonly<
  Record<
    UnitStatus,
    { readonly shape: 'open' | 'now' | 'hold' | 'failed' | 'done'; readonly tone: 'quiet' | 'warn' | 'bad' }
  >
> = {
  waiting: { shape: 'open', tone: 'quiet' },
  'in-work': { shape: 'now', tone: 'quiet' },
  held: { shape: 'hold', tone: 'warn' },
  scrapped: { shape: 'failed', tone: 'bad' },
  done: { shape: 'done', tone: 'quiet' },
};

export const operationShape: Readonly<Record<UnitDetail['operations'][number]['status'], 'open' | 'now' | 'done'>> = {
  open: 'open',
  'in-work': 'now',
  passed: 'done',
};

/** The shape and tone of one line; everything that went as it should is quiet. */
export function entryLook(entry: Pick<HistoryEntry, 'type' | 'detail'>): {
  readonly shape: 'done' | 'failed' | 'hold' | 'open' | 'now';
  readonly tone: 'quiet' | 'warn' | 'bad';
} {
  if (entry.detail.kind === 'measurement' && entry.detail.verdict !== 'ok') return { shape: 'failed', tone: 'bad' };
  switch (entry.type) {
    case 'unit.scrapped':
    case 'step.failed':
    case 'machine-cycle.aborted':
      return { shape: 'failed', tone: 'bad' };
    case 'unit.held':
    case 'execution.stopped':
      return { shape: 'hold', tone: 'warn' };
    case 'execution.passed':
    case 'step.passed':
    case 'unit.completed':
    case 'unit.hold-lifted':
      return { shape: 'done', tone: 'quiet' };
    case 'execution.started':
    case 'step.started':
    case 'machine-cycle.started':
      return { shape: 'now', tone: 'quiet' };
    default:
      return { shape: 'open', tone: 'quiet' };
  }
}

/** True when a person keyed it in: such a value is marked as typed for ever. */
export function isTyped(entry: Pick<HistoryEntry, 'detail'>): boolean {
  const { detail } = entry;
  if (detail.kind === 'measurement') return detail.reading.entry === 'typed';
  return detail.kind === 'component' && detail.entry === 'typed';
}

/** What may be done with a unit now; the station decides and refuses the rest with its reasons. */
export function possible(status: UnitStatus): {
  readonly work: boolean;
  readonly hold: boolean;
  readonly lift: boolean;
  readonly scrap: boolean;
} {
  return {
    work: status === 'waiting' || status === 'in-work',
    hold: status === 'waiting' || status === 'in-work' || status === 'done',
    lift: status === 'held',
    scrap: status !== 'scrapped',
  };
}

/** What a scan is looked for by, most telling first; null when it says nothing about a unit. */
export function queryOfScan(scan: {
  readonly kind: string;
  readonly text: string;
  readonly fields: Readonly<Record<string, string>>;
}): string | null {
  if (scan.kind === 'badge' || scan.kind === 'command') return null;
  return scan.fields['serial'] ?? scan.fields['lot'] ?? scan.fields['order'] ?? scan.fields['material'] ?? scan.text;
}
