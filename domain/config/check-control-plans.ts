/** Cross-checks of control plans against the process definitions that they are about. */
import type { ChartPlan, ControlPlan, PlannedCharacteristic, Sampling } from '#contract/config/control-plan.ts';
import type { Characteristic, Operation, ProcessDefinition } from '#contract/config/definition.ts';
import { checkAttribute } from './check-attributes.ts';
import { checkRules, type Place } from './check-chart-rules.ts';
import { checkGaugeNeed } from './check-gauges.ts';
import type { CheckInput, Findings, Index } from './finding.ts';

/** Of a characteristic: what it asks for may be anywhere in the configuration. */
interface Planned extends Place {
  readonly input: CheckInput;
}

export function checkControlPlans(input: CheckInput, index: Index, findings: Findings): void {
  const releasedIn = new Map<string, string>();
  for (const { file, value: plan } of input.controlPlans) {
    if (plan.status === 'released') {
      if (plan.released === undefined)
        findings.add(
          file,
          ['status'],
          'the control plan is released but does not say by whom and when',
          'Add `released: { by: …, at: … }`, or set `status: draft`.',
        );
      const other = releasedIn.get(plan.definition);
      if (other !== undefined)
        findings.add(
          file,
          ['definition'],
          `"${plan.definition}" has a released control plan already in ${other}`,
          'One is in force per process definition: set the older one to `status: retired`.',
        );
      releasedIn.set(plan.definition, file);
    }
    checkReactions(file, plan, findings);
    // Kept because charts name it; the definitions may have gone on since.
    if (plan.status === 'retired') continue;
    const known = findings.known(file, ['definition'], plan.definition, 'process definition', index.definitions);
    const revisions = known ? [...(index.definitions.get(plan.definition)?.values() ?? [])] : [];
    const released = revisions.filter(({ status }) => status === 'released');
    findings.unique(
      file,
      plan.characteristics.map((c) => (c.sampling === undefined ? c.characteristic : `${c.characteristic} (sampled)`)),
      'characteristic',
      (at) => ['characteristics', at, 'characteristic'],
    );
    const reactions = new Map(plan.reactions.map(({ id }) => [id, true]));
    plan.characteristics.forEach((planned, at) => {
      const place: Planned = { file, path: ['characteristics', at], index, input, findings };
      findings.known(file, [...place.path, 'reaction'], planned.reaction, 'reaction of the plan', reactions);
      for (const definition of released) checkAgainst(definition, planned, place);
      planned.charts.forEach((chart, n) => checkChart(chart, { ...place, path: [...place.path, 'charts', n] }));
      planned.sampling?.at.forEach((station, n) =>
        findings.known(file, [...place.path, 'sampling', 'at', n], station, 'station', index.stations),
      );
      if (planned.sampling !== undefined && planned.sampling.every === undefined && planned.sampling.on.length === 0)
        findings.add(
          file,
          [...place.path, 'sampling'],
          'the sampling says neither how often nor when, so no sample would ever be due',
          'Add `every: { units: … }` or `every: { minutes: … }`, or name occasions in `on`.',
        );
    });
    findings.unique(
      file,
      plan.attributes.map(({ attribute }) => attribute),
      'attribute',
      (at) => ['attributes', at, 'attribute'],
    );
    plan.attributes.forEach((planned, at) => {
      const place: Place = { file, path: ['attributes', at], index, findings };
      findings.known(file, [...place.path, 'reaction'], planned.reaction, 'reaction of the plan', reactions);
      checkAttribute(planned, released, input.defects?.value ?? null, place);
    });
    if (plan.characteristics.length + plan.attributes.length === 0)
      findings.add(
        file,
        ['characteristics'],
        'the control plan watches nothing',
        'Add `characteristics` that are measured, or `attributes` that are counted.',
      );
    const charts = (['characteristics', 'attributes'] as const).flatMap((list) =>
      plan[list].flatMap((of, at) => of.charts.map(({ id }, n) => ({ id, path: [list, at, 'charts', n, 'id'] }))),
    );
    findings.unique(
      file,
      charts.map(({ id }) => id),
      'chart id',
      (i) => charts[i]?.path ?? [],
    );
  }
}

