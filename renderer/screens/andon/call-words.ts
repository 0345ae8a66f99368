/** Words of calls and lamps. */
import type { CallRow, Lamp } from '#contract/rpc/andon.ts';
import { lasting } from '../../i18n/ago.ts';
import { format, localized, message, t } from '../../i18n/index.svelte.ts';
import { messageKey } from '../../i18n/reason.ts';
import { now } from '../../state/time.svelte.ts';
import type { IconName } from '../../ui/icon.svelte';

export const roleName = (role: string): string => message(`role_${messageKey(role)}`) ?? role;
export const lampName = (lamp: Lamp): string => message(`light_${lamp}`) ?? lamp;

/** Shown as it is in the language of whoever reads. */
export const callTitle = ({ title, stationId }: Pick<CallRow, 'title' | 'stationId'>): string =>
  t.call_title_at({ title: localized(title), station: stationId });

type Told = Pick<CallRow, 'called' | 'answered' | 'closed'> & { readonly nextAt?: number | null };
export const isUnanswered = ({ answered, closed }: Pick<CallRow, 'answered' | 'closed'>): boolean =>
  answered === null && closed === null;

/** Who is called and what comes of it, newest first; the first says how it stands. */
export function callLines({ called, answered, closed, nextAt }: Told): readonly string[] {
  const at = (time: number): string => format.instant(time, now.at);
  return [
    ...(closed === null ? [] : [t.call_closed_by({ name: closed.by, time: at(closed.at) })]),
    ...(answered === null ? [] : [t.call_comes_at({ name: answered.by, time: at(answered.at) })]),
    ...(answered === null && closed === null ? [t.call_nobody_yet()] : []),
    ...(nextAt === null || nextAt === undefined || nextAt <= now.at
      ? []
      : [t.call_next({ age: lasting(nextAt - now.at) })]),
    ...[...called].reverse().map(({ role, at: when }) => t.call_role_called({ role: roleName(role), time: at(when) })),
  ];
}

export const callIcons: Readonly<Record<CallRow['icon'], IconName>> = {
  material: 'units',
  quality: 'gauges',
  maintenance: 'work',
  lead: 'person',
  other: 'info',
};
