import type { Actor } from '#contract/envelope.ts';
import type { UnitStatus } from '#contract/rpc/units.ts';
import { t } from '../../i18n/plant.svelte.ts';

export const unitLook: Readonly<
  Record<UnitStatus, { readonly shape: 'open' | 'now' | 'hold' | 'done' | 'failed'; readonly tone: 'quiet' | 'warn' }>
> = {
  waiting: { shape: 'open', tone: 'quiet' },
  'in-work': { shape: 'now', tone: 'quiet' },
  held: { shape: 'hold', tone: 'warn' },
  scrapped: { shape: 'failed', tone: 'quiet' },
  done: { shape: 'done', tone: 'quiet' },
};

export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case 'person':
    case 'device':
      return actor.id;
    case 'import':
      return actor.source;
    default:
      return t.actor_system();
  }
}
