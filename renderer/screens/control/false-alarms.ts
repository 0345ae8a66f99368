/** How often the rules of a chart signal although nothing has changed: so that they are chosen with open eyes. */
import type { ChartView } from '#contract/rpc/control.ts';
import { rulesOf } from '#domain/control/statistics.ts';
import { falseAlarmRate } from '#domain/spc/false-alarm.ts';
import { isRefused } from '#domain/spc/reason.ts';

const known = new Map<string, number | null>();
/** Rules that compare neighbours are simulated: this many runs take about 60 ms and are right to 5 %. */
const runs = 400;

/**
 * Points between false alarms on average while the process is in control, of the plot that the rules look at; independent
 * normal points. null: not known (an EWMA or CUSUM, whose points are not independent).
 */
export function pointsToFalseAlarm({ kind, rules }: Pick<ChartView, 'kind' | 'rules'>): number | null {
  if (kind === 'ewma' || kind === 'cusum') return null;
  const key = JSON.stringify(rules);
  let found = known.get(key);
  if (found === undefined) {
    const rate = falseAlarmRate(rulesOf(rules), { runs });
    const arl = isRefused(rate) ? null : rate.arl;
    // Two figures: more would claim an exactness that real processes do not have.
    found = arl === null ? null : Number(arl.toPrecision(2));
    known.set(key, found);
  }
  return found;
}
