/** Where the plant view shows the machine that others wait for. */
import type { LineRoot } from '#contract/rpc/machines.ts';
import { writeRoute } from '../state/route.ts';

/** Its stop; while none was opened the machine. */
export const rootHref = ({ machineId, stop }: Pick<LineRoot, 'machineId' | 'stop'>): string =>
  stop === null
    ? writeRoute({ screen: 'machines', item: machineId, query: { show: 'machine' } })
    : writeRoute({ screen: 'machines', item: stop.stopId, query: {} });
