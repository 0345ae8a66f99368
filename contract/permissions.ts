/** Roles (field words) and what each may do. Data: the only place where a permission is granted. */
export const permissions = [
  'unit.build',
  'unit.create',
  'unit.hold',
  'unit.lift-hold',
  'unit.scrap',
  'order.manage',
  'reaction.do-step',
  'signal.close',
  'control.manage',
  'nonconformance.record',
  'nonconformance.dispose',
  'nonconformance.concede',
  'rework.exceed',
] as const;
export type Permission = (typeof permissions)[number];

export const roles = [
  'operator',
  'quality-technician',
  'quality-engineer',
  'line-lead',
  'supervisor',
  'process-engineer',
  'controls-engineer',
] as const;
export type Role = (typeof roles)[number];

export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  operator: ['unit.build', 'unit.create', 'unit.hold', 'reaction.do-step', 'nonconformance.record'],
  'quality-technician': [
    'unit.build',
    'unit.hold',
    'unit.lift-hold',
    'reaction.do-step',
    'signal.close',
    'control.manage',
    'nonconformance.record',
    'nonconformance.dispose',
    'rework.exceed',
  ],
  'quality-engineer': [
    'unit.hold',
    'unit.lift-hold',
    'unit.scrap',
    'reaction.do-step',
    'signal.close',
    'control.manage',
    'nonconformance.record',
    'nonconformance.dispose',
    'nonconformance.concede',
    'rework.exceed',
  ],
  'line-lead': [
    'unit.build',
    'unit.create',
    'unit.hold',
    'unit.lift-hold',
    'unit.scrap',
    'order.manage',
    'reaction.do-step',
    'signal.close',
    'control.manage',
    'nonconformance.record',
    'nonconformance.dispose',
  ],
  supervisor: [
    'unit.build',
    'unit.create',
    'unit.hold',
    'unit.lift-hold',
    'unit.scrap',
    'order.manage',
    'reaction.do-step',
    'signal.close',
    'control.manage',
    'nonconformance.record',
    'nonconformance.dispose',
  ],
  'process-engineer': ['unit.hold', 'reaction.do-step', 'control.manage', 'nonconformance.record'],
  // Works on devices, in files and at the cabinet; the station asks nobody's leave for that.
  'controls-engineer': [],
};

/** Permissions for which the badge alone is not enough: the PIN must have been given in this session (21 CFR 11.200 idea). */
export const pinPermissions: readonly Permission[] = [
  'unit.lift-hold',
  'unit.scrap',
  'order.manage',
  'signal.close',
  'nonconformance.dispose',
  'nonconformance.concede',
  'rework.exceed',
];
