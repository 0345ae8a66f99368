/** Cross-checks of what a control plan counts: where the counts come from, and whether the chart fits them. */
import type { AttributeChartPlan, AttributeKind, PlannedAttribute } from '#contract/config/control-plan.ts';
import type { Operation, ProcessDefinition } from '#contract/config/definition.ts';
import type { Defects } from '#contract/config/defects.ts';
import { isFoundAt } from '#domain/nonconformances/defects.ts';
import { checkRules, type Place } from './check-chart-rules.ts';

/** @param released revisions of the definition that the plan is about. */
export function checkAttribute(
  planned: PlannedAttribute,
  released: readonly ProcessDefinition[],
  catalogue: Defects | null,
  place: Place,
): void {
  for (const definition of released) checkCounts(definition, planned, catalogue, place);
  planned.charts.forEach((chart, n) => checkChart(chart, planned, { ...place, path: [...place.path, 'charts', n] }));
}

function checkCounts(
  definition: ProcessDefinition,
  planned: PlannedAttribute,
  catalogue: Defects | null,
  place: Place,
): void {
  const { file, path, findings } = place;
  const of = `"${definition.id}" revision ${definition.revision}`;
  const { attribute, operation: operationId, counts } = planned;
  if (definition.characteristics.some(({ id }) => id === attribute))
    findings.add(
      file,
      [...path, 'attribute'],
      `"${attribute}" is a characteristic of ${of} already`,
      'Rename the attribute: charts are known by it.',
    );
  const operations = new Map(definition.operations.map((each) => [each.id, each]));
  if (!findings.known(file, [...path, 'operation'], operationId, `operation of ${of}`, operations)) return;
  if (counts.from === 'nonconformances') return checkFindings(definition.id, operationId, counts, catalogue, place);
  const steps = new Map(operations.get(operationId)?.steps.map((step) => [step.id, step]));
  counts.steps.forEach((id, n) => {
    const at = [...path, 'counts', 'steps', n];
    if (!findings.known(file, at, id, `step of operation ${operationId} of ${of}`, steps)) return;
    const step = steps.get(id);
    if (counts.from === 'numbers' && (step === undefined || !countable(step)))
      findings.add(
        file,
        at,
        `the step "${id}" of operation ${operationId} of ${of} does not ask for a count`,
        'Name a step of the type number with `decimals: 0` whose `lower` or `plausible.lower` is 0 or more.',
      );
  });
  findings.unique(file, counts.steps, 'step', (n) => [...path, 'counts', 'steps', n]);
}

/** Something of the catalogue must be looked for at the operation, else the chart would stand at 0 for ever. */
function checkFindings(
  definitionId: string,
  operationId: string,
  { groups, defects }: Extract<PlannedAttribute['counts'], { from: 'nonconformances' }>,
  catalogue: Defects | null,
  { file, path, findings }: Place,
): void {
  const at = [...path, 'counts'];
  if (catalogue === null)
    return findings.add(
      file,
      at,
      'the plant has no catalogue of defects, so no nonconformance can be recorded',
      'Add `defects.yaml`, or count from verdicts or numbers.',
    );
  const known = (of: readonly { readonly id: string }[]): Map<string, true> => new Map(of.map(({ id }) => [id, true]));
  groups?.forEach((id, n) =>
    findings.known(file, [...at, 'groups', n], id, 'group of defects', known(catalogue.groups)),
  );
  defects?.forEach((id, n) => findings.known(file, [...at, 'defects', n], id, 'defect', known(catalogue.defects)));
  findings.unique(file, groups ?? [], 'group', (n) => [...at, 'groups', n]);
  findings.unique(file, defects ?? [], 'defect', (n) => [...at, 'defects', n]);
  const all = groups === undefined && defects === undefined;
  const counted = catalogue.defects.filter(
    ({ id, group }) => all || defects?.includes(id) === true || groups?.includes(group) === true,
  );
  if (counted.length > 0 && !counted.some((defect) => isFoundAt(defect, definitionId, operationId)))
    findings.add(
      file,
      at,
      `none of these defects is looked for at operation ${operationId} of "${definitionId}"`,
      'Name others, or extend `foundAt` of the defects in defects.yaml.',
    );
}

/** Whole numbers from 0 on. */
function countable(step: Operation['steps'][number]): boolean {
  if (step.type !== 'number' || step.decimals !== 0) return false;
  const least = Math.max(step.lower ?? -1, step.plausible?.lower ?? -1);
  return least >= 0;
}

const units: readonly AttributeKind[] = ['p', 'np'];

function checkChart(
  { kind, subgroup, limits, rules }: AttributeChartPlan,
  { counts }: PlannedAttribute,
  { file, path, findings }: Omit<Place, 'index'>,
): void {
  if (units.includes(kind) !== (counts.from === 'verdicts'))
    findings.add(
      file,
      [...path, 'kind'],
      `a chart ${kind} counts ${units.includes(kind) ? 'nonconforming units' : 'defects'}, and this attribute has ${counts.from}`,
      counts.from === 'verdicts' ? 'Use the kind p or np.' : 'Use the kind c or u.',
    );
  if ((kind === 'np' || kind === 'c') && subgroup.from !== 'units')
    findings.add(
      file,
      [...path, 'subgroup'],
      `points of a chart ${kind} must be of equally many units`,
      `Use \`subgroup: { from: units, size: 50 }\`, or the kind ${kind === 'np' ? 'p' : 'u'}.`,
    );
  if ((kind === 'p' || kind === 'np') && subgroup.from === 'units' && subgroup.size < 2)
    findings.add(
      file,
      [...path, 'subgroup', 'size'],
      'a share of nonconforming units of one unit says nothing',
      'Use a size at which some are expected, e.g. `size: 50`.',
    );
  if ((kind === 'p' || kind === 'np') && limits.from === 'given' && limits.average >= 1)
    findings.add(
      file,
      [...path, 'limits', 'average'],
      `an average of ${limits.average} is not a share of nonconforming units`,
      'Write it as a share, e.g. 0.02 for 2 %.',
    );
  checkRules(rules, { file, path, findings });
}
