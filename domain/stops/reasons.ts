/** The tree of stop reasons: the plant's own, else that of SEMI E10. What a branch says holds for what is below and says nothing. */
import type { ReasonIcon, Reasons } from '#contract/config/reasons.ts';
import type { Localized } from '#contract/config/text.ts';
import type { StopReasonFact } from '#contract/events/shared.ts';
import type { BigLoss, MachineState, ReasonCategory } from '#contract/machine-state.ts';
import { e10Reasons } from './e10.ts';

export interface TreeReason {
  readonly id: string;
  readonly title: Localized;
  /** null: at the top. */
  readonly parent: string | null;
  /** Only leaves are given. */
  readonly leaf: boolean;
  readonly category: ReasonCategory;
  readonly loss: BigLoss | null;
  /** null: for all. */
  readonly states: readonly MachineState[] | null;
  readonly machines: readonly string[] | null;
  readonly external: 'upstream' | 'downstream' | null;
  readonly icon: ReasonIcon | null;
  /** Words are needed with it. */
  readonly note: boolean;
}

export interface ReasonTree {
  /** Each before what is below it, in the order of the file. */
  readonly all: readonly TreeReason[];
  find(id: string): TreeReason | null;
}

/**
 * @param own reasons.yaml as `linewright check` lets it through; null: the SEMI E10 tree. What is in a circle or below an unknown
 * parent is left out.
 */
export function reasonTree(own: Reasons | null): ReasonTree {
  const { reasons } = own ?? e10Reasons;
  const all: TreeReason[] = [];
  const below = (parent: TreeReason | null): void => {
    for (const reason of reasons) {
      if ((reason.parent ?? null) !== (parent?.id ?? null)) continue;
      const made: TreeReason = {
        id: reason.id,
        title: reason.title,
        parent: parent?.id ?? null,
        leaf: !reasons.some((each) => each.parent === reason.id),
        category: reason.category ?? parent?.category ?? 'delay',
        loss: reason.loss === undefined ? (parent?.loss ?? null) : reason.loss,
        states: reason.states ?? parent?.states ?? null,
        machines: reason.machines ?? parent?.machines ?? null,
        external: reason.external ?? parent?.external ?? null,
        icon: reason.icon ?? parent?.icon ?? null,
        note: reason.note,
      };
      all.push(made);
      below(made);
    }
  };
  below(null);
  const byId = new Map(all.map((each) => [each.id, each]));
  return { all, find: (id) => byId.get(id) ?? null };
}

export const isOfMachine = ({ machines }: TreeReason, machineId: string): boolean =>
  machines === null || machines.includes(machineId);

/** Meant for a stop that began so; others may be given too, but are not offered first. */
export const fitsState = ({ states }: TreeReason, state: MachineState): boolean =>
  states === null || states.includes(state);

/** Leaves that may be given at this machine, those not meant for the state left out. */
export const offeredFor = (tree: ReasonTree, machineId: string, state: MachineState): readonly TreeReason[] =>
  tree.all.filter((each) => each.leaf && isOfMachine(each, machineId) && fitsState(each, state));

export const reasonFact = ({ id, title, category, loss }: TreeReason): StopReasonFact => ({
  id,
  title,
  category,
  loss,
});
