/** Stops in words and pictures. */
import type { ReasonIcon } from '#contract/config/reasons.ts';
import type { StopHistoryEntry, StopRow } from '#contract/rpc/stops.ts';
import { lasting } from '../../i18n/ago.ts';
import { format, localized, t } from '../../i18n/index.svelte.ts';
import { now } from '../../state/time.svelte.ts';
import type { IconName } from '../../ui/icon.svelte';
import { stateWord } from '../machines/machine-words.ts';

export const reasonIcons: Readonly<Record<ReasonIcon, IconName>> = {
  break: 'break',
  cleaning: 'cleaning',
  energy: 'energy',
  material: 'units',
  people: 'person',
  quality: 'nonconformances',
  repair: 'work',
  'set-up': 'settings',
  tool: 'tool',
  waiting: 'clock',
};

/** `10:40:00 – 10:52:30 · 12 min 30 s`; of what goes on: since when, and for how long. */
export function spanWords({ from, to }: { readonly from: number; readonly to: number | null }): string {
  return to === null
    ? t.stops_since({ from: format.instant(from, now.at), duration: lasting(Math.max(0, now.at - from)) })
    : t.stops_from_to({
        from: format.instant(from, now.at),
        to: format.time(to),
        duration: format.duration(to - from),
      });
}

/** What the machine said when it began: its alarm, else its state. */
export const causeWords = ({ state, alarm }: Pick<StopRow, 'state' | 'alarm'>): string => alarm ?? stateWord(state);

export function reasonWords({ reasons, unexplained, parts }: StopRow): string {
  const given = reasons.map(({ title }) => localized(title)).join(', ');
  if (unexplained === 0) return given;
  return given === ''
    ? t.stops_unexplained()
    : t.stops_partly({ reasons: given, open: format.count(unexplained), parts: format.count(parts) });
}

/** What was done, without when and by whom. */
export function deedWords(entry: StopHistoryEntry): string {
  const time = (at: number): string => format.time(at);
  switch (entry.kind) {
    case 'opened':
      return t.stops_did_open();
    case 'withdrawn':
      return t.stops_did_withdraw();
    case 'ended':
      return t.stops_did_end({ time: time(entry.to) });
    case 'classified': {
      const reason = localized(entry.reason.title);
      const from = time(entry.from);
      return entry.before === null
        ? t.stops_did_classify({ from, reason })
        : t.stops_did_reclassify({ from, reason, before: localized(entry.before.title) });
    }
    case 'split':
      return t.stops_did_split({ time: time(entry.edge) });
    case 'merged':
      return t.stops_did_merge({ time: time(entry.edge) });
    case 'edge-moved':
      return t.stops_did_move({ was: time(entry.was), time: time(entry.edge) });
    case 'restated':
      return entry.lost === 0
        ? t.stops_did_restate({ span: spanWords(entry) })
        : t.stops_did_restate_lost({ span: spanWords(entry), lost: format.count(entry.lost) });
    case 'noted':
      return entry.photo === null ? t.stops_did_note() : t.stops_did_photo();
  }
}
