/** A change by a program or by the drop folder, as the rest of the server takes it. */
import type { PlantFault } from '#contract/plant/base.ts';
import { may } from '#domain/accounts/may.ts';
import type { Act } from '../act.ts';
import type { Queries } from '../db/db.ts';
import type { ApiCaller, IntegrationPorts } from './ports.ts';

/** Thrown by `need`; apply-orders.ts makes an answer of it. */
export class RightMissing extends Error {
  readonly faults: readonly PlantFault[];

  constructor(lineId: string | null) {
    super('right missing');
    const scope = lineId === null ? 'the whole plant' : `line ${lineId}`;
    this.faults = [{ code: 'right.missing', params: { right: 'integration.use', scope }, field: null }];
  }
}

/** Whatever right is asked: a program needs `integration.use` for that line, and has no other. */
export function actOf(
  tx: Queries,
  caller: ApiCaller,
  at: number,
  { places, audit }: Pick<IntegrationPorts, 'places' | 'audit'>,
): Act {
  return {
    tx,
    caller,
    at,
    need(_right, lineId) {
      if (!may(caller.grants, 'integration.use', lineId, places())) throw new RightMissing(lineId);
    },
    audit: (entries) =>
      audit(
        tx,
        [entries].flat().map((entry) => ({ at, by: caller.accountId, from: caller.from, ...entry })),
      ),
  };
}
