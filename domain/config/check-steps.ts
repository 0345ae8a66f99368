/** Cross-checks of the steps of one operation. */
import type { Characteristic, Operation, ProcessDefinition } from '#contract/config/definition.ts';
import type { StepDefinitionOf } from '#contract/steps/index.ts';
import { atEveryStation } from './at-every-station.ts';
import { choices } from './closest.ts';
import type { Findings, Index, Path } from './finding.ts';
import { checkLimits } from './limits.ts';

interface Place {
  readonly file: string;
  readonly path: Path;
  readonly operation: Operation;
  readonly characteristics: ReadonlyMap<string, Characteristic>;
  readonly index: Index;
  readonly findings: Findings;
}

export function checkSteps(
  file: string,
  operationPath: Path,
  definition: ProcessDefinition,
  operation: Operation,
  index: Index,
  findings: Findings,
): void {
  const characteristics = new Map(definition.characteristics.map((each) => [each.id, each]));
  const bom = new Map(definition.bom.map((each) => [each.line, each]));
  findings.unique(
    file,
    operation.steps.map(({ id }) => id),
    'step id',
    (at) => [...operationPath, 'steps', at, 'id'],
  );
  operation.steps.forEach((step, at) => {
    const path: Path = [...operationPath, 'steps', at];
    const place: Place = { file, path, operation, characteristics, index, findings };
    switch (step.type) {
      case 'scan-component':
        findings.known(file, [...path, 'bomLine'], step.bomLine, 'BOM line', bom);
        break;
      case 'measure':
        checkMeasure(step, place);
        break;
      case 'machine-cycle':
        checkMachineCycle(step, place);
        break;
      case 'checklist':
        findings.unique(
          file,
          step.items.map(({ id }) => id),
          'item id',
          (n) => [...path, 'items', n, 'id'],
        );
        break;
      case 'choice':
        findings.unique(
          file,
          step.options.map(({ id }) => id),
          'option id',
          (n) => [...path, 'options', n, 'id'],
        );
        if (!step.options.some(({ accepted }) => accepted)) {
          findings.add(
            file,
            [...path, 'options'],
            'every option means failure, so the step could never pass',
            'Leave `accepted: false` out of at least one option.',
          );
        }
        break;
      case 'number':
        checkLimits(file, path, step, findings);
        break;
      case 'instruction':
      case 'text':
        break;
    }
  });
}

function checkMeasure(step: StepDefinitionOf<'measure'>, place: Place): void {
  const { file, path, findings, index } = place;
  const characteristic = place.characteristics.get(step.characteristic);
  findings.known(file, [...path, 'characteristic'], step.characteristic, 'characteristic', place.characteristics);
  if (step.balloons !== undefined) {
    if (step.balloons.length !== step.points.length) {
      findings.add(
        file,
        [...path, 'balloons'],
        `${step.balloons.length} balloons for ${step.points.length} points`,
        'Give one balloon per point, in the same order.',
      );
    }
    if (step.image === undefined) {
      findings.add(file, [...path, 'balloons'], 'balloons without an image', 'Add `image:`, or remove `balloons`.');
    }
  }
  if (step.tag === undefined) {
    if (!step.allowTyped) {
      findings.add(
        file,
        path,
        'the step names no gauge and does not allow typing, so it could never pass',
        'Name the gauge with `tag:`, or set `allowTyped: true`.',
      );
    }
    return;
  }
  if (!findings.known(file, [...path, 'tag'], step.tag, 'tag', index.tags)) return;
  checkMeasuredTag(step.tag, [...path, 'tag'], characteristic, place);
  const device = index.tags.get(step.tag)?.device;
  if (device) atEveryStation(file, [...path, 'tag'], device.id, place.operation.stations, index, findings);
}

/** A tag whose values are judged against a characteristic: a number in the same unit. */
function checkMeasuredTag(tagId: string, path: Path, characteristic: Characteristic | undefined, place: Place): void {
  const tag = place.index.tags.get(tagId)?.tag;
  if (!tag) return;
  if (tag.type !== 'number') {
    place.findings.add(
      place.file,
      path,
      `tag "${tagId}" is of type ${tag.type}; only a number can be measured`,
      'Name a number tag, or correct the type of this one.',
    );
    return;
  }
  if (tag.unit === null) {
    place.findings.add(
      place.file,
      path,
      `tag "${tagId}" has no unit, so its values cannot be judged`,
      characteristic
        ? `Add \`unit: ${characteristic.unit}\` to the tag, if that is what the device delivers.`
        : 'Add `unit:` to the tag.',
    );
  } else if (characteristic && tag.unit !== characteristic.unit) {
    place.findings.add(
      place.file,
      path,
      `tag "${tagId}" is in ${tag.unit}, but characteristic "${characteristic.id}" is in ${characteristic.unit}`,
      'Bring both to the unit the device delivers; nothing is converted.',
    );
  }
}

function checkMachineCycle(step: StepDefinitionOf<'machine-cycle'>, place: Place): void {
  const { file, path, findings, index } = place;
  const device = index.devices.get(step.device);
  if (findings.known(file, [...path, 'device'], step.device, 'device', index.devices) && device) {
    if (device.machine === null) {
      const machines = [...index.devices.values()].filter((each) => each.machine !== null).map(({ id }) => id);
      findings.add(
        file,
        [...path, 'device'],
        `device "${device.id}" has no \`machine\` section, so no cycle can be run on it`,
        `Describe its states and methods under \`machine\`, or name a machine. ${choices(device.id, machines, 'machine')}`,
      );
    }
    atEveryStation(file, [...path, 'device'], device.id, place.operation.stations, index, findings);
  }
  checkRecipeOf(step, place);
  findings.unique(
    file,
    step.results.map(({ characteristic }) => characteristic),
    'result characteristic',
    (at) => [...path, 'results', at, 'characteristic'],
  );
  step.results.forEach(({ characteristic, tag }, at) => {
    const result: Path = [...path, 'results', at];
    findings.known(file, [...result, 'characteristic'], characteristic, 'characteristic', place.characteristics);
    if (!findings.known(file, [...result, 'tag'], tag, 'tag', index.tags)) return;
    const owner = index.tags.get(tag)?.device.id;
    if (owner !== undefined && owner !== step.device) {
      findings.add(
        file,
        [...result, 'tag'],
        `tag "${tag}" is of device "${owner}", but the cycle runs on "${step.device}"`,
        'Results come from the machine that ran the cycle; name a tag of it.',
      );
    }
    checkMeasuredTag(tag, [...result, 'tag'], place.characteristics.get(characteristic), place);
  });
}

function checkRecipeOf(step: StepDefinitionOf<'machine-cycle'>, place: Place): void {
  const { file, path, findings, index } = place;
  if (!findings.known(file, [...path, 'recipe'], step.recipe, 'recipe', index.recipes)) return;
  const revisions = index.recipes.get(step.recipe) ?? new Map();
  if (
    !findings.known(
      file,
      [...path, 'recipeRevision'],
      step.recipeRevision,
      `revision of recipe "${step.recipe}"`,
      revisions,
    )
  )
    return;
  const recipe = index.recipes.get(step.recipe)?.get(step.recipeRevision);
  if (recipe && recipe.device !== step.device) {
    findings.add(
      file,
      [...path, 'recipe'],
      `recipe "${recipe.id}" is for device "${recipe.device}", but the cycle runs on "${step.device}"`,
      'Name a recipe of this device.',
    );
  }
}
