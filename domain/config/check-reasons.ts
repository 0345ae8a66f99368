/** Cross-checks of the tree of stop reasons. */
import type { Reasons, StopReason } from '#contract/config/reasons.ts';
import { choices } from './closest.ts';
import type { CheckInput, Findings, Path, Source } from './finding.ts';

export function checkReasons({ file, value }: Source<Reasons>, input: CheckInput, findings: Findings): void {
  const { reasons } = value;
  const machines = new Map((input.machines ?? []).map(({ value: { id } }) => [id, true]));
  const byId = new Map(reasons.map((each) => [each.id, each]));
  const parents = new Set(reasons.flatMap(({ parent }) => (parent === undefined ? [] : [parent])));
  findings.unique(
    file,
    reasons.map(({ id }) => id),
    'reason',
    (at) => ['reasons', at, 'id'],
  );
  reasons.forEach((reason, at) => {
    const path: Path = ['reasons', at];
    const up = ancestors(reason, byId);
    if (reason.parent !== undefined && !byId.has(reason.parent)) {
      const [problem, remedy] = [`unknown reason "${reason.parent}"`, choices(reason.parent, byId.keys(), 'reason')];
      findings.add(file, [...path, 'parent'], problem, remedy);
    } else if (up === null)
      findings.add(
        file,
        [...path, 'parent'],
        `reason "${reason.id}" is below itself, so it could never be reached`,
        'Let its parent, or one of the parents above, be at the top.',
      );
    reason.machines?.forEach((id, n) => findings.known(file, [...path, 'machines', n], id, 'machine', machines));
    const said = [reason, ...(up ?? [])].some(({ category }) => category !== undefined);
    if (up !== null && !parents.has(reason.id) && !said)
      findings.add(
        file,
        path,
        `neither reason "${reason.id}" nor a branch above it says its category, so its time could not be counted`,
        'Add category: delay, down, setup, planned, maintenance or production, here or at a branch above.',
      );
    if (parents.has(reason.id) && reason.note)
      findings.add(
        file,
        [...path, 'note'],
        `reason "${reason.id}" has others below it and is never given itself, so its note is never asked for`,
        'Write note at the reasons below it.',
      );
  });
  const leaves = reasons.filter(({ id }) => !parents.has(id));
  for (const id of machines.keys()) {
    const any = leaves.some((leaf) => {
      const said = [leaf, ...(ancestors(leaf, byId) ?? [])].find((each) => each.machines !== undefined)?.machines;
      return said === undefined || said.includes(id);
    });
    if (!any)
      findings.add(
        file,
        ['reasons'],
        `no reason is for machine "${id}", so none of its stops could be explained`,
        'Add a reason without machines, or name the machine at one.',
      );
  }
}

/** Nearest first; null: it is in or below a circle. */
function ancestors(reason: StopReason, byId: ReadonlyMap<string, StopReason>): readonly StopReason[] | null {
  const up: StopReason[] = [];
  for (let at = reason.parent; at !== undefined;) {
    const parent = byId.get(at);
    if (parent === undefined) return up;
    if (parent === reason || up.includes(parent)) return null;
    up.push(parent);
    at = parent.parent;
  }
  return up;
}
