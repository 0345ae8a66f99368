/** Cross-checks of orders and units that come from files. */
import type { ProcessDefinition } from '#contract/config/definition.ts';
import type { Orders } from '#contract/config/plant.ts';
import type { CheckInput, Findings, Index, Path } from './finding.ts';

type Order = Orders['orders'][number];

export function checkOrders(input: CheckInput, index: Index, findings: Findings): void {
  const materials = new Map([...index.materials].map((id) => [id, true]));
  const orderIn = new Map<string, string>();
  const unitIn = new Map<string, string>();
  for (const { file, value } of input.orders) {
    value.orders.forEach((order, at) => {
      const path: Path = ['orders', at];
      const otherFile = orderIn.get(order.id);
      if (otherFile !== undefined) {
        findings.add(file, [...path, 'id'], `order "${order.id}" is already in ${otherFile}`, 'Rename or remove one.');
      }
      orderIn.set(order.id, file);
      findings.known(file, [...path, 'material'], order.material, 'material', materials);
      const definition = checkDefinitionOf(file, path, order, index, findings);
      if (order.units.length > order.quantity) {
        findings.add(
          file,
          [...path, 'units'],
          `${order.units.length} units, but the order's quantity is ${order.quantity}`,
          'Raise the quantity or remove units.',
        );
      }
      order.units.forEach((unit, n) => {
        const other = unitIn.get(unit.serial);
        if (other !== undefined) {
          findings.add(
            file,
            [...path, 'units', n, 'serial'],
            `serial number "${unit.serial}" is already used in order "${other}"`,
            'A serial number belongs to one unit.',
          );
        }
        unitIn.set(unit.serial, order.id);
        if (definition) checkPassed(file, [...path, 'units', n], unit.passed, definition, index, findings);
      });
    });
  }
}

function checkDefinitionOf(
  file: string,
  path: Path,
  order: Order,
  index: Index,
  findings: Findings,
): ProcessDefinition | undefined {
  if (!findings.known(file, [...path, 'definition'], order.definition, 'process definition', index.definitions)) return;
  const revisions = index.definitions.get(order.definition) ?? new Map<string, ProcessDefinition>();
  const what = `revision of "${order.definition}"`;
  if (!findings.known(file, [...path, 'revision'], order.revision, what, revisions)) return;
  const definition = revisions.get(order.revision);
  if (definition && definition.material !== order.material) {
    findings.add(
      file,
      [...path, 'material'],
      `the order is for "${order.material}", but definition "${definition.id}" makes "${definition.material}"`,
      'Correct the material or the definition.',
    );
  }
  return definition;
}

function checkPassed(
  file: string,
  path: Path,
  passed: Order['units'][number]['passed'],
  definition: ProcessDefinition,
  index: Index,
  findings: Findings,
): void {
  const operations = new Map(definition.operations.map((operation) => [operation.id, operation]));
  const ids = passed.map(({ operation }) => operation);
  findings.unique(file, ids, 'passed operation', (at) => [...path, 'passed', at, 'operation']);
  passed.forEach(({ operation, station }, at) => {
    const here: Path = [...path, 'passed', at];
    if (station !== null) findings.known(file, [...here, 'station'], station, 'station', index.stations);
    const what = `operation of "${definition.id}" revision ${definition.revision}`;
    if (!findings.known(file, [...here, 'operation'], operation, what, operations)) return;
    const missing = operations.get(operation)?.after.filter((before) => !ids.includes(before)) ?? [];
    if (missing.length > 0) {
      findings.add(
        file,
        [...here, 'operation'],
        `operation ${operation} passed although operation ${missing.join(', ')} before it did not`,
        'List the operations that passed before it too.',
      );
    }
  });
}
