/** "waits for Press P2, at fault since 10:40 · E17": what makes a machine of a line wait. */
import type { PlantMachine } from '#contract/plant/machines.ts';
import { format, localized } from '../../i18n/index.svelte.ts';
import { t } from '../../i18n/plant.svelte.ts';
import { stateWord } from '../../screens/machines/machine-words.ts';

/** @returns parts of a line of text; none of a machine that does not wait */
export function waitsWords({ waitsFor }: Pick<PlantMachine, 'waitsFor'>, now: number): readonly string[] {
  if (waitsFor === null) return [];
  const { root, state } = waitsFor;
  if (root === null) return [state === 'starved' ? t.machines_plant_waits_up() : t.machines_plant_waits_down()];
  const words = { machine: localized(root.title), state: stateWord(root.state), time: format.instant(root.from, now) };
  return [
    root.over ? t.machines_plant_waited_for(words) : t.machines_plant_waits_for(words),
    ...(root.alarm ? [root.alarm] : []),
  ];
}
