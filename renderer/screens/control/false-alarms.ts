/** How often the rules of a chart signal although nothing has changed: so that they are chosen with open eyes. */
import type { ChartView } from '#contract/rpc/control.ts';
import { countsUnits, rulesOf } from '#domain/control/statistics.ts';
import { cusumFalseAlarms, ewmaFalseAlarms } from '#domain/spc/false-alarm-averages.ts';
import { falseAlarmRate } from '#domain/spc/false-alarm.ts';
import { isRefused } from '#domain/spc/reason.ts';

const known = new Map<string, number | null>();
/** Rules that compare neighbours are simulated: this many runs take about 60 ms and are right to 5 %. */
const runs = 400;

/**
 * Points between false alarms on average while the process is in control, of the plot that the rules look at; independent
 * normal points. null: not known (counts are not normal).
 */
export function pointsToFalseAlarm(view: Pick<ChartView, 'kind' | 'rules' | 'averaging'>): number | null {
  if (countsUnits(view.kind)) return null;
  const key = JSON.stringify([view.rules, view.averaging]);
  let found = known.get(key);
  if (found === undefined) {
    const arl = arlOf(view);
    // Two figures: more would claim an exactness that real processes do not have.
    found = arl === null ? null : Number(arl.toPrecision(2));
    known.set(key, found);
  }
  return found;
}

function arlOf({ rules, averaging }: Pick<ChartView, 'rules' | 'averaging'>): number | null {
  if (averaging === null) {
    const rate = falseAlarmRate(rulesOf(rules), { runs });
    return isRefused(rate) ? null : rate.arl;
  }
  const arl =
    averaging.kind === 'ewma'
      ? ewmaFalseAlarms(averaging.lambda, averaging.width)
      : cusumFalseAlarms(averaging.k, averaging.h);
  return isRefused(arl) ? null : arl;
}