function checkReactions(file: string, { reactions }: ControlPlan, findings: Findings): void {
  const ids = (of: readonly { readonly id: string }[]): string[] => of.map(({ id }) => id);
  findings.unique(file, ids(reactions), 'reaction id', (at) => ['reactions', at, 'id']);
  reactions.forEach(({ steps, causes }, at) => {
    findings.unique(file, ids(steps), 'step id', (n) => ['reactions', at, 'steps', n, 'id']);
    findings.unique(file, ids(causes), 'cause id', (n) => ['reactions', at, 'causes', n, 'id']);
    const other = causes.findIndex(({ id }) => id === 'other');
    if (other !== -1)
      findings.add(
        file,
        ['reactions', at, 'causes', other, 'id'],
        'the cause "other" is always there, with words to be written',
        'Remove it, or rename this one.',
      );
  });
}

/** Steps of an operation that measure a characteristic, with how many values of a unit each gives. */
export function measuringSteps(
  operation: Operation,
  characteristicId: string,
): readonly { id: string; count: number }[] {
  return operation.steps.flatMap((step) => {
    if (step.type === 'measure' && step.characteristic === characteristicId)
      return [{ id: step.id, count: step.points.length }];
    if (step.type === 'machine-cycle' && step.results.some(({ characteristic }) => characteristic === characteristicId))
      return [{ id: step.id, count: 1 }];
    return [];
  });
}

function checkAgainst(definition: ProcessDefinition, planned: PlannedCharacteristic, place: Planned): void {
  const { file, path, findings } = place;
  const of = `"${definition.id}" revision ${definition.revision}`;
  const characteristics = new Map(definition.characteristics.map((each) => [each.id, each]));
  const operations = new Map(definition.operations.map((each) => [each.id, each]));
  const { characteristic: id, operation: operationId } = planned;
  const known = findings.known(file, [...path, 'characteristic'], id, `characteristic of ${of}`, characteristics);
  if (!findings.known(file, [...path, 'operation'], operationId, `operation of ${of}`, operations) || !known) return;
  const operation = operations.get(operationId);
  const characteristic = characteristics.get(id);
  if (operation === undefined || characteristic === undefined) return;
  // Measured apart from the run, at a bench.
  if (planned.sampling !== undefined) {
    checkSampled(planned, planned.sampling, of, place);
    return checkGauge(definition, characteristic, planned, place);
  }
  const steps = measuringSteps(operation, id);
  const [step, second] = steps;
  if (step === undefined) {
    findings.add(
      file,
      [...path, 'operation'],
      `no step of operation ${operationId} of ${of} measures "${id}"`,
      'Name the operation that measures it, or say with `sampling` where it is measured apart from the run.',
    );
    return;
  }
  if (second !== undefined)
    findings.add(
      file,
      [...path, 'characteristic'],
      `"${id}" is measured by the steps ${steps.map((s) => s.id).join(', ')} of operation ${operationId} of ${of}; one chart would mix them`,
      'Give each step a characteristic of its own.',
    );
  planned.charts.forEach((chart, n) =>
    checkSubgroup(chart, step.count, of, { ...place, path: [...path, 'charts', n] }),
  );
  checkGauge(definition, characteristic, planned, place);
  if (planned.gauge !== undefined && operation.steps.find(({ id: stepId }) => stepId === step.id)?.type !== 'measure')
    findings.add(
      file,
      [...path, 'gauge'],
      `"${id}" is a result of the machine in step ${step.id} of ${of}; no gauge measures it`,
      'Remove `gauge`.',
    );
}

