import { describe, expect, it } from 'vitest';
import { plantRights, plantRoleRights, plantRoles, type PlantGrant } from '#contract/plant/roles.ts';
import { covers, linePlaces, may, mayAnywhere, rightsOf } from './may.ts';

const places = linePlaces([
  { id: 'L1', site: 'SOUTH', area: 'PUMPS' },
  { id: 'L2', site: 'SOUTH', area: 'VALVES' },
  { id: 'L3', site: 'NORTH' },
  { id: 'L4' },
]);
const grant = (role: PlantGrant['role'], scope: string): PlantGrant[] => [{ role, scope }];

describe('scope of a role', () => {
  it.each([
    ['*', ['L1', 'L2', 'L3', 'L4', null]],
    ['site:SOUTH', ['L1', 'L2']],
    ['site:NORTH', ['L3']],
    ['area:PUMPS', ['L1']],
    ['line:L4', ['L4']],
    ['site:PUMPS', []],
    ['area:L1', []],
    ['line:', []],
  ])('%s reaches %j', (scope, reached) => {
    expect(['L1', 'L2', 'L3', 'L4', null].filter((line) => covers(scope, line, places))).toEqual(reached);
  });

  it('reaches no line that the configuration does not know, but by its name or everything', () => {
    expect(covers('site:SOUTH', 'L9', places)).toBe(false);
    expect(covers('line:L9', 'L9', places)).toBe(true);
    expect(covers('*', 'L9', places)).toBe(true);
  });
});

describe('may', () => {
  it('asks for the right on that line', () => {
    const lead = grant('line-lead', 'line:L1');
    expect(may(lead, 'order.manage', 'L1', places)).toBe(true);
    expect(may(lead, 'order.manage', 'L2', places)).toBe(false);
    expect(may(lead, 'order.manage', null, places)).toBe(false);
    expect(may(lead, 'definition.release', 'L1', places)).toBe(false);
  });

  it('does not mix the role of one grant with the scope of another', () => {
    const both = [...grant('viewer', '*'), ...grant('planner', 'line:L2')];
    expect(may(both, 'order.manage', 'L1', places)).toBe(false);
    expect(may(both, 'order.manage', 'L2', places)).toBe(true);
  });

  it('gives nothing without a grant', () => {
    for (const right of plantRights) {
      expect(may([], right, 'L1', places)).toBe(false);
      expect(mayAnywhere([], right)).toBe(false);
    }
    expect(rightsOf([])).toEqual([]);
  });

  it('adds rights up in the order of the contract', () => {
    expect(rightsOf([...grant('planner', 'line:L2'), ...grant('viewer', '*')])).toEqual(['plant.view', 'order.manage']);
  });
});

it('each right is held by some role, and an administrator cannot write what he may release', () => {
  for (const right of plantRights) expect(plantRoles.some((role) => plantRoleRights[role].includes(right))).toBe(true);
  expect(plantRoleRights.administrator).not.toContain('definition.edit');
});
