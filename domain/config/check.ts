/**
 * What is wrong with a configuration although each of its files is well formed: references, units, limits, routing.
 * Pure: lines and columns, driver settings and files on disk are the reader's.
 */
import { checkBreaks, checkCalendar } from './check-calendar.ts';
import { checkAndon } from './check-andon.ts';
import { checkControlPlans } from './check-control-plans.ts';
import { checkDefects } from './check-defects.ts';
import { checkDefinitions } from './check-definitions.ts';
import { checkDevices, checkRecipes } from './check-devices.ts';
import { checkGauges } from './check-gauges.ts';
import { checkIntegration } from './check-integration.ts';
import { checkMachines } from './check-machines.ts';
import { checkReasons } from './check-reasons.ts';
import { checkOrders } from './check-orders.ts';
import { checkLines, checkMaterials, checkPeople, checkPlant, checkStations } from './check-plant.ts';
import { Findings, indexOf, type CheckInput, type Finding, type Source } from './finding.ts';

export type { CheckInput, Finding, Path, Source } from './finding.ts';

/** @returns every finding, in no particular order; empty = the configuration holds together. */
export function checkConfiguration(input: CheckInput): readonly Finding[] {
  const index = indexOf(input);
  const findings = new Findings(index);
  sameIdTwice(input.lines, 'line', ({ id }) => id, findings);
  sameIdTwice(input.stations, 'station', ({ id }) => id, findings);
  sameIdTwice(input.devices, 'device', ({ id }) => id, findings);
  sameIdTwice(input.recipes, 'recipe', ({ id, revision }) => `${id} revision ${revision}`, findings);
  sameIdTwice(input.definitions, 'definition', ({ id, revision }) => `${id} revision ${revision}`, findings);
  sameIdTwice(input.controlPlans, 'control plan', ({ id, revision }) => `${id} revision ${revision}`, findings);
  checkPlant(input, index, findings);
  checkBreaks(input, findings);
  checkLines(input, index, findings);
  checkStations(input, index, findings);
  checkMaterials(input, findings);
  checkPeople(input, index, findings);
  checkDevices(input, findings);
  checkRecipes(input, index, findings);
  checkDefinitions(input, index, findings);
  checkControlPlans(input, index, findings);
  if (input.gauges) checkGauges(input.gauges, input, index, findings);
  if (input.defects) checkDefects(input.defects, index, findings);
  checkCalendar(input, findings);
  checkMachines(input, index, findings);
  if (input.reasons) checkReasons(input.reasons, input, findings);
  checkOrders(input, index, findings);
  if (input.andon) checkAndon(input.andon, input, index, findings);
  if (input.integration) checkIntegration(input.integration, findings);
  return findings.all;
}

function sameIdTwice<T>(
  sources: readonly Source<T>[],
  what: string,
  id: (value: T) => string,
  findings: Findings,
): void {
  const seen = new Map<string, string>();
  for (const { file, value } of sources) {
    const other = seen.get(id(value));
    if (other !== undefined) {
      findings.add(
        file,
        ['id'],
        `${what} ${id(value)} is already in ${other}`,
        'Rename or remove one; a released revision is never overwritten.',
      );
    }
    seen.set(id(value), file);
  }
}