/** A point is made of values of one sample only. */
function checkSampled({ charts }: PlannedCharacteristic, { size, values }: Sampling, of: string, place: Place): void {
  charts.forEach((chart, n) => {
    const path = [...place.path, 'charts', n];
    checkSubgroup(chart, values, of, { ...place, path });
    if (chart.subgroup.from !== 'units' || (size * values) % chart.subgroup.size === 0) return;
    place.findings.add(
      place.file,
      [...path, 'subgroup', 'size'],
      `a sample gives ${size * values} values, which are no whole number of subgroups of ${chart.subgroup.size}`,
      'Let `size` (units) times `values` (of one unit) be a multiple of it.',
    );
  });
}

function checkGauge(
  definition: ProcessDefinition,
  characteristic: Characteristic,
  planned: PlannedCharacteristic,
  place: Planned,
): void {
  if (planned.gauge === undefined) return;
  checkGaugeNeed(planned.gauge, characteristic, definition, place, place.input, place.findings);
  const { lower, upper } = characteristic;
  if (lower === null || upper === null) return;
  const { resolution } = planned.gauge;
  const tenth = (upper - lower) / 10;
  // A little more than a tenth by the way numbers are kept in a computer is a tenth.
  if (resolution <= tenth * (1 + 1e-9)) return;
  place.findings.add(
    place.file,
    [...place.path, 'gauge', 'resolution'],
    `a resolution of ${resolution} is coarser than a tenth of the tolerance ${lower} to ${upper}`,
    `Ask for ${Number(tenth.toPrecision(3))} or finer: coarser steps hide what the process does.`,
  );
}

const single = (kind: ChartPlan['kind']): boolean => kind === 'i-mr';
const grouped = (kind: ChartPlan['kind']): boolean => kind === 'xbar-r' || kind === 'xbar-s';

function checkSubgroup(chart: ChartPlan, perUnit: number, of: string, { file, path, findings }: Place): void {
  const add = (problem: string, remedy: string): void => findings.add(file, [...path, 'subgroup'], problem, remedy);
  if (chart.subgroup.from === 'unit') {
    if (grouped(chart.kind) && perUnit < 2)
      add(
        `a chart ${chart.kind} needs at least 2 values, and a unit of ${of} gives ${perUnit}`,
        'Use `subgroup: { from: units, size: 5 }`, or the kind i-mr.',
      );
    if (single(chart.kind) && perUnit > 1)
      add(`a chart of single values, and a unit of ${of} gives ${perUnit}`, 'Use the kind xbar-r or xbar-s.');
  }
  if (chart.kind === 'xbar-r' && chart.subgroup.from === 'unit' && perUnit > 25)
    add(`${perUnit} values of one unit are more than a subgroup may have (25)`, 'Use the kind xbar-s.');
}

function checkChart(chart: ChartPlan, { file, path, findings }: Place): void {
  if (single(chart.kind) && chart.subgroup.from === 'units')
    findings.add(
      file,
      [...path, 'subgroup'],
      'a chart of single values has no subgroups',
      'Remove `subgroup`, or use the kind xbar-r or xbar-s.',
    );
  for (const kind of ['ewma', 'cusum'] as const)
    if (chart[kind] !== undefined && chart.kind !== kind)
      findings.add(
        file,
        [...path, kind],
        `\`${kind}\` belongs to a chart of the kind ${kind}, and this one is ${chart.kind}`,
        `Remove it, or write \`kind: ${kind}\`.`,
      );
  if ((chart.kind === 'ewma' || chart.kind === 'cusum') && chart.rules.use.some((rule) => rule !== 1))
    // Their points are not independent of each other: run rules would signal all the time (Montgomery, ch. 9).
    findings.add(
      file,
      [...path, 'rules', 'use'],
      `a chart ${chart.kind} has one rule only: a point beyond its limits`,
      'Write `use: [1]`.',
    );
  checkRules(chart.rules, { file, path, findings });
}
