/** Cross-checks of process definitions: bill of material, characteristics, routing. Steps are in `check-steps.ts`. */
import type { ProcessDefinition } from '#contract/config/definition.ts';
import type { CheckInput, Findings, Index } from './finding.ts';
import { atEveryStation } from './at-every-station.ts';
import { checkSteps } from './check-steps.ts';
import { checkLimits } from './limits.ts';
import { routingCycles, waitingForCycles } from './routing.ts';

export function checkDefinitions(input: CheckInput, index: Index, findings: Findings): void {
  const materials = new Map([...index.materials].map((id) => [id, true]));
  const qualifications = new Map([...index.qualifications].map((id) => [id, true]));
  for (const { file, value: definition } of input.definitions) {
    if (definition.status === 'released' && definition.released === undefined) {
      findings.add(
        file,
        ['status'],
        'the definition is released but does not say by whom and when',
        'Add `released: { by: …, at: … }`, or set `status: draft`.',
      );
    }
    findings.known(file, ['material'], definition.material, 'material', materials);

    findings.unique(
      file,
      definition.bom.map(({ line }) => line),
      'BOM line',
      (at) => ['bom', at, 'line'],
    );
    definition.bom.forEach(({ material }, at) =>
      findings.known(file, ['bom', at, 'material'], material, 'material', materials),
    );

    findings.unique(
      file,
      definition.characteristics.map(({ id }) => id),
      'characteristic id',
      (at) => ['characteristics', at, 'id'],
    );
    definition.characteristics.forEach((characteristic, at) => {
      if (characteristic.lower === null && characteristic.upper === null) {
        findings.add(
          file,
          ['characteristics', at],
          `characteristic "${characteristic.id}" has no limit, so every value would pass`,
          'Give `lower`, `upper` or both.',
        );
      }
      checkLimits(file, ['characteristics', at], characteristic, findings);
    });

    checkRouting(file, definition, findings);
    definition.operations.forEach((operation, at) => {
      const path = ['operations', at];
      if (operation.offline !== 'local' && operation.after.length === 0) {
        findings.add(
          file,
          [...path, 'offline'],
          `operation "${operation.id}" asks for \`offline: ${operation.offline}\`, but no operation comes before it, so nothing can come from another station`,
          'Remove `offline`, or name the operations before it in `after`.',
        );
      }
      operation.stations.forEach((station, n) =>
        findings.known(file, [...path, 'stations', n], station, 'station', index.stations),
      );
      if (operation.qualification !== undefined) {
        findings.known(file, [...path, 'qualification'], operation.qualification, 'qualification', qualifications);
      }
      operation.devices.forEach((device, n) => {
        if (!findings.known(file, [...path, 'devices', n], device, 'device', index.devices)) return;
        atEveryStation(file, [...path, 'devices', n], device, operation.stations, index, findings);
      });
      checkSteps(file, path, definition, operation, index, findings);
    });
    checkTraced(file, definition, findings);
  }
}

function checkRouting(file: string, definition: ProcessDefinition, findings: Findings): void {
  const { operations } = definition;
  const ids = new Map(operations.map(({ id }) => [id, true]));
  findings.unique(
    file,
    operations.map(({ id }) => id),
    'operation id',
    (at) => ['operations', at, 'id'],
  );
  operations.forEach(({ after }, at) =>
    after.forEach((before, n) => findings.known(file, ['operations', at, 'after', n], before, 'operation', ids)),
  );
  const place = (id: string): number => operations.findIndex((operation) => operation.id === id);
  for (const cycle of routingCycles(operations)) {
    const [first = ''] = cycle;
    findings.add(
      file,
      ['operations', place(first), 'after'],
      `the routing goes round in a circle: ${[...cycle, first].join(' waits for ')}`,
      'Remove one of these from `after`; no unit could ever start any of them.',
    );
  }
  for (const id of waitingForCycles(operations)) {
    findings.add(
      file,
      ['operations', place(id), 'after'],
      `operation "${id}" can never be reached: it waits for operations that wait for each other`,
      'Resolve the circle in `after` first.',
    );
  }
}

function checkTraced(file: string, definition: ProcessDefinition, findings: Findings): void {
  const scanned = new Set(
    definition.operations.flatMap(({ steps }) =>
      steps.flatMap((step) => (step.type === 'scan-component' ? [step.bomLine] : [])),
    ),
  );
  definition.bom.forEach(({ line, trace, material }, at) => {
    if (trace === 'none' || scanned.has(line)) return;
    findings.add(
      file,
      ['bom', at],
      `BOM line "${line}" (${material}) asks for the ${trace}, but no step scans it`,
      `Add a scan-component step with \`bomLine: "${line}"\`, or set \`trace: none\`.`,
    );
  });
}
