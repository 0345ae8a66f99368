/** Roles on the plant server and what each may do, per site, area or line. Data: the only place where a right is granted. */
export const plantRights = [
  'plant.view',
  'order.manage',
  'unit.hold',
  'unit.lift-hold',
  'case.close',
  'nonconformance.dispose',
  'nonconformance.concede',
  'definition.edit',
  'definition.release',
  'station.enrol',
  'trouble.replay',
  'account.manage',
  'integration.use',
] as const;
export type PlantRight = (typeof plantRights)[number];

export const plantRoles = [
  'viewer',
  'line-lead',
  'planner',
  'quality',
  'process-engineer',
  'controls-engineer',
  'administrator',
  'integration',
] as const;
export type PlantRole = (typeof plantRoles)[number];

export const plantRoleRights: Readonly<Record<PlantRole, readonly PlantRight[]>> = {
  viewer: ['plant.view'],
  'line-lead': ['plant.view', 'order.manage', 'unit.hold', 'unit.lift-hold', 'case.close', 'nonconformance.dispose'],
  planner: ['plant.view', 'order.manage'],
  quality: [
    'plant.view',
    'unit.hold',
    'unit.lift-hold',
    'case.close',
    'nonconformance.dispose',
    'nonconformance.concede',
    'definition.release',
  ],
  'process-engineer': ['plant.view', 'definition.edit', 'definition.release'],
  'controls-engineer': ['plant.view', 'station.enrol', 'trouble.replay'],
  administrator: ['plant.view', 'station.enrol', 'trouble.replay', 'account.manage', 'definition.release'],
  integration: ['integration.use'],
};

/** A role holds for everything below `scope`: `*`, `site:ID`, `area:ID` or `line:ID`. */
export interface PlantGrant {
  readonly role: PlantRole;
  readonly scope: string;
}
