/** A shift as rows: for the file and for the eye the same words. */
import { figureNames, type HandoverView, type OpenItem, type ShiftDraft } from '#contract/rpc/handover.ts';
import { startOfLocalDay } from '#domain/people/local-day.ts';
import { energyText } from '../../charts/energy/energy-words.ts';
import { save } from '../../ui/save.ts';
import { format, localized, message, speech, t } from '../../i18n/index.svelte.ts';
import { csv } from '../../ui/csv.ts';
import { workbook, type Cell } from '../../ui/xlsx.ts';

export type Shown = Pick<ShiftDraft, 'shift' | 'title' | 'from' | 'to' | 'open' | 'figures'> &
  Partial<Pick<HandoverView, 'stationId' | 'note' | 'writtenAt' | 'writtenBy' | 'taken'>>;

export const shiftName = ({ shift, title }: Pick<Shown, 'shift' | 'title'>): string => {
  const [day = ''] = shift.split('/');
  const name = title === null ? (shift.endsWith('/after') ? t.handover_after() : t.handover_day()) : localized(title);
  return `${name} ${format.date(startOfLocalDay(day, speech.timeZone))}`;
};
export const kindName = ({ kind }: Pick<OpenItem, 'kind'>): string => message(`handover_kind_${kind}`) ?? kind;
export const itemName = ({ kind, title, count }: OpenItem): string =>
  kind === 'unsent' ? t.handover_facts({ count: format.count(count) }) : localized(title);

export interface Figure {
  readonly name: string;
  /** In a table, where the value has no unit. */
  readonly cell: string;
  readonly value: number;
  readonly text: string;
}
/** Those that are known, in their order; ratios in percent. */
export const figuresOf = ({ figures }: Pick<Shown, 'figures'>): readonly Figure[] =>
  figureNames.flatMap((name) => {
    const value = figures[name];
    if (value === null || value === undefined) return [];
    const title = message(`handover_figure_${name}`) ?? name;
    if (name.startsWith('energy'))
      return [{ name: title, cell: `${title} [kWh]`, value, text: energyText(value, 'kW.h') }];
    const text = name === 'oee' ? `${format.number(value * 100, 1)} %` : format.count(value);
    return [{ name: title, cell: title, value, text }];
  });

function rows(of: Shown): readonly (readonly Cell[])[] {
  return [
    [t.handover_title(), shiftName(of), null, null],
    [t.handover_station(), of.stationId ?? '', { at: of.from }, { at: of.to }],
    [t.handover_column_part(), t.handover_column_what(), t.handover_column_value(), t.handover_column_since()],
    ...figuresOf(of).map(({ cell, value }): Cell[] => [t.handover_figures(), cell, value, null]),
    ...of.open.map((item): Cell[] => [
      kindName(item),
      itemName(item),
      item.count,
      item.at === null ? null : { at: item.at },
    ]),
    ...(of.note === undefined || of.note === '' ? [] : [[t.handover_note(), of.note, null, null]]),
    ...(of.writtenAt === undefined || of.writtenBy === undefined
      ? []
      : [[t.handover_write(), of.writtenBy, null, { at: of.writtenAt }]]),
    ...(of.taken === undefined || of.taken === null
      ? []
      : [[t.handover_take(), of.taken.by, null, { at: of.taken.at }]]),
  ];
}

const fileName = (of: Shown): string =>
  ['handover', of.stationId ?? '', of.shift]
    .filter(Boolean)
    .join('-')
    .replace(/[^A-Za-z0-9._-]+/g, '-');

export const saveCsv = (of: Shown): void => save(`${fileName(of)}.csv`, csv(rows(of)), 'text/csv');

/** Instants as the plant's clocks show them. */
export async function saveXlsx(of: Shown): Promise<void> {
  const file = await workbook(shiftName(of), rows(of), speech.timeZone);
  save(`${fileName(of)}.xlsx`, file, file.type);
}
