/** Which hours of a machine are summed up and hold. */
import type { MachineFile } from '#contract/config/machines.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import { clockHourOf } from '#domain/oee/calendar.ts';
import { madeBy } from './sum-up.ts';

/**
 * @returns the hours from `from` up to `to` (UTC ms, both begin an hour of the plant's clock) within the range whose sums are those of
 *   what is known and configured now; where there are none both are the range's beginning
 */
export async function keptOf(
  db: Queries,
  machine: MachineFile,
  force: InForce,
  range: { readonly from: number; readonly to: number },
): Promise<{ readonly from: number; readonly to: number }> {
  const none = { from: range.from, to: range.from };
  const { timeZone } = force.catalogue.calendar;
  const [summed] = await db.query<{
    from_at: number;
    until_at: number;
    time_zone: string;
    made_by: string;
    mark: number | null;
  }>(
    `SELECT from_at, until_at, time_zone, made_by,
       (SELECT min(u.from_at) FROM machine_unsummed u WHERE u.machine_id = s.machine_id) AS mark
     FROM machine_summed s WHERE machine_id = $1`,
    [machine.id],
  );
  if (summed === undefined || summed.time_zone !== timeZone || summed.made_by !== madeBy(machine, force)) return none;
  // From a mark on something is told otherwise by now.
  const until = Math.min(
    summed.until_at,
    summed.mark === null ? Infinity : clockHourOf(summed.mark, timeZone),
    range.to,
  );
  const from = Math.max(summed.from_at, range.from);
  return until > from ? { from, to: until } : none;
}
