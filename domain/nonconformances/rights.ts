/** Who may do what about nonconforming pieces. */
import type { DispositionKind } from '#contract/config/defects.ts';
import type { Permission } from '#contract/permissions.ts';

export const recordPermission: Permission = 'nonconformance.record';

/**
 * @param beyond an operation would be ordered again more often than the catalogue allows.
 * @returns all of them are needed.
 */
export function dispositionPermissions(kind: DispositionKind, beyond: boolean): readonly Permission[] {
  if (kind === 'use-as-is') return ['nonconformance.concede'];
  return beyond ? ['nonconformance.dispose', 'rework.exceed'] : ['nonconformance.dispose'];
}
