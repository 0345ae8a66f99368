/** Cross-checks of the catalogue of defects against the process definitions that it names. */
import type { Defects } from '#contract/config/defects.ts';
import type { Findings, Index, Path, Source } from './finding.ts';

export function checkDefects({ file, value }: Source<Defects>, index: Index, findings: Findings): void {
  const { groups, pictures, defects } = value;
  const ids = <T extends { readonly id: string }>(all: readonly T[]): string[] => all.map(({ id }) => id);
  findings.unique(file, ids(groups), 'group', (at) => ['groups', at, 'id']);
  findings.unique(file, ids(pictures), 'picture', (at) => ['pictures', at, 'id']);
  findings.unique(file, ids(defects), 'defect', (at) => ['defects', at, 'id']);
  const known = new Map(groups.map(({ id }) => [id, true]));
  pictures.forEach(({ definition, places }, at) => {
    const path: Path = ['pictures', at];
    if (findings.known(file, [...path, 'definition'], definition, 'process definition', index.definitions)) {
      const revisions = [...(index.definitions.get(definition)?.values() ?? [])];
      if (!revisions.some(({ status }) => status === 'released'))
        findings.add(
          file,
          [...path, 'definition'],
          `no revision of "${definition}" is released, so its picture cannot be shown`,
          'Release a revision, or remove the picture.',
        );
    }
    findings.unique(file, ids(places), 'place', (n) => [...path, 'places', n, 'id']);
  });
  defects.forEach(({ group, foundAt = [], rework }, at) => {
    const path: Path = ['defects', at];
    findings.known(file, [...path, 'group'], group, 'group', known);
    foundAt.forEach((each, n) => operationsKnown(each, [...path, 'foundAt', n], file, index, findings));
    rework.forEach((each, n) => operationsKnown(each, [...path, 'rework', n], file, index, findings));
  });
}

/** The definition is there, and a revision of it has each of the operations. */
function operationsKnown(
  { definition, operations = [] }: { readonly definition: string; readonly operations?: readonly string[] | undefined },
  path: Path,
  file: string,
  index: Index,
  findings: Findings,
): void {
  if (!findings.known(file, [...path, 'definition'], definition, 'process definition', index.definitions)) return;
  const all = new Map(
    [...(index.definitions.get(definition)?.values() ?? [])].flatMap((revision) =>
      revision.operations.map(({ id }) => [id, true] as const),
    ),
  );
  operations.forEach((id, n) =>
    findings.known(file, [...path, 'operations', n], id, `operation of ${definition}`, all),
  );
}
