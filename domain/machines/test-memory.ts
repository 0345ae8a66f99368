/** Machine time folded in memory: the tests of the rules, and what the read model is compared with. */
import type { BodyOf } from '#contract/events/index.ts';
import type { SliceContext } from '#contract/events/shared.ts';
import type { Happened } from '#domain/happened.ts';
import type { MachineFacts } from './facts.ts';
import { evolveSeries, noContext, slicesOf, type Beginning, type Slice } from './series.ts';

export class MachineMemory implements MachineFacts {
  readonly series = new Map<string, readonly Beginning[]>();
  readonly counts: BodyOf<'pieces.counted'>[] = [];
  readonly doubts = new Map<string, { readonly machineId: string; seenAt: number | null; seenBy: string }>();
  context: SliceContext = noContext;

  fold(event: Happened): void {
    switch (event.type) {
      case 'slice.begun':
      case 'slices.restated': {
        const { machineId } = event.body;
        this.series.set(machineId, evolveSeries(this.series.get(machineId) ?? [], event));
        return;
      }
      case 'pieces.counted':
        this.counts.push(event.body);
        return;
      case 'machine.doubted':
        this.doubts.set(event.body.doubtId, { machineId: event.body.machineId, seenAt: null, seenBy: '' });
        return;
      case 'machine.doubt-seen': {
        const doubt = this.doubts.get(event.body.doubtId);
        if (doubt === undefined) return;
        doubt.seenAt ??= event.at;
        doubt.seenBy = event.actor.kind === 'person' ? event.actor.id : '';
        return;
      }
      default:
    }
  }

  all(machineId: string): readonly Slice[] {
    return slicesOf(machineId, this.series.get(machineId) ?? []);
  }
  readonly sliceAt: MachineFacts['sliceAt'] = (machineId, at) =>
    this.all(machineId).findLast(({ beganAt }) => beganAt <= at) ?? null;
  readonly slices: MachineFacts['slices'] = (machineId, from, to) =>
    this.all(machineId).filter(({ beganAt, endAt }) => beganAt < to && (endAt === null || endAt > from));
  readonly lastCount: MachineFacts['lastCount'] = (machineId) =>
    this.counts.findLast((count) => count.machineId === machineId) ?? null;
  readonly doubt: MachineFacts['doubt'] = (doubtId) => this.doubts.get(doubtId) ?? null;
  readonly running: MachineFacts['running'] = () => this.context;
}
