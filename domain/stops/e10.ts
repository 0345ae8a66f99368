/**
 * The tree of stop reasons of a plant that has written none: SEMI E10 classes as the ResourceState of IPC-CFX 2.1.1 numbers them
 * (PRD, SBY, ENG, SDT, USD, NST). What each counts as is ours: ISO 22400-2 time elements and the six big losses (S. Nakajima,
 * Introduction to TPM, 1988), docs/machine-time.md.
 */
import type { Reasons, StopReason } from '#contract/config/reasons.ts';
import { reasonsSchema } from '#contract/config/reasons.ts';

type Said = Omit<StopReason, 'id' | 'title' | 'parent' | 'note'>;

const node = (code: number, en: string, de: string, said: Said = {}, parent?: number) => ({
  id: `E10-${code}`,
  title: { en, de },
  ...(parent === undefined ? {} : { parent: `E10-${parent}` }),
  ...said,
});

export const e10Reasons: Reasons = reasonsSchema.parse({
  schema: 'linewright/reasons@1',
  reasons: [
    node(1000, 'Productive', 'Produktion', {
      category: 'production',
      loss: null,
      states: ['waiting', 'held', 'maintenance', 'off'],
      icon: 'waiting',
    }),
    node(1100, 'Regular production', 'Reguläre Produktion', {}, 1000),
    node(1300, 'Rework', 'Nacharbeit', { icon: 'quality' }, 1000),
    node(1400, 'Engineering run', 'Versuchslauf', {}, 1000),
    node(2000, 'Standby', 'Bereitschaft', {
      category: 'delay',
      loss: 'minor-stop',
      states: ['waiting', 'starved', 'blocked', 'held', 'off'],
      icon: 'waiting',
    }),
    node(2100, 'No operator', 'Kein Bediener', { icon: 'people' }, 2000),
    node(2200, 'No product', 'Kein Produkt', { icon: 'material' }, 2000),
    node(
      2201,
      'Blocked downstream',
      'Stau nachfolgend',
      { states: ['blocked', 'waiting'], external: 'downstream' },
      2200,
    ),
    node(
      2202,
      'Starved upstream',
      'Mangel vorgelagert',
      { states: ['starved', 'waiting'], external: 'upstream' },
      2200,
    ),
    node(2300, 'No support tool', 'Kein Hilfsmittel', { icon: 'tool' }, 2000),
    node(2500, 'No host system', 'Kein Leitsystem', {}, 2000),
    node(3000, 'Engineering', 'Entwicklung', {
      category: 'planned',
      loss: null,
      states: ['waiting', 'held', 'maintenance', 'off'],
      icon: 'set-up',
    }),
    node(4000, 'Scheduled downtime', 'Geplanter Stillstand', {
      category: 'planned',
      loss: null,
      states: ['waiting', 'held', 'maintenance', 'off'],
      icon: 'repair',
    }),
    node(4300, 'Preventive maintenance', 'Vorbeugende Wartung', { category: 'maintenance' }, 4000),
    node(
      4400,
      'Change of consumables',
      'Wechsel von Verbrauchsmaterial',
      { category: 'setup', loss: 'setup', icon: 'material' },
      4000,
    ),
    node(4500, 'Setup', 'Rüsten', { category: 'setup', loss: 'setup', icon: 'set-up' }, 4000),
    node(4600, 'Production test', 'Produktionsprüfung', { icon: 'quality' }, 4000),
    node(4700, 'Facilities', 'Gebäude und Medien', { icon: 'energy' }, 4000),
    node(5000, 'Unscheduled downtime', 'Ungeplanter Stillstand', {
      category: 'delay',
      loss: 'breakdown',
      states: ['waiting', 'held', 'fault', 'maintenance', 'off'],
      icon: 'repair',
    }),
    node(5300, 'Repair', 'Reparatur', {}, 5000),
    node(
      5400,
      'Input out of specification',
      'Eingangsteil nicht in Ordnung',
      { loss: 'minor-stop', icon: 'quality' },
      5000,
    ),
    node(5500, 'Consumables used up', 'Verbrauchsmaterial leer', { loss: 'minor-stop', icon: 'material' }, 5000),
    node(5600, 'Facilities failed', 'Ausfall Gebäude und Medien', { icon: 'energy' }, 5000),
    node(6000, 'Non-scheduled time', 'Nicht geplante Zeit', {
      category: 'planned',
      loss: null,
      states: ['waiting', 'held', 'off'],
      icon: 'break',
    }),
    node(6100, 'Unworked shift', 'Nicht besetzte Schicht', {}, 6000),
    node(6400, 'Training', 'Schulung', { icon: 'people' }, 6000),
  ],
});
