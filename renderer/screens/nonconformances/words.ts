/** What statuses, severities and dispositions look and read like. */
import type { DispositionKind, Severity } from '#contract/config/defects.ts';
import type { NonconformanceRow, NonconformanceStatus } from '#contract/rpc/nonconformances.ts';
import { format, localized, t } from '../../i18n/index.svelte.ts';
import type { IconName } from '../../ui/icon.svelte';

interface Look {
  readonly shape: IconName;
  readonly tone: 'quiet' | 'warn' | 'bad';
  readonly word: string;
}

export function statusLook(status: NonconformanceStatus): Look {
  switch (status) {
    case 'open':
      return { shape: 'warning', tone: 'bad', word: t.nc_status_open() };
    case 'rework':
      return { shape: 'now', tone: 'warn', word: t.nc_status_rework() };
    case 'closed':
      return { shape: 'done', tone: 'quiet', word: t.nc_status_closed() };
  }
}

export function severityWord(severity: Severity): string {
  switch (severity) {
    case 'minor':
      return t.nc_severity_minor();
    case 'major':
      return t.nc_severity_major();
    case 'critical':
      return t.nc_severity_critical();
  }
}

export function dispositionWord(kind: DispositionKind): string {
  switch (kind) {
    case 'rework':
      return t.nc_disposition_rework();
    case 'repair':
      return t.nc_disposition_repair();
    case 'scrap':
      return t.nc_disposition_scrap();
    case 'return':
      return t.nc_disposition_return();
    case 'use-as-is':
      return t.nc_disposition_use_as_is();
  }
}

/** As they are offered: what is ordered most comes first. */
export const offered = [
  'rework',
  'repair',
  'scrap',
  'return',
  'use-as-is',
] as const satisfies readonly DispositionKind[];
export function subjectWords({ subject, quantity }: Pick<NonconformanceRow, 'subject' | 'quantity'>): string {
  if (subject.kind === 'units')
    return subject.serials.length === 1
      ? (subject.serials[0] ?? '')
      : t.nc_units_count({ count: format.count(subject.serials.length) });
  const lot = subject.lot === null ? '' : ` · ${t.units_lot({ lot: subject.lot })}`;
  return `${t.nc_pieces({ count: format.count(quantity) })} ${localized(subject.title)}${lot}`;
}

/** 0…1 as percent without decimals. */
export const percentText = (share: number): string => `${format.number(share * 100, 0)} %`;
